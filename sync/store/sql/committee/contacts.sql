-- contacts.sql
-- Question: which offices can be asked about the units (or the one named) now?
-- Asked by: the committee's list of units and a unit's page. Rows: at most two per unit.
SELECT   unit_code, role, office, office_email, office_phone, since_on
FROM     facts.contact
WHERE   (CAST(:unit_code AS text) IS NULL OR unit_code = :unit_code)
ORDER BY unit_code, role
