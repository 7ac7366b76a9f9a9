-- headcount_restated.sql
-- Question: does the steward restate the figure of the same day?
-- Asked by: registering headcounts. Rows: 0 or 1.
DELETE FROM registry.expected_headcount
WHERE  unit_code = :unit_code AND lower(valid_on) = CAST(:valid_from AS date) AND headcount <> :headcount
