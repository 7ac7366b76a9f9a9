-- record.sql
-- Question: whose record is this, where does it stand, which document speaks for it, and by which profile?
-- Asked by: a record's page, under row-level security. Rows: one; none where the viewer may not see it.
SELECT r.record_id, r.unit_code, r.local_key, r.has_key,
       coalesce(k.ho_va_ten, '') AS name, coalesce(k.so_dinh_danh, '') AS number,
       p.class, p.document_id, cardinality(p.other_document_ids) AS differing_count,
       d.state AS dossier_state, coalesce(d.is_stale, false) AS is_stale, d.changed_at,
       coalesce(d.overlay_ids, '{}') AS overlay_ids,
       (SELECT s.profile_name FROM registry.source AS s WHERE s.unit_code = r.unit_code
        ORDER BY upper(s.valid_on) DESC NULLS FIRST LIMIT 1) AS profile_name,
       (SELECT max(s.pulled_at) FROM landing.snapshot AS s
        WHERE s.unit_code = r.unit_code AND s.state = 'admitted') AS delivered_at
FROM   landing.record AS r
LEFT   JOIN landing.present AS p ON p.record_id = r.record_id
LEFT   JOIN register.dossier AS d ON d.record_id = r.record_id
LEFT   JOIN register.directory AS k ON k.record_id = r.record_id
WHERE  r.record_id = :record_id
