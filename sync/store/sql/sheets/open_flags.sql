-- open_flags.sql
-- Question: which open question of a unit does a value at each of these places answer, blocking ones first?
-- Asked by: the upload of a sheet. Rows: one per place where something is asked.
SELECT DISTINCT ON (g.record_id, g.group_name, g.row_no, g.field_code)
       g.record_id, g.group_name, g.row_no, g.field_code, g.flag_id
FROM   unnest(CAST(:record_ids AS bigint[]), CAST(:groups AS text[]), CAST(:row_nos AS integer[]),
              CAST(:fields AS text[])) AS x(record_id, group_name, row_no, field_code)
JOIN   quality.flag AS g USING (record_id, group_name, row_no, field_code)
WHERE  g.unit_code = :unit_code AND g.state = 'open'
ORDER  BY g.record_id, g.group_name, g.row_no, g.field_code, g.effect DESC, g.flag_id
