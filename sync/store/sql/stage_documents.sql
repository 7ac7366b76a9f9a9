-- stage_documents.sql
-- Question: which documents of these snapshots (one profile) must be read: new, changed, returned,
--   read under another basis, queued, due (time alone can change an answer), or with an open finding that other records can change?
-- Asked by: read. Rows: one per record to read. {malformed} is generated from the profile.
INSERT INTO staging.document (snapshot_id, record_id, document_id, other_document_ids, unit_code, as_of,
    entry_count, pass_no, is_readable, has_key, has_nul, has_repeated_key, has_secret_field, is_malformed,
    repeat_count, differing_count)
SELECT entry.snapshot_id, entry.record_id, entry.document_id, entry.other_document_ids, s.unit_code, s.as_of,
       entry.entry_count,
       :pass_no,
       d.doc IS NOT NULL,
       r.has_key,
       'nul' = ANY(d.problems),
       'repeated_key' = ANY(d.problems),
       'secret_field' = ANY(d.problems),
       {malformed},
       entry.entry_count,
       entry.differing_count
FROM  (SELECT e.snapshot_id, e.record_id,
              min(e.document_id) AS document_id,
              CASE WHEN count(*) > 1 THEN array_agg(e.document_id ORDER BY e.document_id) END AS other_document_ids,
              sum(e.entry_count)::integer AS entry_count,
              count(*)::integer AS differing_count
       FROM   landing.snapshot_entry AS e
       WHERE  e.snapshot_id = ANY(:snapshot_ids)
       GROUP  BY e.snapshot_id, e.record_id) AS entry
JOIN   landing.snapshot AS s ON s.snapshot_id = entry.snapshot_id
JOIN   landing.record AS r ON r.record_id = entry.record_id
JOIN   landing.document AS d ON d.document_id = entry.document_id
LEFT   JOIN landing.present AS p ON p.record_id = entry.record_id
WHERE  (entry.snapshot_id, entry.record_id) NOT IN  -- hashed; an anti-join was nested on old statistics
           (SELECT x.snapshot_id, x.record_id FROM staging.document AS x
            WHERE x.snapshot_id = ANY(:snapshot_ids))
  AND (p.record_id IS NULL
   OR  s.replay_of IS NOT NULL
   OR  p.document_id <> entry.document_id
   OR  p.other_document_ids IS DISTINCT FROM entry.other_document_ids
   OR  p.entry_count <> entry.entry_count
   OR  p.basis_sha256 <> :basis_sha256
   OR  p.recheck_on <= s.as_of
   OR  entry.record_id IN (SELECT q.record_id FROM quality.recheck AS q)
   OR  entry.record_id IN (SELECT f.record_id FROM quality.finding AS f
                           WHERE f.closed_at IS NULL AND f.rule_code = ANY(:cross_rules)))
ORDER  BY entry.snapshot_id, entry.record_id
