-- Undoes 0002_rules.sql.
DROP TABLE quality.rule_condition;
