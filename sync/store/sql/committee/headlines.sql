-- headlines.sql
-- Question: how did both ratios go from day :earliest to day :latest, the newest of each week?
--   A span of up to 31 days is shown day by day.
-- Asked by: the committee's page. Rows: at most 54, oldest first.
SELECT as_of, connected_count, synchronised_count, unit_count, measured_at, is_recomputed
FROM  (SELECT h.*, row_number() OVER (PARTITION BY CASE WHEN h.first_on < CAST(:latest AS date) - 31
                                                        THEN date_trunc('week', h.as_of::timestamp)
                                                        ELSE h.as_of::timestamp END
                                      ORDER BY h.as_of DESC) AS place
       FROM  (SELECT *, min(as_of) OVER () AS first_on
              FROM   facts.headline
              WHERE  as_of BETWEEN :earliest AND :latest) AS h) AS placed
WHERE  place = 1
ORDER  BY as_of
