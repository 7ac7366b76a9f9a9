-- 1_snapshot.sql
-- Question: under which answer did these records' present documents (one unit) come, asked about on :as_of?
-- Asked by: checking proposed values, in a savepoint that is rolled back. Rows: one; none without a present answer.
INSERT INTO landing.snapshot (snapshot_id, source_code, unit_code, wave_key, seq, state, as_of, received_count,
    page_count, pages_sha256, key_list_sha256, profile_sha256, pulled_at, sealed_at)
OVERRIDING SYSTEM VALUE
SELECT -pg_backend_pid(), s.source_code, s.unit_code, s.wave_key, -pg_backend_pid(), 'superseded', :as_of,
       cardinality(CAST(:record_ids AS bigint[])),
       s.page_count, s.pages_sha256, s.key_list_sha256, s.profile_sha256, s.pulled_at, s.sealed_at
FROM   landing.present AS p
JOIN   landing.snapshot AS s ON s.unit_code = p.unit_code AND s.state = 'admitted'
WHERE  p.record_id = ANY(:record_ids)
ORDER  BY EXISTS (SELECT FROM landing.snapshot_entry AS e
                  WHERE e.snapshot_id = s.snapshot_id AND e.record_id = p.record_id) DESC, s.snapshot_id DESC
LIMIT  1
RETURNING snapshot_id
