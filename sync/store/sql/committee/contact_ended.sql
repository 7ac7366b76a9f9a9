-- contact_ended.sql
-- Question: which contact of this unit and role ends the day before another one begins?
-- Asked by: loading contacts. Rows: 0 or 1.
UPDATE registry.contact
SET    valid_on = daterange(lower(valid_on), CAST(:valid_from AS date))
WHERE  unit_code = :unit_code AND role = :role AND valid_on @> CAST(:valid_from AS date)
