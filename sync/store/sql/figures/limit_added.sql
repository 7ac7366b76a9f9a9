-- limit_added.sql
-- Question: which limit holds for this unit from this day on?
-- Asked by: setting a limit. Rows: 1.
INSERT INTO registry.brake_limit (unit_code, rule_code, valid_on, max_count, max_ratio, stated_by, reason, stated_at)
VALUES (:unit_code, :rule_code, daterange(CAST(:valid_from AS date), NULL), :max_count,
        CAST(:max_ratio AS numeric), :stated_by, :reason, :stated_at)
