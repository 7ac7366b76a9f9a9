-- Undoes 0002_brakes.sql.
SELECT 1;
