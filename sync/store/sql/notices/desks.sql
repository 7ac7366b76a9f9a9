-- desks.sql
-- Question: on day :as_of, what waits for the officers of each unit, what did its last admitted delivery
--   fix, and on which level did it stand when it was last measured?
-- Asked by: the daily digest. Rows: one per unit valid on the day (56 today).
SELECT u.unit_code, u.name_vi, u.name_en, u.is_restricted,
       coalesce(f.blocking, 0) AS blocking,
       coalesce(f.to_review, 0) AS to_review,
       coalesce(f.due_today, 0) AS due_today,
       coalesce(f.overdue, 0) AS overdue,
       coalesce(f.waiting, 0) AS waiting,
       coalesce(fixed.flag_count, 0) AS fixed,
       last.sealed_at AS delivered_at,
       d.level, d.as_of AS measured_on,
       coalesce(d.reason_vi, '') AS reason_vi,
       coalesce(d.reason_en, '') AS reason_en
FROM   registry.unit AS u
LEFT   JOIN (SELECT unit_code,
                    count(*) FILTER (WHERE state = 'open' AND effect = 'block') AS blocking,
                    count(*) FILTER (WHERE state = 'open' AND effect = 'ask') AS to_review,
                    count(*) FILTER (WHERE state = 'open' AND due_on = CAST(:as_of AS date)) AS due_today,
                    count(*) FILTER (WHERE state = 'open' AND due_on < CAST(:as_of AS date)) AS overdue,
                    count(*) FILTER (WHERE state = 'proposed') AS waiting
             FROM   quality.flag WHERE closed_at IS NULL GROUP BY unit_code) AS f ON f.unit_code = u.unit_code
LEFT   JOIN LATERAL (SELECT s.snapshot_id, s.sealed_at FROM landing.snapshot AS s
                     WHERE s.unit_code = u.unit_code AND s.state = 'admitted'
                     ORDER BY s.seq DESC LIMIT 1) AS last ON true
LEFT   JOIN LATERAL (SELECT count(*) AS flag_count
                     FROM   quality.flag AS g JOIN quality.finding AS q USING (finding_id)
                     WHERE  g.unit_code = u.unit_code AND g.closed_at >= last.sealed_at AND g.state = 'fixed'
                       AND  q.closed_snapshot_id = last.snapshot_id) AS fixed ON true
LEFT   JOIN LATERAL (SELECT m.level, m.as_of, m.reason_vi, m.reason_en FROM facts.unit_day AS m
                     WHERE m.unit_code = u.unit_code AND m.as_of <= CAST(:as_of AS date)
                     ORDER BY m.as_of DESC LIMIT 1) AS d ON true
WHERE  u.valid_on @> CAST(:as_of AS date)
ORDER  BY u.unit_code
