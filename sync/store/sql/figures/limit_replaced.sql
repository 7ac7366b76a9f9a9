-- limit_replaced.sql
-- Question: which words on this brake begin on the same day or later? The new one replaces them.
-- Asked by: setting a limit. Rows: few.
DELETE FROM registry.brake_limit
WHERE  unit_code = :unit_code AND rule_code = :rule_code AND lower(valid_on) >= CAST(:valid_from AS date)
