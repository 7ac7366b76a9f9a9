-- add.sql
-- Question: which values are accepted, so that the flags of them are no longer asked? Two flags may ask about one
--   value in two rows: it is accepted once.
-- Asked by: accepting flags. Rows: one per flag.
WITH added AS (
    INSERT INTO quality.waiver (unit_code, flag_id, record_id, group_name, field_code, rule_code, value_hmac,
        until_on, reason, state, stated_by, stated_at)
    SELECT g.unit_code, min(g.flag_id), g.record_id, g.group_name, g.field_code, g.rule_code, g.value_hmac,
           :until_on, :reason, 'active', :stated_by, :stated_at
    FROM   quality.flag AS g
    WHERE  g.flag_id = ANY(:flag_ids)
      AND  NOT EXISTS (SELECT FROM quality.waiver AS w
                       WHERE w.state = 'active' AND w.record_id = g.record_id AND w.rule_code = g.rule_code
                         AND w.group_name = g.group_name AND w.field_code = g.field_code
                         AND w.value_hmac = g.value_hmac)
    GROUP  BY g.unit_code, g.record_id, g.group_name, g.field_code, g.rule_code, g.value_hmac
)
UPDATE quality.flag AS g SET state = 'waived', moved_at = :stated_at
WHERE  g.state = 'open'
  AND (g.record_id, g.rule_code, g.group_name, g.field_code, g.value_hmac) IN
      (SELECT f.record_id, f.rule_code, f.group_name, f.field_code, f.value_hmac FROM quality.flag AS f
       WHERE  f.flag_id = ANY(:flag_ids))
