-- Undoes 0002_catalogue.sql.
SELECT 1;
