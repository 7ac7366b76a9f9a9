-- causes.sql
-- Question: which tasks wait in a unit: one for each rule and code or pattern, with their records and days?
-- Asked by: the first page of a unit's officers. Rows: one per cause; blocking first, then most records.
SELECT g.effect, g.rule_code, g.group_name, g.field_code, g.cause_hmac, coalesce(c.label, '') AS label,
       count(DISTINCT g.record_id)::integer AS record_count,
       count(*)::integer AS flag_count,
       count(*) FILTER (WHERE g.state = 'open')::integer AS open_count,
       count(*) FILTER (WHERE g.state = 'proposed')::integer AS proposed_count,
       count(*) FILTER (WHERE g.state = 'approved')::integer AS approved_count,
       count(*) FILTER (WHERE g.state = 'waived')::integer AS waived_count,
       min(g.due_on) FILTER (WHERE g.state = 'open') AS due_on,
       min(g.since) AS since
FROM   quality.flag AS g
LEFT   JOIN quality.cause AS c ON c.unit_code = g.unit_code AND c.rule_code = g.rule_code
                              AND c.cause_hmac = g.cause_hmac
WHERE  g.unit_code = :unit_code AND g.closed_at IS NULL
GROUP  BY g.effect, g.rule_code, g.group_name, g.field_code, g.cause_hmac, c.label
ORDER  BY g.effect DESC, count(DISTINCT g.record_id) DESC, min(g.due_on) FILTER (WHERE g.state = 'open') NULLS LAST,
          g.rule_code, g.cause_hmac
