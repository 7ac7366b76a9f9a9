-- facts_unit_waves.sql
-- Question: how did the last :row_count waves of unit :unit_code begun before :before end?
-- Asked by: a unit's page. Rows: at most :row_count, newest first.
SELECT wave_key, started_at, outcome, reason_vi, reason_en, received, added, changed, unchanged,
       quarantined, waiting, unreadable, duplicate, live_after
FROM   facts.unit_wave
WHERE  unit_code = :unit_code
AND    started_at < :before
ORDER  BY started_at DESC, wave_key DESC
LIMIT  :row_count
