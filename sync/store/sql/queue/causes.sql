-- causes.sql
-- Question: which tasks wait in a unit: one for each rule and code or pattern, with their records and days?
-- Asked by: the first page of a unit's officers. Rows: one per cause; blocking first, then what is
--   due (or overdue) first, then most records; what nobody has to answer any more comes last.
WITH waiting AS (
    SELECT effect, rule_code, group_name, field_code, cause_hmac, state, due_on, sum(flag_count) AS n
    FROM   quality.flag_tally
    WHERE  unit_code = :unit_code
    GROUP  BY effect, rule_code, group_name, field_code, cause_hmac, state, due_on
    HAVING sum(flag_count) > 0
), counted AS (
    SELECT effect, rule_code, group_name, field_code, cause_hmac, sum(n)::integer AS flag_count,
           coalesce(sum(n) FILTER (WHERE state = 'open'), 0)::integer AS open_count,
           coalesce(sum(n) FILTER (WHERE state = 'proposed'), 0)::integer AS proposed_count,
           coalesce(sum(n) FILTER (WHERE state = 'approved'), 0)::integer AS approved_count,
           coalesce(sum(n) FILTER (WHERE state = 'waived'), 0)::integer AS waived_count,
           min(due_on) FILTER (WHERE state = 'open') AS due_on
    FROM   waiting
    GROUP  BY effect, rule_code, group_name, field_code, cause_hmac
)
SELECT g.effect, g.rule_code, g.group_name, g.field_code, g.cause_hmac, coalesce(c.label, '') AS label,
       coalesce(a.record_count, g.flag_count) AS record_count, g.flag_count, g.open_count, g.proposed_count, g.approved_count, g.waived_count,
       g.due_on, coalesce(a.since, c.updated_at, statement_timestamp()) AS since
FROM   counted AS g
LEFT   JOIN quality.asked_cause AS a  -- counted by the next wave, where two counted at once
       ON a.unit_code = :unit_code
      AND (a.rule_code, a.cause_hmac, a.effect, a.group_name, a.field_code)
          = (g.rule_code, g.cause_hmac, g.effect, g.group_name, g.field_code)
LEFT   JOIN quality.cause AS c ON c.unit_code = :unit_code AND c.rule_code = g.rule_code
                              AND c.cause_hmac = g.cause_hmac
ORDER  BY g.effect DESC, g.due_on NULLS LAST, record_count DESC, g.rule_code, g.cause_hmac
