-- asked_again.sql
-- Question: which flags are accepted by no waiver any more?
-- Asked by: whoever ended waivers. Rows: one per such flag of the units.
UPDATE quality.flag AS g SET state = 'open', moved_at = :now
WHERE  g.state = 'waived' AND g.closed_at IS NULL AND g.unit_code = ANY(:unit_codes)
  AND  NOT EXISTS (SELECT FROM quality.waiver AS w
                   WHERE w.state = 'active' AND w.record_id = g.record_id AND w.rule_code = g.rule_code
                     AND w.group_name = g.group_name AND w.field_code = g.field_code
                     AND w.value_hmac = g.value_hmac)
