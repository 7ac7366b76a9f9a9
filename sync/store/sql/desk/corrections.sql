-- corrections.sql
-- Question: which values were proposed for this record, by whom, and what became of them?
-- Asked by: a record's page. Rows: at most :row_count, newest first.
SELECT correction_id, unit_code, record_id, group_name, row_no, field_code, flag_id, old_value, new_value, reason,
       state, proposed_by, proposed_at, decided_by, decided_at, decision_reason, ended_at,
       '' AS name, '' AS number
FROM   register.correction
WHERE  record_id = :record_id
ORDER  BY correction_id DESC
LIMIT  :row_count
