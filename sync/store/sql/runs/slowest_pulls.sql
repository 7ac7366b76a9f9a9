-- slowest_pulls.sql
-- Question: which answers since :since took longest to come?
-- Asked by: the engineers' page of connections. Rows: at most :row_count. A replay asked nobody.
SELECT s.snapshot_id, s.unit_code, coalesce(u.name_vi, s.unit_code) AS name_vi,
       coalesce(u.name_en, s.unit_code) AS name_en, s.wave_key, s.pulled_at, s.sealed_at,
       s.received_count AS received, s.page_count AS pages
FROM   landing.snapshot AS s
LEFT   JOIN registry.unit AS u ON u.unit_code = s.unit_code AND u.valid_on @> s.as_of
WHERE  s.pulled_at >= :since AND s.replay_of IS NULL
ORDER  BY s.sealed_at - s.pulled_at DESC, s.snapshot_id
LIMIT  :row_count
