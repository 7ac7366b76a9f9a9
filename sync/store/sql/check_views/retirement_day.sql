-- When does somebody of this sex, born in this month, retire? Asked by: the check functions.
-- Decree 135/2020: the first day of the month after the age of the year in which it is reached.
-- Years after the roadmap keep its last age. About 2,400 rows.
CREATE VIEW staging.retirement_day AS
WITH age AS (
    SELECT year, sex_code, age_months FROM registry.retirement_age
    UNION ALL
    SELECT later.year, last.sex_code, last.age_months
    FROM (SELECT DISTINCT ON (sex_code) year, sex_code, age_months
          FROM registry.retirement_age ORDER BY sex_code, year DESC) AS last
    CROSS JOIN LATERAL generate_series(last.year + 1, 2090) AS later(year)
), born AS (
    SELECT month_index FROM generate_series(1920 * 12, 2020 * 12 - 1) AS month_index
)
SELECT DISTINCT ON (age.sex_code, born.month_index)
    age.sex_code,
    make_date(born.month_index / 12, born.month_index % 12 + 1, 1) AS birth_month,
    make_date((born.month_index + age.age_months + 1) / 12,
              (born.month_index + age.age_months + 1) % 12 + 1, 1) AS retires_on
FROM born
JOIN age ON (born.month_index + age.age_months) / 12 <= age.year
ORDER BY age.sex_code, born.month_index, age.year;
