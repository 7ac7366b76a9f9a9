-- steps.sql
-- Question: which steps belong to waves of long ago?
-- Asked by: housekeeping, after the units. Rows: a few per wave; their places.
SELECT step.ctid
FROM   landing.wave_step AS step
JOIN   landing.wave AS w ON w.wave_key = step.wave_key
WHERE  w.as_of < :waves_before
