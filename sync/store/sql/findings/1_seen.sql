-- 1_seen.sql
-- Question: which findings do these answers show? The same rule, record, field and value is the same
--   finding, wherever its row stands in a list; rows that say the same are told apart by their order.
-- Asked by: check, after locating. Rows: one per located row.
CREATE TEMP TABLE seen ON COMMIT DROP AS
SELECT l.snapshot_id, s.unit_code, l.record_id, s.document_id, l.group_name, l.row_no, l.rule_code,
       q.field_code, q.effect, l.value_hmac,
       row_number() OVER (PARTITION BY l.record_id, l.rule_code, l.group_name, l.value_hmac
                          ORDER BY l.row_no)::integer AS occurrence,
       CASE WHEN l.cause IS NULL THEN ''::bytea
            ELSE sha256(:outer || sha256(:inner || convert_to(l.cause, 'UTF8'))) END AS cause_hmac,
       l.cause
FROM   staging.located AS l
JOIN   staging.document AS s ON s.snapshot_id = l.snapshot_id AND s.record_id = l.record_id
JOIN   quality.rule AS q ON q.suites_sha256 = :suites_sha256 AND q.rule_code = l.rule_code
WHERE  l.snapshot_id = ANY(:snapshot_ids)
