-- 1_moved.sql
-- Question: whose finding moved in its list, has another effect or another cause now? A flag follows it; what
--   blocks now is accepted by nobody any more, and what is no question any more is gone.
-- Asked by: check, after findings were merged. Rows: one per such flag of a record that was read.
UPDATE quality.flag AS g
SET    row_no = f.row_no, cause_hmac = f.cause_hmac,
       effect = CASE WHEN f.effect IN ('block', 'ask') THEN f.effect ELSE g.effect END,
       state = CASE WHEN f.effect NOT IN ('block', 'ask') THEN 'gone'
                    WHEN f.effect = 'block' AND g.state = 'waived' THEN 'open' ELSE g.state END,
       closed_at = CASE WHEN f.effect NOT IN ('block', 'ask') THEN :now END,
       moved_at = CASE WHEN f.effect <> g.effect THEN :now ELSE g.moved_at END
FROM   quality.finding AS f
WHERE  f.finding_id = g.finding_id AND f.closed_at IS NULL AND g.closed_at IS NULL
  AND  g.record_id IN (SELECT s.record_id FROM staging.document AS s WHERE s.snapshot_id = ANY(:snapshot_ids))
  AND (f.row_no, f.effect, f.cause_hmac) IS DISTINCT FROM (g.row_no, g.effect, g.cause_hmac)
