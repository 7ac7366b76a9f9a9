-- code_names.sql
-- Question: what are these codes called?
-- Asked by: every page that shows a code. Rows: one per known code.
SELECT w.list_name, w.code, c.name_vi, c.name_en
FROM   unnest(CAST(:lists AS text[]), CAST(:codes AS text[])) AS w(list_name, code)
CROSS  JOIN LATERAL (
    SELECT name_vi, name_en, valid_on FROM registry.code AS c WHERE c.list_name = w.list_name AND c.code = w.code
    UNION ALL
    SELECT name_vi, name_en, valid_on FROM registry.rank AS r WHERE w.list_name = 'ranks' AND r.rank_code = w.code
    ORDER BY valid_on DESC LIMIT 1) AS c
