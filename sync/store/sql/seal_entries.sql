-- seal_entries.sql
-- Question: which document came for which record, how often?
-- Asked by: pull, when it seals. Rows: one per record and document.
INSERT INTO landing.snapshot_entry (snapshot_id, record_id, document_id, entry_count)
SELECT :snapshot_id, r.record_id, d.document_id, count(*)
FROM   arrival AS a
JOIN   landing.record AS r ON r.unit_code = :unit_code AND r.local_key = a.local_key
JOIN   landing.document AS d ON d.unit_code = :unit_code AND d.content_sha256 = a.content_sha256
GROUP  BY r.record_id, d.document_id
ORDER  BY r.record_id, d.document_id
