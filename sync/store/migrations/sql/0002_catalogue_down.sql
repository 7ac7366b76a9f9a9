-- Undoes 0002_catalogue.sql.
DROP INDEX register.person_born_on_new_year;
DROP INDEX register.person_by_birth_and_name;
