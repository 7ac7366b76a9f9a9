-- codes.sql
-- Question: which codes of these lists hold on :as_of, with their names?
-- Asked by: the choices of a sheet, and reading them back. Rows: one per code.
SELECT c.list_name, c.code, c.name_vi, c.name_en
FROM   registry.code AS c
WHERE  c.list_name = ANY(:lists) AND c.valid_on @> CAST(:as_of AS date)
UNION  ALL
SELECT 'ranks', r.rank_code, r.name_vi, r.name_en
FROM   registry.rank AS r
WHERE  'ranks' = ANY(:lists) AND r.valid_on @> CAST(:as_of AS date)
ORDER  BY 1, 2
