-- questions.sql
-- Question: what is asked about whom in a unit, in the order in which it should be answered?
-- Asked by: the list that an officer takes away. Rows: one page, from where the one before ended.
SELECT f.flag_id, f.record_id, f.group_name, f.row_no, f.field_code, f.rule_code, f.effect, f.state, f.since,
       f.due_on, coalesce(k.ho_va_ten, '') AS name, coalesce(k.so_dinh_danh, '') AS number, c.new_value, w.until_on
FROM   quality.flag AS f
LEFT   JOIN register.directory AS k ON k.record_id = f.record_id
LEFT   JOIN register.correction AS c ON c.record_id = f.record_id AND c.group_name = f.group_name
       AND c.row_no = f.row_no AND c.field_code = f.field_code AND c.state IN ('proposed', 'approved')
LEFT   JOIN quality.waiver AS w ON w.record_id = f.record_id AND w.rule_code = f.rule_code
       AND w.group_name = f.group_name AND w.field_code = f.field_code AND w.value_hmac = f.value_hmac
       AND w.state = 'active'
WHERE  f.unit_code = :unit_code AND f.closed_at IS NULL
  AND (CAST(:rule_code AS text) IS NULL OR f.rule_code = :rule_code)
  AND (CAST(:cause_hmac AS bytea) IS NULL OR f.cause_hmac = :cause_hmac)
  AND (CAST(:effect AS text) IS NULL OR f.effect = :effect)
  AND (CAST(:after_effect AS text) IS NULL
       OR f.effect < :after_effect
       OR f.effect = :after_effect AND (f.due_on, f.flag_id) > (:after_due_on, :after_flag_id))
ORDER  BY f.effect DESC, f.due_on, f.flag_id
LIMIT  :row_limit
