-- find_unit.sql
-- Question: what is the unit's name today, if there is such a unit?
-- Asked by: the engineers' page of a unit. Rows: at most one.
SELECT u.unit_code, u.name_vi, u.name_en
FROM   registry.unit AS u
WHERE  u.unit_code = :unit_code AND u.valid_on @> CAST(:as_of AS date)
