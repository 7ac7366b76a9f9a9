-- falls.sql
-- Question: which units stood lower on :as_of, or on the day before, than when they were measured before
--   that, and have not risen again? The day before too: a wave can end after midnight. Days that were only
--   computed later tell nobody anything: the day that a wave measured does.
-- Asked by: the alerts. Rows: few.
SELECT u.unit_code, u.name_vi, u.name_en, u.is_restricted,
       d.as_of AS about_on, d.level, d.reason_vi, d.reason_en,
       before.level AS level_before, before.as_of AS before_on
FROM   facts.unit_day AS d
JOIN   registry.unit AS u ON u.unit_code = d.unit_code AND u.valid_on @> CAST(:as_of AS date)
JOIN   LATERAL (SELECT b.level, b.as_of FROM facts.unit_day AS b
                WHERE  b.unit_code = d.unit_code AND b.as_of < d.as_of
                  AND  NOT EXISTS (SELECT FROM facts.headline AS h WHERE h.as_of = b.as_of AND h.is_recomputed)
                ORDER BY b.as_of DESC LIMIT 1) AS before ON true
JOIN   LATERAL (SELECT n.level FROM facts.unit_day AS n
                WHERE n.unit_code = d.unit_code AND n.as_of <= CAST(:as_of AS date)
                ORDER BY n.as_of DESC LIMIT 1) AS newest ON true
WHERE  d.as_of BETWEEN CAST(:as_of AS date) - 1 AND CAST(:as_of AS date)
  AND  NOT EXISTS (SELECT FROM facts.headline AS h WHERE h.as_of = d.as_of AND h.is_recomputed)
  AND  d.level < before.level AND newest.level < before.level
ORDER  BY u.unit_code, d.as_of
