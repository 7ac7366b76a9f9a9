-- undo.sql
-- Question: what did the source say where a correction was laid over it?
-- Asked by: admit and reconcile, in a savepoint that is rolled back. Rows: one per overlay of the field.
UPDATE register.{group} AS g SET {field} = CAST(c.old_value AS {kind})
FROM   overlaid AS o
JOIN   register.correction AS c ON c.correction_id = o.correction_id
WHERE  c.group_name = :group_name AND c.field_code = :field_code
  AND  g.record_id = c.record_id AND g.row_no = c.row_no
