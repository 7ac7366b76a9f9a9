-- outcomes.sql
-- Question: how did a unit fare in waves of long ago, whose answer is not still open?
-- Asked by: housekeeping. Rows: one per wave and unit; its place.
SELECT u.ctid
FROM   landing.wave_unit AS u
JOIN   landing.wave AS w ON w.wave_key = u.wave_key
LEFT   JOIN landing.snapshot AS s ON s.snapshot_id = u.snapshot_id
WHERE  u.unit_code = :unit_code AND w.as_of < :waves_before
  AND  coalesce(s.state IN ('admitted', 'rejected', 'superseded', 'failed'), true)
