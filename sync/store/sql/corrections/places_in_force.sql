-- places_in_force.sql
-- Question: at which of these places does a correction wait or hold already?
-- Asked by: proposing. Rows: one per such correction.
SELECT c.correction_id, c.state, c.record_id, c.group_name, c.row_no, c.field_code
FROM   unnest(CAST(:record_ids AS bigint[]), CAST(:groups AS text[]), CAST(:row_nos AS integer[]),
              CAST(:fields AS text[])) AS x(record_id, group_name, row_no, field_code)
JOIN   register.correction AS c
       ON (c.record_id, c.group_name, c.row_no, c.field_code) = (x.record_id, x.group_name, x.row_no, x.field_code)
WHERE  c.state IN ('proposed', 'approved')
