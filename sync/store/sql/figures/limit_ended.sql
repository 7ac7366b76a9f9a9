-- limit_ended.sql
-- Question: which word on this brake ends the day before the new one begins?
-- Asked by: setting a limit. Rows: 0 or 1.
UPDATE registry.brake_limit
SET    valid_on = daterange(lower(valid_on), CAST(:valid_from AS date))
WHERE  unit_code = :unit_code AND rule_code = :rule_code AND valid_on @> CAST(:valid_from AS date)
