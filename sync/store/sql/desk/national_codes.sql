-- national_codes.sql
-- Question: which codes does a national list have on a day?
-- Asked by: forms that offer a choice. Rows: one per code, some hundreds.
SELECT code, name_vi, name_en FROM registry.code
WHERE  list_name = :list_name AND valid_on @> CAST(:as_of AS date)
UNION  ALL
SELECT rank_code, name_vi, name_en FROM registry.rank
WHERE  :list_name = 'ranks' AND valid_on @> CAST(:as_of AS date)
ORDER  BY 1
