-- national.sql
-- Question: which codes of a national list hold on :day?
-- Asked by: proposing a mapping. Rows: one per code.
SELECT code, name_vi, name_en FROM registry.code
WHERE  list_name = :code_list AND valid_on @> CAST(:day AS date)
UNION  ALL
SELECT rank_code, name_vi, name_en FROM registry.rank
WHERE  :code_list = 'ranks' AND valid_on @> CAST(:day AS date)
UNION  ALL
SELECT unit_code, name_vi, name_en FROM registry.unit
WHERE  :code_list = 'units' AND valid_on @> CAST(:day AS date)
ORDER  BY code
