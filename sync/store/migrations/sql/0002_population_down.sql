-- Undoes 0002_population.sql.
SELECT 1;
