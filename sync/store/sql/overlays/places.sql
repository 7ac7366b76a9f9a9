-- places.sql
-- Question: of which fields of the staged records are there corrections? None anywhere costs nothing.
-- Asked by: read. Rows: one per field.
SELECT DISTINCT c.group_name, c.field_code
FROM   register.correction AS c
WHERE  c.state IN ('proposed', 'approved')
  AND  c.unit_code IN (SELECT s.unit_code FROM landing.snapshot AS s WHERE s.snapshot_id = ANY(:snapshot_ids))
  AND  c.record_id IN (SELECT d.record_id FROM staging.document AS d
                       WHERE d.snapshot_id = ANY(:snapshot_ids) AND d.pass_no = :pass_no)
ORDER  BY c.group_name, c.field_code
