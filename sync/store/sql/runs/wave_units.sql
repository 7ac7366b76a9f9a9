-- wave_units.sql
-- Question: how did every unit fare in one wave: outcome with its reason, when each step was done, in counts?
-- Asked by: the engineers' page of a wave. Rows: one per due unit. Airflow numbers the pulls in the order of
--   the codes, from 0.
SELECT wu.unit_code, coalesce(u.name_vi, wu.unit_code) AS name_vi, coalesce(u.name_en, wu.unit_code) AS name_en,
       row_number() OVER (ORDER BY wu.unit_code) - 1 AS map_index,
       wu.outcome, wu.reason_code, wu.figures, wu.snapshot_id, wu.updated_at,
       s.replay_of, s.pulled_at, s.sealed_at, s.received_count AS received, s.page_count AS pages,
       s.staged_count AS staged, c.checked_at, e.recorded_at AS admitted_at,
       e.added, e.changed, e.unchanged, e.quarantined, e.waiting, e.unreadable, e.duplicate
FROM   landing.wave_unit AS wu
JOIN   landing.wave AS w ON w.wave_key = wu.wave_key
LEFT   JOIN registry.unit AS u ON u.unit_code = wu.unit_code AND u.valid_on @> w.as_of
LEFT   JOIN landing.snapshot AS s ON s.snapshot_id = wu.snapshot_id
LEFT   JOIN quality.check_result AS c ON c.snapshot_id = wu.snapshot_id
LEFT   JOIN ledger.entry AS e ON e.unit_code = wu.unit_code AND e.snapshot_id = wu.snapshot_id
       AND e.action = 'snapshot_admitted'
WHERE  wu.wave_key = :wave_key
ORDER  BY wu.unit_code
