-- flags.sql
-- Question: which questions of a unit wait, in the order in which they should be answered?
-- Asked by: a cause's page, the list of flags. Rows: one page, from where the one before ended.
SELECT g.flag_id, g.unit_code, g.record_id, g.group_name, g.row_no, g.field_code, g.rule_code, g.effect, g.state,
       g.since, g.due_on, g.cause_hmac, coalesce(c.label, '') AS label
FROM   quality.flag AS g
LEFT   JOIN quality.cause AS c ON c.unit_code = g.unit_code AND c.rule_code = g.rule_code
                              AND c.cause_hmac = g.cause_hmac
WHERE  g.unit_code = :unit_code AND g.closed_at IS NULL
  AND (CAST(:rule_code AS text) IS NULL OR g.rule_code = :rule_code)
  AND (CAST(:cause_hmac AS bytea) IS NULL OR g.cause_hmac = :cause_hmac)
  AND (CAST(:effect AS text) IS NULL OR g.effect = :effect)
  AND (CAST(:states AS text[]) IS NULL OR g.state = ANY(CAST(:states AS text[])))
  AND (CAST(:record_id AS bigint) IS NULL OR g.record_id = :record_id)
  AND (CAST(:due_by AS date) IS NULL OR g.due_on <= :due_by)
  AND (CAST(:since_before AS timestamptz) IS NULL OR g.since < :since_before)
  AND (CAST(:after_effect AS text) IS NULL
       OR g.effect < :after_effect
       OR g.effect = :after_effect AND (g.due_on, g.flag_id) > (:after_due_on, :after_flag_id))
ORDER  BY g.effect DESC, g.due_on, g.flag_id
LIMIT  :row_limit
