-- rows.sql
-- Question: which rows of records are the chosen open questions of a unit about, and what is asked of each?
-- Asked by: the download of a sheet. Rows: one page, from where the one before ended.
SELECT g.record_id, g.group_name, g.row_no,
       array_agg(g.field_code ORDER BY g.effect DESC, g.flag_id) AS fields,
       array_agg(g.rule_code ORDER BY g.effect DESC, g.flag_id) AS rules
FROM   quality.flag AS g
WHERE  g.unit_code = :unit_code AND g.state = 'open'
  AND (CAST(:rule_code AS text) IS NULL OR g.rule_code = :rule_code)
  AND (CAST(:cause_hmac AS bytea) IS NULL OR g.cause_hmac = :cause_hmac)
  AND (CAST(:effect AS text) IS NULL OR g.effect = :effect)
  AND (g.record_id, g.group_name, g.row_no) > (:after_record, :after_group, :after_row)
GROUP  BY g.record_id, g.group_name, g.row_no
ORDER  BY g.record_id, g.group_name, g.row_no
LIMIT  :row_limit
