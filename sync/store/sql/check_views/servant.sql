-- What does one record say, single groups and what its lists add up to, in one row?
-- Asked by: locating failing rows. One row per (snapshot_id, record_id) with a row in staging.person.
-- $1: snapshots to look at; NULL: all. Inlined by the planner, so the filter reaches every aggregate.
-- What the lists add up to was staged when they were read: a worker would add them up once each.
-- OFFSET '0': every column is computed once, not again in each of a hundred rules. Quoted: of a
--   bare 0 the planner does not see in time that it is none, and leaves the rules to one worker.
SELECT
    person.snapshot_id,
    person.record_id,
    1 AS row_no,
    snapshot.as_of,
    snapshot.unit_code,
    {fields},
    NULLIF({unreadable}, '{{}}') AS unreadable_fields,
    NULLIF({converted}, '{{}}') AS converted_fields,
    context.number_in_unit_count,
    context.number_elsewhere_count,
    context.population_status,
    context.population_fields,
    context.is_name_close,
    (CASE person.gioi_tinh
        WHEN '1' THEN staging.retirement_days('1')
        WHEN '2' THEN staging.retirement_days('2')
    END)[(date_part('year', person.ngay_sinh)::integer - 1930) * 12
        + date_part('month', person.ngay_sinh)::integer] AS retires_on,
    sums.work_row_count,
    coalesce(sums.open_post_count, 0) AS open_post_count,
    sums.open_post_unit,
    coalesce(sums.end_decision_count, 0) AS end_decision_count,
    sums.retired_as_usual_on,
    sums.end_movements,
    sums.open_salary_rank,
    sums.open_salary_step,
    sums.open_salary_coefficient,
    sums.highest_training,
    coalesce(sums.has_last_rating, false) AS has_last_rating,
    sums.has_both_parents,
    sums.disciplined_on
FROM staging.person AS person
JOIN landing.snapshot AS snapshot ON snapshot.snapshot_id = person.snapshot_id
{joins}
LEFT JOIN staging.context AS context
    ON context.snapshot_id = person.snapshot_id AND context.record_id = person.record_id
    AND ($1 IS NULL OR context.snapshot_id = ANY($1))
LEFT JOIN staging.sums AS sums
    ON sums.snapshot_id = person.snapshot_id AND sums.record_id = person.record_id
    AND ($1 IS NULL OR sums.snapshot_id = ANY($1))
WHERE $1 IS NULL OR person.snapshot_id = ANY($1)
OFFSET '0'
