-- contact_added.sql
-- Question: which office is to be asked from this day on?
-- Asked by: loading contacts. Rows: 1.
INSERT INTO registry.contact (unit_code, role, valid_on, office, office_email, office_phone, stated_by)
VALUES (:unit_code, :role, daterange(CAST(:valid_from AS date), NULL), :office, :office_email, :office_phone,
        :stated_by)
