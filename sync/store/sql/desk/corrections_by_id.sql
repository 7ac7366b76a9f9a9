-- corrections_by_id.sql
-- Question: what became of these proposed values?
-- Asked by: the page that says what an act did. Rows: one per correction that the viewer may see.
SELECT c.correction_id, c.unit_code, c.record_id, c.group_name, c.row_no, c.field_code, c.flag_id,
       c.old_value, c.new_value, c.reason, c.state, c.proposed_by, c.proposed_at,
       c.decided_by, c.decided_at, c.decision_reason, c.ended_at,
       coalesce(k.ho_va_ten, '') AS name, coalesce(k.so_dinh_danh, '') AS number
FROM   register.correction AS c
LEFT   JOIN register.directory AS k ON k.record_id = c.record_id
WHERE  c.correction_id = ANY(:correction_ids)
ORDER  BY c.correction_id
