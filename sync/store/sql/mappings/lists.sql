-- lists.sql
-- Question: of which code lists do these units have codes of their own?
-- Asked by: read. Rows: one per list; usually none.
SELECT DISTINCT m.code_list
FROM   registry.code_mapping AS m
JOIN   landing.snapshot AS s ON s.unit_code = m.unit_code AND s.snapshot_id = ANY(:snapshot_ids)
WHERE  m.state = 'approved'
ORDER  BY m.code_list
