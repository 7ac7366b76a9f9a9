-- 5_versions.sql
-- Question: which dossiers have a new version?
-- Asked by: admit. Rows: one per rewritten record.
INSERT INTO register.dossier_version (record_id, servant_id, document_id, snapshot_id, basis_sha256,
    typed_sha256, recorded_at)
SELECT record_id, servant_id, document_id, :snapshot_id, :basis_sha256, typed_sha256, :now
FROM   fit WHERE is_rewritten
ORDER  BY record_id
