-- contact_replaced.sql
-- Question: which contacts of this unit and role begin on the same day or later? The new one replaces them.
-- Asked by: loading contacts. Rows: few.
DELETE FROM registry.contact
WHERE  unit_code = :unit_code AND role = :role AND lower(valid_on) >= CAST(:valid_from AS date)
