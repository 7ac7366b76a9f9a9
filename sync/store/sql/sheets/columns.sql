-- columns.sql
-- Question: which fields are the chosen open questions of a unit about, and in how many rows?
-- Asked by: the download of a sheet, and its page. Rows: one per field.
SELECT g.group_name, g.field_code
FROM   quality.flag AS g
WHERE  g.unit_code = :unit_code AND g.state = 'open'
  AND (CAST(:rule_code AS text) IS NULL OR g.rule_code = :rule_code)
  AND (CAST(:cause_hmac AS bytea) IS NULL OR g.cause_hmac = :cause_hmac)
  AND (CAST(:effect AS text) IS NULL OR g.effect = :effect)
GROUP  BY g.group_name, g.field_code
