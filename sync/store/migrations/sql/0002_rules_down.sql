-- Undoes 0002_rules.sql.
SELECT 1;
