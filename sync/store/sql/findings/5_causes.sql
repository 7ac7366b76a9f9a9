-- 5_causes.sql
-- Question: how many records and findings has each open cause (rule + code or pattern) of these units?
--   A code is quoted only where it names nobody: short, of capital letters, digits and separators, at most
--   7 digits in all, no day, and in at least 3 records of the unit; a pattern (9 for a digit, a for a letter)
--   likewise in at least 3. A label goes when fewer say it.
-- Asked by: check, after findings were merged, and admit, after what left was closed. Rows: one per cause.
WITH counted AS (
    SELECT f.unit_code, f.rule_code, f.cause_hmac, count(DISTINCT f.record_id)::integer AS record_count,
           count(*)::integer AS finding_count
    FROM   quality.finding AS f
    WHERE  f.closed_at IS NULL AND f.unit_code = ANY(:unit_codes)
    GROUP  BY f.unit_code, f.rule_code, f.cause_hmac
), gone AS (
    DELETE FROM quality.cause AS c
    WHERE  c.unit_code = ANY(:unit_codes)
      AND  NOT EXISTS (SELECT FROM counted AS n WHERE n.unit_code = c.unit_code AND n.rule_code = c.rule_code
                                                  AND n.cause_hmac = c.cause_hmac)
)
INSERT INTO quality.cause (unit_code, rule_code, cause_hmac, record_count, finding_count, updated_at)
SELECT n.unit_code, n.rule_code, n.cause_hmac, n.record_count, n.finding_count, :now
FROM   counted AS n
ON     CONFLICT (unit_code, rule_code, cause_hmac) DO UPDATE
SET    record_count = excluded.record_count, finding_count = excluded.finding_count, updated_at = excluded.updated_at,
       label = CASE WHEN excluded.record_count >= 3 THEN quality.cause.label ELSE '' END
WHERE (quality.cause.record_count, quality.cause.finding_count)
      IS DISTINCT FROM (excluded.record_count, excluded.finding_count)
