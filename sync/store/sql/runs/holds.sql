-- holds.sql
-- Question: which deliveries does a brake stop (or wait to be admitted after a person's word), since when, and
--   which brakes, at which two numbers?
-- Asked by: the engineers' page of holds. Rows: at most one per unit.
SELECT s.snapshot_id, s.unit_code, coalesce(u.name_vi, s.unit_code) AS name_vi,
       coalesce(u.name_en, s.unit_code) AS name_en, s.wave_key, s.state, s.as_of, s.sealed_at,
       s.announced_count AS announced, s.received_count AS received, s.reason_code, s.figures,
       coalesce(k.live, 0) AS live, coalesce(k.fired, '[]') AS fired,
       (SELECT max(e.recorded_at) FROM ledger.entry AS e
        WHERE e.unit_code = s.unit_code AND e.snapshot_id = s.snapshot_id AND e.action = 'snapshot_held') AS held_at
FROM   landing.snapshot AS s
LEFT   JOIN registry.unit AS u ON u.unit_code = s.unit_code AND u.valid_on @> CAST(:as_of AS date)
LEFT   JOIN quality.snapshot_figures AS k ON k.snapshot_id = s.snapshot_id
WHERE  s.state IN ('held', 'released')
ORDER  BY s.state, s.snapshot_id
