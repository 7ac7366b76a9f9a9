-- headcount_ended.sql
-- Question: which earlier figure ends the day before the new one begins?
-- Asked by: registering headcounts. Rows: 0 or 1.
UPDATE registry.expected_headcount
SET    valid_on = daterange(lower(valid_on), CAST(:valid_from AS date))
WHERE  unit_code = :unit_code AND headcount <> :headcount
  AND  valid_on @> CAST(:valid_from AS date) AND lower(valid_on) < CAST(:valid_from AS date)
