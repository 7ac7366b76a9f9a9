-- basis_code_lists.sql
-- Question: what does each code list say of each code, names aside?
-- Asked by: read, to see which codes changed since the present documents were read. Rows: one per list.
SELECT list_name, jsonb_object_agg(code, says) AS content
FROM  (SELECT list_name, code, string_agg(valid_on::text || attributes::text, ';' ORDER BY valid_on) AS says
       FROM   registry.code GROUP BY list_name, code
       UNION ALL
       SELECT 'ranks', rank_code, string_agg(concat_ws(' ', valid_on, salary_group, allowed_groups, staff_category),
                                             ';' ORDER BY valid_on)
       FROM   registry.rank GROUP BY rank_code
       UNION ALL
       SELECT 'salary_groups', salary_group,
              string_agg(concat_ws(' ', staff_kind, step, coefficient, steps_in_group), ';' ORDER BY staff_kind, step)
       FROM   registry.salary_step GROUP BY salary_group
       UNION ALL
       SELECT 'units', unit_code, string_agg(concat_ws(' ', valid_on, successor_code), ';' ORDER BY valid_on)
       FROM   registry.unit GROUP BY unit_code
       UNION ALL
       SELECT 'id_prefixes', prefix, gso_code FROM registry.id_prefix
       UNION ALL
       SELECT 'retirement_ages', concat(year, '/', sex_code), age_months::text FROM registry.retirement_age) AS listed
GROUP  BY list_name
