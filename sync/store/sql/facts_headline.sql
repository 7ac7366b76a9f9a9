-- facts_headline.sql
-- Question: what was the newest headline measured for a day from :earliest to :latest?
-- Asked by: the committee's page, for its day and for a month and a year before. Rows: 0 or 1.
SELECT as_of, connected_count, synchronised_count, unit_count, measured_at, is_recomputed
FROM   facts.headline
WHERE  (CAST(:earliest AS date) IS NULL OR as_of >= :earliest)
AND    (CAST(:latest AS date) IS NULL OR as_of <= :latest)
ORDER  BY as_of DESC
LIMIT  1
