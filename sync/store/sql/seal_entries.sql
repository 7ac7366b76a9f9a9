-- seal_entries.sql
-- Question: which document came for which record, how often?
-- Asked by: pull, when it seals. Rows: one per record and document. LATERAL: as in seal_records.
INSERT INTO landing.snapshot_entry (snapshot_id, record_id, document_id, entry_count)
SELECT :snapshot_id, r.record_id, d.document_id, count(*)
FROM   arrival AS a
CROSS  JOIN LATERAL (SELECT record_id FROM landing.record
                     WHERE unit_code = :unit_code AND local_key = a.local_key OFFSET 0) AS r
CROSS  JOIN LATERAL (SELECT document_id FROM landing.document
                     WHERE unit_code = :unit_code AND content_sha256 = a.content_sha256 OFFSET 0) AS d
GROUP  BY r.record_id, d.document_id
ORDER  BY r.record_id, d.document_id
