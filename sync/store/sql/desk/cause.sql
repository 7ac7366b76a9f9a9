-- cause.sql
-- Question: how many people and flags has this cause, and which code is it about, where one may be quoted?
-- Asked by: a cause's page. Rows: one.
SELECT count(DISTINCT f.record_id)::integer AS record_count, count(*)::integer AS flag_count,
       count(*) FILTER (WHERE f.state = 'open')::integer AS open_count,
       min(f.due_on) AS due_on, min(f.since) AS since, min(f.field_code) AS field_code,
       coalesce((SELECT c.label FROM quality.cause AS c WHERE c.unit_code = :unit_code
                 AND c.rule_code = :rule_code AND c.cause_hmac = :cause_hmac), '') AS label
FROM   quality.flag AS f
WHERE  f.unit_code = :unit_code AND f.rule_code = :rule_code AND f.cause_hmac = :cause_hmac
  AND  f.closed_at IS NULL
