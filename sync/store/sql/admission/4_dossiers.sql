-- 4_dossiers.sql
-- Question: what does the register now say of every fit record?
-- Asked by: admit, after the typed rows were written. Rows: one per fit record; in the order of
--   persons, so that two admits cannot deadlock.
INSERT INTO register.dossier (record_id, unit_code, servant_id, state, is_stale, start_on, document_id,
    typed_sha256, register_sha256, overlay_ids, snapshot_id, changed_at)
SELECT f.record_id, :unit_code, f.servant_id, f.state_after, false, f.start_on, f.document_id,
       f.typed_sha256, w.typed_sha256, f.overlay_ids, :snapshot_id, :now
FROM   fit AS f
LEFT   JOIN written AS w ON w.record_id = f.record_id
ORDER  BY f.servant_id, f.record_id
ON     CONFLICT (record_id) DO UPDATE
SET    servant_id = excluded.servant_id, state = excluded.state, is_stale = false,
       start_on = excluded.start_on, document_id = excluded.document_id,
       typed_sha256 = excluded.typed_sha256,
       register_sha256 = coalesce(excluded.register_sha256, register.dossier.register_sha256),
       overlay_ids = excluded.overlay_ids,
       snapshot_id = excluded.snapshot_id, changed_at = excluded.changed_at
