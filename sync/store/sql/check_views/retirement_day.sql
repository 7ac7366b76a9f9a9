-- When does somebody of this sex, born in this month, retire? Asked by: the check functions.
-- Decree 135/2020: the first day of the month after the age of the year in which it is reached.
-- The last age of the roadmap stays for all later years. One array a sex, element 1 for January 1930:
-- a join instead would sort every wide row, because the planner cannot know that keys are unique.
-- IMMUTABLE: it is asked once, while a statement is planned (no plan is kept here); a subquery instead
--   would leave the rules to one worker.
CREATE FUNCTION staging.retirement_days(sex text) RETURNS date[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $body$
WITH age AS (
    SELECT age_months, CASE WHEN year = max(year) OVER () THEN 9999 ELSE year END AS until_year
    FROM registry.retirement_age WHERE sex_code = sex
), reached AS (
    SELECT DISTINCT ON (month_index) month_index, month_index + age_months + 1 AS retires_month
    FROM generate_series(1930 * 12, 2015 * 12 - 1) AS month_index
    JOIN age ON (month_index + age_months) / 12 <= until_year
    ORDER BY month_index, until_year
)
SELECT array_agg(make_date(retires_month / 12, retires_month % 12 + 1, 1) ORDER BY month_index)
FROM reached
$body$;
