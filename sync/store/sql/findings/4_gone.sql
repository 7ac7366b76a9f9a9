-- 4_gone.sql
-- Question: which open findings of re-read records are gone? The snapshot that fixed them closes them.
--   What is said of how a document came stands as long as that document: reading it again is no news.
-- Asked by: check, after locating. Rows: one per closed finding.
UPDATE quality.finding AS f
SET    closed_at = :checked_at, closed_snapshot_id = s.snapshot_id
FROM   staging.document AS s
WHERE  s.snapshot_id = ANY(:snapshot_ids)
  AND  f.record_id = s.record_id
  AND  f.closed_at IS NULL
  AND  NOT (f.rule_code = ANY(:arrival_rules) AND f.document_id = s.document_id)
  AND  NOT EXISTS (SELECT FROM seen AS v
                   WHERE v.record_id = f.record_id AND v.rule_code = f.rule_code AND v.group_name = f.group_name
                     AND v.value_hmac = f.value_hmac AND v.occurrence = f.occurrence)
