-- 8_close_gone.sql
-- Question: which questions concern records that no longer come?
-- Asked by: admit. Rows: one per finding.
UPDATE quality.finding AS f SET closed_at = :now, closed_snapshot_id = :snapshot_id
WHERE  f.unit_code = :unit_code AND f.closed_at IS NULL
  AND  NOT EXISTS (SELECT FROM judged AS j WHERE j.record_id = f.record_id)
