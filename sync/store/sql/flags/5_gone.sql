-- 5_gone.sql
-- Question: which flags are about records that no longer come?
-- Asked by: admit, after it closed their findings. Rows: one per such flag.
UPDATE quality.flag AS g SET state = 'gone', moved_at = :now, closed_at = :now
WHERE  g.unit_code = :unit_code AND g.closed_at IS NULL
  AND  NOT EXISTS (SELECT FROM landing.present AS p WHERE p.record_id = g.record_id)
