-- count_unit.sql
-- Question: how many live, stale and waiting dossiers and open findings has the unit?
-- Asked by: admit and settle, counted in the register itself. Rows: 1.
SELECT count(*) FILTER (WHERE d.state = 'live')::integer AS live,
       count(*) FILTER (WHERE d.state = 'live' AND d.is_stale)::integer AS stale,
       count(*) FILTER (WHERE d.state = 'waiting')::integer AS waiting,
       (SELECT count(*) FROM quality.finding AS f
        WHERE f.unit_code = :unit_code AND f.closed_at IS NULL AND f.effect = 'block')::integer AS blocking_findings,
       (SELECT count(*) FROM quality.finding AS f
        WHERE f.unit_code = :unit_code AND f.closed_at IS NULL AND f.effect <> 'block')::integer AS other_findings
FROM   register.dossier AS d
WHERE  d.unit_code = :unit_code
