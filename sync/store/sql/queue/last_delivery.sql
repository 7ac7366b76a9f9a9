-- last_delivery.sql
-- Question: when did the unit's last admitted delivery come, and which questions did it answer?
-- Asked by: the first page of a unit's officers. Rows: one; none before the first admission. Counted for the one
--   delivery, and each flag's finding is looked up: the planner cannot know how few were closed since, and would
--   read all that ever were.
SELECT s.sealed_at, a.fixed, a.corrected, a.gone
FROM  (SELECT snapshot_id, sealed_at FROM landing.snapshot
       WHERE unit_code = :unit_code AND state = 'admitted' ORDER BY snapshot_id DESC LIMIT 1) AS s
CROSS  JOIN LATERAL (
    SELECT count(*) FILTER (WHERE g.state = 'fixed')::integer AS fixed,
           count(*) FILTER (WHERE g.state = 'corrected')::integer AS corrected,
           count(*) FILTER (WHERE g.state = 'gone')::integer AS gone
    FROM   quality.flag AS g
    WHERE  g.unit_code = :unit_code AND g.closed_at >= s.sealed_at
      AND (SELECT f.closed_snapshot_id FROM quality.finding AS f WHERE f.finding_id = g.finding_id) = s.snapshot_id) AS a
