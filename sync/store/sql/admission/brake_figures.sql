-- brake_figures.sql
-- Question: how many people are live, and how many of them does this complete answer not name?
-- Asked by: admit, before anything is written. Rows: 1.
SELECT count(*)::integer AS live,
       count(*) FILTER (WHERE NOT EXISTS (
           SELECT FROM landing.snapshot_entry AS e
           WHERE e.snapshot_id = :snapshot_id AND e.record_id = d.record_id))::integer AS vanished
FROM   register.dossier AS d
WHERE  d.unit_code = :unit_code AND d.state = 'live'
