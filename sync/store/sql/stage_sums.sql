-- stage_sums.sql
-- Question: what do the lists of each record add up to?
-- Asked by: read, once all is typed and corrections are laid; and for a record checked alone.
--   One row per staged document, so that rules about the record and about a list row share it.
-- Four lists add up in one grouping; the few rows about an end have a grouping of their own, because an
--   array a group makes the planner spill groups to disk.
-- post_since: since when today's category is sure to hold, for a new post may have brought another. A post
--   of an unknown day may be the latest one, and then nobody knows.
INSERT INTO staging.sums (snapshot_id, record_id, work_row_count, open_post_count, open_post_unit, post_since,
    highest_training, has_last_rating, has_both_parents, end_decision_count, retired_as_usual_on, end_movements,
    ended_on, open_salary_rank, open_salary_step, open_salary_coefficient, disciplined_on)
SELECT document.snapshot_id, document.record_id,
    listed.work_row_count,
    coalesce(listed.open_post_count, 0),
    listed.open_post_unit,
    listed.post_since,
    listed.highest_training,
    coalesce(listed.has_last_rating, false),
    listed.has_both_parents,
    coalesce(ending.end_decision_count, 0),
    ending.retired_as_usual_on,
    ending.end_movements,
    ending.ended_on,
    salary.sh_ngach,
    salary.sh_bac,
    salary.sh_he_so,
    measure.disciplined_on
FROM staging.document AS document
LEFT JOIN (
    SELECT snapshot_id, record_id,
        nullif(count(is_open), 0) AS work_row_count,
        count(*) FILTER (WHERE is_open) AS open_post_count,
        max(open_unit) AS open_post_unit,
        CASE WHEN bool_and(began_on IS NOT NULL) FILTER (WHERE is_post) THEN max(began_on) FILTER (WHERE is_post) END
            AS post_since,
        min(level) AS highest_training,
        bool_or(is_rated) AS has_last_rating,
        bool_or(is_father) AND bool_or(is_mother) AS has_both_parents
    FROM (
        SELECT snapshot_id, record_id, is_open,
            CASE WHEN is_open THEN wh_ma_co_quan END AS open_unit,
            coalesce(wh_loai_bien_dong, '') NOT IN ('BP', 'BNL', 'NH', 'NHTT', 'TV', 'BTV', 'CT', 'TT') AS is_post,
            wh_tu_ngay AS began_on,
            NULL AS level, NULL::boolean AS is_rated, NULL::boolean AS is_father, NULL::boolean AS is_mother
        FROM (
            SELECT *, wh_den_ngay IS NULL AND wh_loai_bien_dong IS DISTINCT FROM 'BP'
                AND NOT 'wh_den_ngay' = ANY(unreadable_fields) AS is_open
            FROM staging.work_history
            WHERE snapshot_id = ANY(:snapshot_ids)
        ) AS post
        UNION ALL
        SELECT snapshot_id, record_id, NULL, NULL, NULL, NULL, tr_trinh_do, NULL, NULL, NULL
        FROM staging.training_history
        WHERE tr_trinh_do IN (SELECT code FROM registry.code WHERE list_name = 'education_levels')
            AND snapshot_id = ANY(:snapshot_ids)
        UNION ALL
        SELECT rated.snapshot_id, rated.record_id, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL
        FROM staging.evaluation AS rated
        JOIN landing.snapshot AS asked ON asked.snapshot_id = rated.snapshot_id
            AND rated.ev_nam = date_part('year', asked.as_of)::integer - 1
        WHERE rated.snapshot_id = ANY(:snapshot_ids)
        UNION ALL
        SELECT snapshot_id, record_id, NULL, NULL, NULL, NULL, NULL, NULL, fm_quan_he = 'BO', fm_quan_he = 'ME'
        FROM staging.family
        WHERE snapshot_id = ANY(:snapshot_ids)
    ) AS listed
    GROUP BY snapshot_id, record_id
) AS listed ON listed.snapshot_id = document.snapshot_id AND listed.record_id = document.record_id
LEFT JOIN (
    SELECT snapshot_id, record_id,
        count(*) FILTER (WHERE wh_so_quyet_dinh IS NOT NULL
            AND coalesce(wh_ngay_quyet_dinh, wh_den_ngay, wh_tu_ngay) IS NOT NULL) AS end_decision_count,
        max(wh_tu_ngay) FILTER (WHERE wh_loai_bien_dong = 'NH') AS retired_as_usual_on,
        array_agg(wh_loai_bien_dong) AS end_movements,
        max(wh_tu_ngay) AS ended_on
    FROM staging.work_history
    WHERE wh_loai_bien_dong IN ('NH', 'NHTT', 'TV', 'BTV', 'CT', 'TT') AND snapshot_id = ANY(:snapshot_ids)
    GROUP BY snapshot_id, record_id
) AS ending ON ending.snapshot_id = document.snapshot_id AND ending.record_id = document.record_id
LEFT JOIN (
    SELECT DISTINCT ON (snapshot_id, record_id) snapshot_id, record_id, sh_ngach, sh_bac, sh_he_so
    FROM staging.salary_history
    WHERE sh_den_ngay IS NULL AND unreadable_fields = '{}' AND snapshot_id = ANY(:snapshot_ids)
    ORDER BY snapshot_id, record_id, sh_tu_ngay DESC NULLS LAST
) AS salary ON salary.snapshot_id = document.snapshot_id AND salary.record_id = document.record_id
LEFT JOIN (
    SELECT snapshot_id, record_id, max(dc_ngay_qd) AS disciplined_on
    FROM staging.discipline
    WHERE snapshot_id = ANY(:snapshot_ids)
    GROUP BY snapshot_id, record_id
) AS measure ON measure.snapshot_id = document.snapshot_id AND measure.record_id = document.record_id
WHERE document.snapshot_id = ANY(:snapshot_ids)
