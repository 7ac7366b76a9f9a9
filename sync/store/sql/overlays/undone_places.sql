-- undone_places.sql
-- Question: in which fields do the register's rows of these dossiers carry overlays?
-- Asked by: admit and reconcile. Rows: one per field.
SELECT DISTINCT c.group_name, c.field_code
FROM   overlaid AS o JOIN register.correction AS c ON c.correction_id = o.correction_id
ORDER  BY c.group_name, c.field_code
