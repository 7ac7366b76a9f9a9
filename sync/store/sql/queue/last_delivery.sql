-- last_delivery.sql
-- Question: when did the unit's last admitted delivery come, and which questions did it answer?
-- Asked by: the first page of a unit's officers. Rows: one; none before the first admission.
SELECT s.sealed_at,
       count(g.flag_id) FILTER (WHERE g.state = 'fixed')::integer AS fixed,
       count(g.flag_id) FILTER (WHERE g.state = 'corrected')::integer AS corrected,
       count(g.flag_id) FILTER (WHERE g.state = 'gone')::integer AS gone
FROM  (SELECT snapshot_id, sealed_at, unit_code FROM landing.snapshot
       WHERE unit_code = :unit_code AND state = 'admitted' ORDER BY snapshot_id DESC LIMIT 1) AS s
LEFT   JOIN quality.flag AS g
       ON g.unit_code = s.unit_code AND g.closed_at >= s.sealed_at
      AND EXISTS (SELECT FROM quality.finding AS f
                  WHERE f.finding_id = g.finding_id AND f.closed_snapshot_id = s.snapshot_id)
GROUP  BY s.snapshot_id, s.sealed_at
