-- 1_snapshot.sql
-- Question: what does the source's next snapshot look like when it is an earlier answer read again?
--   Totals, digests and times are the original's: a replay proves nothing that it did not prove.
-- Asked by: replay, under the unit's lock of pulls. Rows: 1.
INSERT INTO landing.snapshot (source_code, unit_code, wave_key, seq, state, is_complete, as_of, announced_count,
    received_count, page_count, pages_sha256, key_list_sha256, profile_sha256, pulled_at, sealed_at, replay_of)
SELECT s.source_code, s.unit_code, :wave_key,
       (SELECT max(newest.seq) + 1 FROM landing.snapshot AS newest WHERE newest.source_code = s.source_code),
       'sealed', s.is_complete, :as_of, s.announced_count, s.received_count, s.page_count, s.pages_sha256,
       s.key_list_sha256, s.profile_sha256, s.pulled_at, s.sealed_at, s.snapshot_id
FROM   landing.snapshot AS s
WHERE  s.snapshot_id = :original_id
RETURNING snapshot_id
