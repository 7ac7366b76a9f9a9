-- waves.sql
-- Question: which waves of long ago did no answer come from? The others stay: snapshots name them.
-- Asked by: housekeeping, after the units and the steps. Rows: one per wave; its place.
SELECT w.ctid
FROM   landing.wave AS w
WHERE  w.as_of < :waves_before
  AND  NOT EXISTS (SELECT FROM landing.snapshot AS s WHERE s.wave_key = w.wave_key)
  AND  NOT EXISTS (SELECT FROM landing.wave_unit AS u JOIN landing.snapshot AS s ON s.snapshot_id = u.snapshot_id
                   WHERE u.wave_key = w.wave_key AND s.state IN ('sealed', 'checked', 'held', 'released'))
