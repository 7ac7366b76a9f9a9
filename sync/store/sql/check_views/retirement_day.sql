-- When does somebody of this sex, born in this month, retire? Asked by: the check functions.
-- Decree 135/2020: the first day of the month after the age of the year in which it is reached.
-- The last age of the roadmap stays for all later years. About 2,000 rows, and the planner must
-- know it: the SET keeps the function from being inlined and its size from being guessed.
CREATE FUNCTION staging.retirement_day()
RETURNS TABLE (sex_code text, birth_month date, retires_on date)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2000 SET search_path = pg_catalog AS $body$
WITH age AS (
    SELECT sex_code, age_months,
        CASE WHEN year = max(year) OVER (PARTITION BY sex_code) THEN 9999 ELSE year END AS until_year
    FROM registry.retirement_age
), born AS (
    SELECT month_index FROM generate_series(1930 * 12, 2015 * 12 - 1) AS month_index
)
SELECT sex_code,
    make_date(month_index / 12, month_index % 12 + 1, 1) AS birth_month,
    make_date((month_index + age_months + 1) / 12, (month_index + age_months + 1) % 12 + 1, 1) AS retires_on
FROM (
    SELECT DISTINCT ON (age.sex_code, born.month_index) age.sex_code, born.month_index, age.age_months
    FROM born
    JOIN age ON (born.month_index + age.age_months) / 12 <= age.until_year
    ORDER BY age.sex_code, born.month_index, age.until_year
) AS reached
$body$;
