-- What does one record say, single groups and what its lists add up to, in one row?
-- Asked by: locating failing rows. One row per (snapshot_id, record_id) with a row in staging.person.
-- $1: snapshots to look at; NULL: all. Inlined by the planner, so the filter reaches every aggregate.
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
    work.work_row_count,
    coalesce(work.open_post_count, 0) AS open_post_count,
    work.open_post_unit,
    coalesce(work.end_decision_count, 0) AS end_decision_count,
    work.retired_as_usual_on,
    work.end_movements,
    salary.sh_ngach AS open_salary_rank,
    salary.sh_bac AS open_salary_step,
    salary.sh_he_so AS open_salary_coefficient,
    training.highest_training,
    rating.record_id IS NOT NULL AS has_last_rating,
    relation.has_both_parents,
    measure.disciplined_on
FROM staging.person AS person
JOIN landing.snapshot AS snapshot ON snapshot.snapshot_id = person.snapshot_id
{joins}
LEFT JOIN staging.context AS context
    ON context.snapshot_id = person.snapshot_id AND context.record_id = person.record_id
    AND ($1 IS NULL OR context.snapshot_id = ANY($1))
LEFT JOIN (
    SELECT snapshot_id, record_id,
        count(*) AS work_row_count,
        count(*) FILTER (WHERE is_open) AS open_post_count,
        max(wh_ma_co_quan) FILTER (WHERE is_open) AS open_post_unit,
        count(*) FILTER (WHERE wh_loai_bien_dong IN ('NH', 'NHTT', 'TV', 'BTV', 'CT', 'TT')
            AND wh_so_quyet_dinh IS NOT NULL
            AND coalesce(wh_ngay_quyet_dinh, wh_den_ngay, wh_tu_ngay) IS NOT NULL) AS end_decision_count,
        max(wh_tu_ngay) FILTER (WHERE wh_loai_bien_dong = 'NH') AS retired_as_usual_on,
        array_agg(wh_loai_bien_dong) FILTER (WHERE wh_loai_bien_dong IN ('NH', 'NHTT', 'TV', 'BTV', 'CT', 'TT'))
            AS end_movements
    FROM (
        SELECT *, wh_den_ngay IS NULL AND wh_loai_bien_dong IS DISTINCT FROM 'BP'
            AND NOT 'wh_den_ngay' = ANY(unreadable_fields) AS is_open
        FROM staging.work_history
        WHERE $1 IS NULL OR snapshot_id = ANY($1)
    ) AS post
    GROUP BY snapshot_id, record_id
) AS work ON work.snapshot_id = person.snapshot_id AND work.record_id = person.record_id
LEFT JOIN (
    SELECT DISTINCT ON (snapshot_id, record_id) snapshot_id, record_id, sh_ngach, sh_bac, sh_he_so
    FROM staging.salary_history
    WHERE sh_den_ngay IS NULL AND unreadable_fields = '{{}}' AND ($1 IS NULL OR snapshot_id = ANY($1))
    ORDER BY snapshot_id, record_id, sh_tu_ngay DESC NULLS LAST
) AS salary ON salary.snapshot_id = person.snapshot_id AND salary.record_id = person.record_id
LEFT JOIN (
    SELECT snapshot_id, record_id, min(tr_trinh_do) AS highest_training
    FROM staging.training_history
    WHERE tr_trinh_do IN (SELECT code FROM registry.code WHERE list_name = 'education_levels')
        AND ($1 IS NULL OR snapshot_id = ANY($1))
    GROUP BY snapshot_id, record_id
) AS training ON training.snapshot_id = person.snapshot_id AND training.record_id = person.record_id
LEFT JOIN (
    SELECT DISTINCT rated.snapshot_id, rated.record_id
    FROM staging.evaluation AS rated
    JOIN landing.snapshot AS asked ON asked.snapshot_id = rated.snapshot_id
        AND rated.ev_nam = date_part('year', asked.as_of)::integer - 1
    WHERE $1 IS NULL OR rated.snapshot_id = ANY($1)
) AS rating ON rating.snapshot_id = person.snapshot_id AND rating.record_id = person.record_id
LEFT JOIN (
    SELECT snapshot_id, record_id,
        bool_or(fm_quan_he = 'BO') AND bool_or(fm_quan_he = 'ME') AS has_both_parents
    FROM staging.family
    WHERE $1 IS NULL OR snapshot_id = ANY($1)
    GROUP BY snapshot_id, record_id
) AS relation ON relation.snapshot_id = person.snapshot_id AND relation.record_id = person.record_id
LEFT JOIN (
    SELECT snapshot_id, record_id, max(dc_ngay_qd) AS disciplined_on
    FROM staging.discipline
    WHERE $1 IS NULL OR snapshot_id = ANY($1)
    GROUP BY snapshot_id, record_id
) AS measure ON measure.snapshot_id = person.snapshot_id AND measure.record_id = person.record_id
WHERE $1 IS NULL OR person.snapshot_id = ANY($1)
OFFSET '0'
