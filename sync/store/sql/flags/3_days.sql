-- 3_days.sql
-- Question: since which days have the questions been asked that nobody was told of yet?
-- Asked by: check, to compute each due day once. Rows: one per distinct day.
SELECT DISTINCT CAST(f.since AT TIME ZONE :zone AS date)
FROM   quality.finding AS f
WHERE  f.closed_at IS NULL AND f.effect IN ('block', 'ask')
  AND  f.record_id IN (SELECT s.record_id FROM staging.document AS s WHERE s.snapshot_id = ANY(:snapshot_ids))
  AND  NOT EXISTS (SELECT FROM quality.flag AS g WHERE g.finding_id = f.finding_id AND g.closed_at IS NULL)
