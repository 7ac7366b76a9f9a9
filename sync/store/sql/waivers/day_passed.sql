-- day_passed.sql
-- Question: which accepted values are to be asked about again, because their day passed?
-- Asked by: measure, each day. Rows: one per waiver of the units.
UPDATE quality.waiver AS w SET state = 'ended', ended_at = :now, ended_by = 'pipeline'
WHERE  w.state = 'active' AND w.until_on < :as_of AND w.unit_code = ANY(:unit_codes)
RETURNING w.unit_code, w.waiver_id
