-- versions.sql
-- Question: which versions of this dossier were recorded, and is the document of each still kept?
-- Asked by: a record's page. Rows: at most :row_count, newest first.
SELECT v.version_id, v.document_id, v.recorded_at, s.pulled_at, d.doc,
       count(*) OVER () AS version_count
FROM  (SELECT * FROM register.dossier_version WHERE record_id = :record_id) AS v
LEFT   JOIN landing.document AS d ON d.document_id = v.document_id
LEFT   JOIN landing.snapshot AS s ON s.snapshot_id = v.snapshot_id
ORDER  BY v.version_id DESC
LIMIT  :row_count
