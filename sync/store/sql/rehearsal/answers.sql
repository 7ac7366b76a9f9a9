-- answers.sql
-- Question: what is the present answer of each unit, and how many records has it?
-- Asked by: rehearsing rules. Rows: one per unit that was ever admitted.
SELECT DISTINCT ON (s.unit_code) s.snapshot_id, s.unit_code, s.as_of, src.profile_name,
       (SELECT count(*) FROM landing.present AS p WHERE p.unit_code = s.unit_code)::integer AS record_count
FROM   landing.snapshot AS s
JOIN   registry.source AS src ON src.source_code = s.source_code
WHERE  s.state = 'admitted'
ORDER  BY s.unit_code, s.snapshot_id DESC  -- seq rises per source, and a unit may have changed its
