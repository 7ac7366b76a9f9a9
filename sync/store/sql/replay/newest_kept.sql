-- newest_kept.sql
-- Question: which is the newest answer of a source that can be read again? One that a person returned
--   must be named by its number; one that failed as a whole has no entries.
-- Asked by: replay, when a unit is named. Rows: 0 or 1.
SELECT s.snapshot_id
FROM   landing.snapshot AS s
WHERE  s.source_code = :source_code AND s.leaving_at IS NULL AND s.state <> 'rejected'
  AND (s.state <> 'failed' OR EXISTS (SELECT FROM landing.snapshot_entry AS e
                                      WHERE e.snapshot_id = s.snapshot_id))
ORDER  BY s.seq DESC
LIMIT  1
