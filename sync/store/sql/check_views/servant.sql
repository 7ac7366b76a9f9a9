-- What does one record say, single groups and what its lists add up to, in one row?
-- Asked by: locating failing rows. One row per (snapshot_id, record_id) with a row in staging.person.
-- $1: snapshots to look at; NULL: all. Inlined by the planner, so the filter reaches every aggregate.
-- Four lists add up in one grouping and one join; the few rows about an end have a grouping of
--   their own, because an array a group makes the planner spill groups to disk.
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
    listed.work_row_count,
    coalesce(listed.open_post_count, 0) AS open_post_count,
    listed.open_post_unit,
    coalesce(ending.end_decision_count, 0) AS end_decision_count,
    ending.retired_as_usual_on,
    ending.end_movements,
    salary.sh_ngach AS open_salary_rank,
    salary.sh_bac AS open_salary_step,
    salary.sh_he_so AS open_salary_coefficient,
    listed.highest_training,
    coalesce(listed.has_last_rating, false) AS has_last_rating,
    listed.has_both_parents,
    measure.disciplined_on
FROM staging.person AS person
JOIN landing.snapshot AS snapshot ON snapshot.snapshot_id = person.snapshot_id
{joins}
LEFT JOIN staging.context AS context
    ON context.snapshot_id = person.snapshot_id AND context.record_id = person.record_id
    AND ($1 IS NULL OR context.snapshot_id = ANY($1))
LEFT JOIN (
    SELECT snapshot_id, record_id,
        nullif(count(is_open), 0) AS work_row_count,
        count(*) FILTER (WHERE is_open) AS open_post_count,
        max(open_unit) AS open_post_unit,
        min(level) AS highest_training,
        bool_or(is_rated) AS has_last_rating,
        bool_or(is_father) AND bool_or(is_mother) AS has_both_parents
    FROM (
        SELECT snapshot_id, record_id, is_open,
            CASE WHEN is_open THEN wh_ma_co_quan END AS open_unit,
            NULL AS level, NULL::boolean AS is_rated, NULL::boolean AS is_father, NULL::boolean AS is_mother
        FROM (
            SELECT *, wh_den_ngay IS NULL AND wh_loai_bien_dong IS DISTINCT FROM 'BP'
                AND NOT 'wh_den_ngay' = ANY(unreadable_fields) AS is_open
            FROM staging.work_history
            WHERE $1 IS NULL OR snapshot_id = ANY($1)
        ) AS post
        UNION ALL
        SELECT snapshot_id, record_id, NULL, NULL, tr_trinh_do, NULL, NULL, NULL
        FROM staging.training_history
        WHERE tr_trinh_do IN (SELECT code FROM registry.code WHERE list_name = 'education_levels')
            AND ($1 IS NULL OR snapshot_id = ANY($1))
        UNION ALL
        SELECT rated.snapshot_id, rated.record_id, NULL, NULL, NULL, true, NULL, NULL
        FROM staging.evaluation AS rated
        JOIN landing.snapshot AS asked ON asked.snapshot_id = rated.snapshot_id
            AND rated.ev_nam = date_part('year', asked.as_of)::integer - 1
        WHERE $1 IS NULL OR rated.snapshot_id = ANY($1)
        UNION ALL
        SELECT snapshot_id, record_id, NULL, NULL, NULL, NULL, fm_quan_he = 'BO', fm_quan_he = 'ME'
        FROM staging.family
        WHERE $1 IS NULL OR snapshot_id = ANY($1)
    ) AS listed
    GROUP BY snapshot_id, record_id
) AS listed ON listed.snapshot_id = person.snapshot_id AND listed.record_id = person.record_id
LEFT JOIN (
    SELECT snapshot_id, record_id,
        count(*) FILTER (WHERE wh_so_quyet_dinh IS NOT NULL
            AND coalesce(wh_ngay_quyet_dinh, wh_den_ngay, wh_tu_ngay) IS NOT NULL) AS end_decision_count,
        max(wh_tu_ngay) FILTER (WHERE wh_loai_bien_dong = 'NH') AS retired_as_usual_on,
        array_agg(wh_loai_bien_dong) AS end_movements
    FROM staging.work_history
    WHERE wh_loai_bien_dong IN ('NH', 'NHTT', 'TV', 'BTV', 'CT', 'TT')
        AND ($1 IS NULL OR snapshot_id = ANY($1))
    GROUP BY snapshot_id, record_id
) AS ending ON ending.snapshot_id = person.snapshot_id AND ending.record_id = person.record_id
LEFT JOIN (
    SELECT DISTINCT ON (snapshot_id, record_id) snapshot_id, record_id, sh_ngach, sh_bac, sh_he_so
    FROM staging.salary_history
    WHERE sh_den_ngay IS NULL AND unreadable_fields = '{{}}' AND ($1 IS NULL OR snapshot_id = ANY($1))
    ORDER BY snapshot_id, record_id, sh_tu_ngay DESC NULLS LAST
) AS salary ON salary.snapshot_id = person.snapshot_id AND salary.record_id = person.record_id
LEFT JOIN (
    SELECT snapshot_id, record_id, max(dc_ngay_qd) AS disciplined_on
    FROM staging.discipline
    WHERE $1 IS NULL OR snapshot_id = ANY($1)
    GROUP BY snapshot_id, record_id
) AS measure ON measure.snapshot_id = person.snapshot_id AND measure.record_id = person.record_id
WHERE $1 IS NULL OR person.snapshot_id = ANY($1)
OFFSET '0'
