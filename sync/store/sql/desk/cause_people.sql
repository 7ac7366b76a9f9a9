-- cause_people.sql
-- Question: whom does this cause concern, and how far is each?
-- Asked by: a cause's page. Rows: at most :row_count, from the flag after :after on.
SELECT f.flag_id, f.record_id, f.unit_code, f.group_name, f.row_no, f.field_code, f.rule_code, f.effect,
       f.state, f.since, f.due_on, coalesce(k.ho_va_ten, '') AS name, coalesce(k.so_dinh_danh, '') AS number,
       coalesce(k.sort_key, '') AS sort_key, c.correction_id, c.new_value, w.until_on,
       coalesce(p.class, '') AS class
FROM   quality.flag AS f
LEFT   JOIN register.directory AS k ON k.record_id = f.record_id
LEFT   JOIN landing.present AS p ON p.record_id = f.record_id
LEFT   JOIN register.correction AS c ON c.record_id = f.record_id AND c.group_name = f.group_name
       AND c.row_no = f.row_no AND c.field_code = f.field_code AND c.state IN ('proposed', 'approved')
LEFT   JOIN quality.waiver AS w ON w.record_id = f.record_id AND w.rule_code = f.rule_code
       AND w.group_name = f.group_name AND w.field_code = f.field_code AND w.value_hmac = f.value_hmac
       AND w.state = 'active'
WHERE  f.unit_code = :unit_code AND f.rule_code = :rule_code AND f.cause_hmac = :cause_hmac
  AND  f.closed_at IS NULL AND f.flag_id > :after
  AND (CAST(:only AS bigint[]) IS NULL OR f.flag_id = ANY(:only))
ORDER  BY f.flag_id
LIMIT  :row_count
