-- 9_present.sql
-- Question: what is the present answer of this unit, and the class of each of its records?
-- Asked by: admit. Rows: one per record read again; what is gone was deleted before.
INSERT INTO landing.present (record_id, unit_code, document_id, other_document_ids, entry_count, class,
    typed_sha256, missing_fields, basis_sha256, recheck_on, mapping_ids)
SELECT j.record_id, :unit_code, j.document_id, j.other_document_ids, j.entry_count,
       CASE WHEN j.verdict <> 'fit' THEN j.verdict
            WHEN f.state_after = 'waiting' THEN 'waiting' ELSE 'admitted' END,
       j.typed_sha256, j.missing_fields, :reading_basis, j.recheck_on, j.mapping_ids
FROM   judged AS j
LEFT   JOIN fit AS f ON f.record_id = j.record_id
WHERE  j.is_staged
ON     CONFLICT (record_id) DO UPDATE
SET    document_id = excluded.document_id, other_document_ids = excluded.other_document_ids,
       entry_count = excluded.entry_count, class = excluded.class, typed_sha256 = excluded.typed_sha256,
       missing_fields = excluded.missing_fields, basis_sha256 = excluded.basis_sha256,
       recheck_on = excluded.recheck_on, mapping_ids = excluded.mapping_ids
