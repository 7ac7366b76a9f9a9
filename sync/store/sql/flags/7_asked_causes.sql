-- 7_asked_causes.sql
-- Question: how many records does each cause of these units' flags concern now, and since when?
-- Asked by: check and admit, after flags opened and closed. Rows: one per cause that changed.
WITH counted AS (
    SELECT unit_code, rule_code, cause_hmac, effect, group_name, field_code,
           count(DISTINCT record_id)::integer AS record_count, min(since) AS since
    FROM   quality.flag
    WHERE  unit_code = ANY(:unit_codes) AND closed_at IS NULL
    GROUP  BY unit_code, rule_code, cause_hmac, effect, group_name, field_code
), gone AS (
    DELETE FROM quality.asked_cause AS a
    WHERE  a.unit_code = ANY(:unit_codes)
      AND  NOT EXISTS (SELECT FROM counted AS n
                       WHERE (n.unit_code, n.rule_code, n.cause_hmac, n.effect, n.group_name, n.field_code)
                             = (a.unit_code, a.rule_code, a.cause_hmac, a.effect, a.group_name, a.field_code))
)
INSERT INTO quality.asked_cause AS a (unit_code, rule_code, cause_hmac, effect, group_name, field_code,
    record_count, since)
SELECT * FROM counted
ON     CONFLICT (unit_code, rule_code, cause_hmac, effect, group_name, field_code) DO UPDATE
SET    record_count = excluded.record_count, since = excluded.since
WHERE (a.record_count, a.since) IS DISTINCT FROM (excluded.record_count, excluded.since)
