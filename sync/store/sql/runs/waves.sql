-- waves.sql
-- Question: which waves began before :before, newest first, and when did each of their steps end?
-- Asked by: the engineers' list of waves (and one wave's page, by :wave_key). Rows: at most :row_count.
SELECT w.wave_key, w.run_id, w.trigger, w.as_of, w.started_at, w.finished_at,
       (SELECT coalesce(jsonb_object_agg(s.step, s.finished_at), '{}') FROM landing.wave_step AS s
        WHERE s.wave_key = w.wave_key) AS steps
FROM   landing.wave AS w
WHERE  (CAST(:before AS timestamptz) IS NULL OR w.started_at < :before)
  AND  (CAST(:wave_key AS text) IS NULL OR w.wave_key = :wave_key)
ORDER  BY w.started_at DESC, w.wave_key DESC
LIMIT  :row_count
