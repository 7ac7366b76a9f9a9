-- cells.sql
-- Question: how far did every unit of these waves come, and how many documents did its answer have?
-- Asked by: the heat strips of the engineers' list of waves. Rows: units x waves shown.
SELECT wu.wave_key, wu.unit_code, wu.outcome, wu.snapshot_id, s.received_count AS received,
       s.replay_of IS NOT NULL AS is_replay, c.snapshot_id IS NOT NULL AS is_checked
FROM   landing.wave_unit AS wu
LEFT   JOIN landing.snapshot AS s ON s.snapshot_id = wu.snapshot_id
LEFT   JOIN quality.check_result AS c ON c.snapshot_id = wu.snapshot_id
WHERE  wu.wave_key = ANY(:wave_keys)
ORDER  BY wu.wave_key, wu.unit_code
