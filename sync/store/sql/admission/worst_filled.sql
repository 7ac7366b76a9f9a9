-- worst_filled.sql
-- Question: which mandatory field is filled least, in how many of the readable records?
-- Asked by: admit. Rows: 1.
WITH readable AS (
    SELECT p.missing_fields FROM landing.present AS p
    WHERE  p.unit_code = :unit_code AND p.typed_sha256 IS NOT NULL
), lacking AS (
    SELECT field_code, count(*) AS missing
    FROM   readable CROSS JOIN LATERAL unnest(missing_fields) AS field_code
    GROUP  BY field_code ORDER BY count(*) DESC, field_code LIMIT 1
)
SELECT (SELECT count(*) FROM readable)::integer AS filled_of,
       ((SELECT count(*) FROM readable) - coalesce((SELECT missing FROM lacking), 0))::integer AS filled,
       coalesce((SELECT field_code FROM lacking), '') AS filled_field
