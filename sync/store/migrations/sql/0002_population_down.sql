-- Undoes 0002_population.sql.
DROP TABLE registry.population_register;
DROP TABLE quality.population_day;
DROP TABLE quality.population_check;
DROP FUNCTION quality.asked_hmac;
