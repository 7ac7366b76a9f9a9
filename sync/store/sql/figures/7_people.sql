-- 7_people.sql
-- Question: who stands in the unit's register once this snapshot is admitted: by sex, by birthday, by
--   category, and how were they rated last year?
-- Asked by: brakes, after 3_whole and 6_fitting. Rows: one per snapshot. As the last admitted snapshot counted
--   them, less whose rows leave or are replaced, plus who replaces them; counted in full where
--   nobody counted yet, or another year was rated.
WITH known AS (
    SELECT f.snapshot_id, f.unit_code, f.rating_year, last.figures
    FROM   staging.figures AS f
    LEFT   JOIN LATERAL (SELECT k.figures FROM landing.snapshot AS s
                         JOIN quality.snapshot_figures AS k ON k.snapshot_id = s.snapshot_id
                         WHERE s.unit_code = f.unit_code AND s.state = 'admitted'
                           AND (k.figures ->> 'rating_year')::integer = f.rating_year
                           AND s.snapshot_id = (SELECT max(n.snapshot_id) FROM landing.snapshot AS n
                                                WHERE n.unit_code = f.unit_code AND n.state = 'admitted')
                        ) AS last ON true
    WHERE  f.snapshot_id = ANY(:ids) AND f.row_no = 1
), leaving AS (
    SELECT r.snapshot_id, r.record_id, -1 AS sign
    FROM  (SELECT snapshot_id, record_id FROM fitting
           UNION ALL
           SELECT snapshot_id, record_id FROM gone) AS r
    JOIN   register.dossier AS d ON d.record_id = r.record_id AND d.state <> 'absent'
    UNION  ALL
    SELECT k.snapshot_id, d.record_id, 1
    FROM   known AS k JOIN register.dossier AS d ON d.unit_code = k.unit_code AND d.state <> 'absent'
    WHERE  k.figures IS NULL
), person AS (
    SELECT f.snapshot_id, 1 AS sign, f.gioi_tinh, f.ngay_sinh, f.trang_thai, f.phan_loai_ho_so
    FROM   fitting AS f
    UNION  ALL
    SELECT l.snapshot_id, l.sign, p.gioi_tinh, p.ngay_sinh, p.trang_thai, p.phan_loai_ho_so
    FROM   leaving AS l JOIN register.person AS p ON p.record_id = l.record_id
), rating AS (
    SELECT f.snapshot_id, 1 AS sign, e.ev_nam, e.ev_ket_qua
    FROM   fitting AS f
    JOIN   staging.evaluation AS e ON e.snapshot_id = f.snapshot_id AND e.record_id = f.record_id
    WHERE  e.snapshot_id = ANY(:ids)
    UNION  ALL
    SELECT l.snapshot_id, l.sign, e.ev_nam, e.ev_ket_qua
    FROM   leaving AS l JOIN register.evaluation AS e ON e.record_id = l.record_id
), by_person AS (
    SELECT snapshot_id, sum(sign) AS people,
           sum(sign) FILTER (WHERE gioi_tinh = '1') AS men,
           sum(sign) FILTER (WHERE gioi_tinh = '2') AS women,
           sum(sign) FILTER (WHERE date_part('month', ngay_sinh) = 1 AND date_part('day', ngay_sinh) = 1) AS born_first,
           sum(sign) FILTER (WHERE trang_thai IN ('00', '01', '02', '03', '04', '05')
                               AND phan_loai_ho_so IN ('CB', 'CC')) AS active_civil
    FROM   person GROUP BY snapshot_id
), by_rating AS (
    SELECT r.snapshot_id,
           sum(r.sign) FILTER (WHERE r.ev_ket_qua = 'HTT') AS rated_good,
           sum(r.sign) FILTER (WHERE r.ev_ket_qua = 'HTXS') AS rated_excellent
    FROM   rating AS r JOIN known AS k ON k.snapshot_id = r.snapshot_id AND k.rating_year = r.ev_nam
    GROUP  BY r.snapshot_id
)
UPDATE staging.figures AS f
SET    people = coalesce((a.figures ->> 'people')::integer, 0) + coalesce(p.people, 0),
       men = coalesce((a.figures ->> 'men')::integer, 0) + coalesce(p.men, 0),
       women = coalesce((a.figures ->> 'women')::integer, 0) + coalesce(p.women, 0),
       born_first = coalesce((a.figures ->> 'born_first')::integer, 0) + coalesce(p.born_first, 0),
       active_civil = coalesce((a.figures ->> 'active_civil')::integer, 0) + coalesce(p.active_civil, 0),
       rated_good = coalesce((a.figures ->> 'rated_good')::integer, 0) + coalesce(r.rated_good, 0),
       rated_excellent = coalesce((a.figures ->> 'rated_excellent')::integer, 0) + coalesce(r.rated_excellent, 0)
FROM   known AS a
LEFT   JOIN by_person AS p ON p.snapshot_id = a.snapshot_id
LEFT   JOIN by_rating AS r ON r.snapshot_id = a.snapshot_id
WHERE  f.snapshot_id = a.snapshot_id AND f.row_no = 1
