-- 6_labels.sql
-- Question: which causes may be quoted? See 5_causes.
-- Asked by: check, after the causes were counted. Rows: one per cause that gets its label.
UPDATE quality.cause AS c
SET    label = v.cause
FROM  (SELECT DISTINCT unit_code, rule_code, cause_hmac, cause FROM seen WHERE cause IS NOT NULL) AS v
WHERE  c.unit_code = v.unit_code AND c.rule_code = v.rule_code AND c.cause_hmac = v.cause_hmac
  AND  c.label = '' AND c.record_count >= 3
  AND (c.rule_code = ANY(:pattern_rules)
       OR v.cause ~ '^[A-Z0-9]{1,8}([./_-][A-Z0-9]{1,8}){0,5}$' AND length(v.cause) <= 20
          AND length(regexp_replace(v.cause, '[^0-9]', '', 'g')) <= 7
          AND v.cause !~ '^[0-9]+[./_-][0-9]+[./_-][0-9]+$')
