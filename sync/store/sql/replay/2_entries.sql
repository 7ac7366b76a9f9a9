-- 2_entries.sql
-- Question: which document came for which record in the answer that is replayed?
-- Asked by: replay. Rows: one per record and document of the original.
INSERT INTO landing.snapshot_entry (snapshot_id, record_id, document_id, entry_count)
SELECT :snapshot_id, e.record_id, e.document_id, e.entry_count
FROM   landing.snapshot_entry AS e
WHERE  e.snapshot_id = :original_id
ORDER  BY e.record_id, e.document_id
