-- probes.sql
-- Question: what did the last probe of every source in use say, when did one last succeed, and when does the
--   certificate it showed end?
-- Asked by: the engineers' page of connections (and one unit's page, by :unit_code). Rows: one per source.
SELECT s.unit_code, u.name_vi, u.name_en, s.source_code, s.connector, s.profile_name, s.credential_ends_on,
       s.secret_name IS NOT NULL AS has_secret, p.probed_at, p.is_ok, p.reason, p.reason_code, p.latency_ms, p.clock_skew_s,
       tls.tls_expires_at, good.probed_at AS good_at, coalesce(day.count, 0) AS day_count,
       coalesce(day.good_count, 0) AS day_good_count
FROM   registry.source AS s
JOIN   registry.unit AS u ON u.unit_code = s.unit_code AND u.valid_on @> CAST(:as_of AS date)
LEFT   JOIN LATERAL (SELECT q.probed_at, q.is_ok, q.reason, q.reason_code, q.latency_ms, q.clock_skew_s
                     FROM   registry.probe AS q
                     WHERE q.unit_code = s.unit_code AND q.source_code = s.source_code
                     ORDER BY q.probed_at DESC LIMIT 1) AS p ON true
LEFT   JOIN LATERAL (SELECT q.probed_at FROM registry.probe AS q
                     WHERE q.unit_code = s.unit_code AND q.source_code = s.source_code AND q.is_ok
                     ORDER BY q.probed_at DESC LIMIT 1) AS good ON true
LEFT   JOIN LATERAL (SELECT q.tls_expires_at FROM registry.probe AS q
                     WHERE q.unit_code = s.unit_code AND q.source_code = s.source_code
                       AND q.tls_expires_at IS NOT NULL
                     ORDER BY q.probed_at DESC LIMIT 1) AS tls ON true
LEFT   JOIN LATERAL (SELECT count(*) AS count, count(*) FILTER (WHERE q.is_ok) AS good_count
                     FROM registry.probe AS q
                     WHERE q.unit_code = s.unit_code AND q.source_code = s.source_code
                       AND q.probed_at > :since) AS day ON true
WHERE  s.valid_on @> CAST(:as_of AS date) AND (CAST(:unit_code AS text) IS NULL OR s.unit_code = :unit_code)
ORDER  BY s.unit_code
