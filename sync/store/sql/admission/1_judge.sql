-- 1_judge.sql
-- Question: what becomes of every record of this answer?
-- Asked by: admit. Rows: one per record of the snapshot. A record that was not read again keeps
--   the class of its last reading; a read one is unreadable, quarantined or fit to admit.
--   Every table is cut to the unit or the snapshot first, so hash joins are right whatever the
--   statistics say; nested loops, chosen by statistics older than the snapshot, took minutes.
CREATE TEMP TABLE judged ON COMMIT DROP AS
SELECT entry.record_id,
       entry.document_id,
       entry.other_document_ids,
       entry.entry_count,
       entry.document_count,
       s.record_id IS NOT NULL AS is_staged,
       CASE
           WHEN s.record_id IS NULL AND p.class IN ('admitted', 'waiting') THEN 'kept'
           WHEN s.record_id IS NULL THEN p.class
           WHEN NOT s.is_readable OR NOT s.has_key OR s.is_malformed THEN 'unreadable'
           WHEN s.differing_count > 1 OR blocked.record_id IS NOT NULL
                OR person.so_dinh_danh IS NULL THEN 'quarantined'
           ELSE 'fit'
       END AS verdict,
       person.so_dinh_danh AS identity_number,
       person.trang_thai AS status_code,
       recruitment.ngay_vao_co_quan AS start_on,
       coalesce(context.is_shared, false) AS is_claimed_elsewhere,
       reading.typed_sha256,
       coalesce(reading.missing_fields, '{}') AS missing_fields,
       reading.recheck_on,
       coalesce(reading.overlay_ids, '{}') AS overlay_ids,
       coalesce(mapped.mapping_ids, '{}') AS mapping_ids
FROM  (SELECT e.record_id,
              min(e.document_id) AS document_id,
              CASE WHEN count(*) > 1 THEN array_agg(e.document_id ORDER BY e.document_id) END AS other_document_ids,
              sum(e.entry_count)::integer AS entry_count,
              count(*)::integer AS document_count
       FROM   landing.snapshot_entry AS e
       WHERE  e.snapshot_id = :snapshot_id
       GROUP  BY e.record_id) AS entry
LEFT   JOIN staging.document AS s ON s.snapshot_id = :snapshot_id AND s.record_id = entry.record_id
LEFT   JOIN landing.present AS p ON p.unit_code = :unit_code AND p.record_id = entry.record_id
LEFT   JOIN (SELECT DISTINCT f.record_id FROM quality.finding AS f
             WHERE f.unit_code = :unit_code AND f.effect = 'block' AND f.closed_at IS NULL) AS blocked
       ON blocked.record_id = entry.record_id
LEFT   JOIN staging.person AS person ON person.snapshot_id = :snapshot_id AND person.record_id = entry.record_id
LEFT   JOIN staging.recruitment AS recruitment
       ON recruitment.snapshot_id = :snapshot_id AND recruitment.record_id = entry.record_id
LEFT   JOIN staging.context AS context ON context.snapshot_id = :snapshot_id AND context.record_id = entry.record_id
LEFT   JOIN staging.reading AS reading ON reading.snapshot_id = :snapshot_id AND reading.record_id = entry.record_id
LEFT   JOIN (SELECT m.record_id, array_agg(DISTINCT m.mapping_id) AS mapping_ids FROM staging.mapped AS m
             WHERE m.snapshot_id = :snapshot_id GROUP BY m.record_id) AS mapped ON mapped.record_id = entry.record_id
