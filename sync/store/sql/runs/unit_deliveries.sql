-- unit_deliveries.sql
-- Question: which were the unit's newest deliveries, and where does each stand?
-- Asked by: the engineers' page of a unit. Rows: at most :row_count.
SELECT s.snapshot_id, s.wave_key, s.state, s.pulled_at, s.sealed_at, s.received_count AS received,
       s.announced_count AS announced, s.replay_of, s.reason_code, s.figures
FROM   landing.snapshot AS s
WHERE  s.unit_code = :unit_code
ORDER  BY s.snapshot_id DESC
LIMIT  :row_count
