-- missing_days.sql
-- Question: which days since the first ledger entry and before day :before have no figures, newest first,
--   and how many are there in all?
-- Asked by: measure. Rows: at most :row_limit.
SELECT d.day::date AS as_of, count(*) OVER () AS missing_count
FROM   generate_series((SELECT CAST(min(e.recorded_at) AT TIME ZONE :zone AS date) FROM ledger.entry AS e)::timestamp,
                       CAST(:before AS date)::timestamp - interval '1 day', interval '1 day') AS d(day)
WHERE  NOT EXISTS (SELECT FROM facts.headline AS h WHERE h.as_of = d.day::date)
ORDER  BY d.day DESC
LIMIT  :row_limit
