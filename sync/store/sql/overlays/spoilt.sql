-- spoilt.sql
-- Question: whose row does not hold what was laid over it?
-- Asked by: admit and reconcile, before undoing. Rows: one per record; usually none.
SELECT o.record_id
FROM   overlaid AS o
JOIN   register.correction AS c ON c.correction_id = o.correction_id
LEFT   JOIN register.{group} AS g ON g.record_id = c.record_id AND g.row_no = c.row_no
WHERE  c.group_name = :group_name AND c.field_code = :field_code
  AND (g.record_id IS NULL OR g.{field}::text IS DISTINCT FROM CAST(c.new_value AS {kind})::text)
