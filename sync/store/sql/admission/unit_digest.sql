-- unit_digest.sql
-- Question: do both sides hold the same typed content? One digest over 256 buckets of
--   (hash of the key, hash of the typed rows) for every key that is not quarantined or waiting.
-- Asked by: admit, settle, reconcile. Rows: 1, both sides.
WITH landing_side AS (
    SELECT sha256(convert_to(r.local_key, 'UTF8')) AS k, p.typed_sha256 AS h
    FROM   landing.present AS p JOIN landing.record AS r USING (record_id)
    WHERE  p.unit_code = :unit_code AND p.class = 'admitted'
), register_side AS (
    SELECT sha256(convert_to(r.local_key, 'UTF8')) AS k, d.register_sha256 AS h
    FROM   register.dossier AS d JOIN landing.record AS r USING (record_id)
    WHERE  d.unit_code = :unit_code AND d.state IN ('live', 'ended') AND NOT d.is_stale
), buckets AS (
    SELECT 'landing' AS side, get_byte(k, 0) AS bucket, sha256(string_agg(k || h, ''::bytea ORDER BY k)) AS digest
    FROM   landing_side GROUP BY get_byte(k, 0)
    UNION ALL
    SELECT 'register', get_byte(k, 0), sha256(string_agg(k || h, ''::bytea ORDER BY k))
    FROM   register_side GROUP BY get_byte(k, 0)
)
SELECT sha256(coalesce(string_agg(set_byte('\x00'::bytea, 0, bucket) || digest, ''::bytea ORDER BY bucket)
              FILTER (WHERE side = 'landing'), ''::bytea)) AS landing_sha256,
       sha256(coalesce(string_agg(set_byte('\x00'::bytea, 0, bucket) || digest, ''::bytea ORDER BY bucket)
              FILTER (WHERE side = 'register'), ''::bytea)) AS register_sha256
FROM   buckets
