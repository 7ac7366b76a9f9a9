-- unit_days.sql
-- Question: on each of the last days, what did the unit's last admitted delivery of the day hold?
-- Asked by: the engineers' page of a unit. Rows: one per day with an admitted delivery, at most a month's.
SELECT DISTINCT ON (day) CAST(f.started_at AT TIME ZONE :zone AS date) AS day, f.wave_key, f.received,
       f.added + f.changed + f.unchanged AS admitted, f.quarantined,
       f.received - f.added - f.changed - f.unchanged - f.quarantined AS other
FROM   facts.unit_wave AS f
WHERE  f.unit_code = :unit_code AND f.outcome = 'admitted' AND f.started_at >= :since
ORDER  BY day, f.started_at DESC
