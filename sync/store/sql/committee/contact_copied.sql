-- contact_copied.sql
-- Question: which contacts are in force on day :as_of? The pages' copy.
-- Asked by: measure, and loading contacts. Rows: at most two per unit.
INSERT INTO facts.contact (unit_code, role, office, office_email, office_phone, since_on)
SELECT c.unit_code, c.role, c.office, c.office_email, c.office_phone, lower(c.valid_on)
FROM   registry.contact AS c
WHERE  c.valid_on @> CAST(:as_of AS date)
