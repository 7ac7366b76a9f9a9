-- cause.sql
-- Question: how many people and flags has this cause, and which code is it about, where one may be quoted?
-- Asked by: a cause's page. Rows: one.
SELECT (SELECT coalesce(sum(a.record_count), 0)::integer FROM quality.asked_cause AS a
        WHERE a.unit_code = :unit_code AND a.rule_code = :rule_code AND a.cause_hmac = :cause_hmac) AS record_count,
       coalesce(sum(n), 0)::integer AS flag_count,
       coalesce(sum(n) FILTER (WHERE t.state = 'open'), 0)::integer AS open_count,
       min(t.due_on) AS due_on,
       (SELECT min(a.since) FROM quality.asked_cause AS a
        WHERE a.unit_code = :unit_code AND a.rule_code = :rule_code AND a.cause_hmac = :cause_hmac) AS since,
       min(t.field_code) AS field_code,
       coalesce((SELECT c.label FROM quality.cause AS c WHERE c.unit_code = :unit_code
                 AND c.rule_code = :rule_code AND c.cause_hmac = :cause_hmac), '') AS label
FROM  (SELECT state, due_on, field_code, sum(flag_count) AS n
       FROM   quality.flag_tally
       WHERE  unit_code = :unit_code AND rule_code = :rule_code AND cause_hmac = :cause_hmac
       GROUP  BY state, due_on, field_code
       HAVING sum(flag_count) > 0) AS t
