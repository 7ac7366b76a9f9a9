-- stage_departures.sql
-- Question: who left for another agency (status 12), on which day, and have they arrived: does another
--   unit hold the number in service, or did they join it about then or later (a month's margin, ours)?
-- Asked by: read, after the persons. Rows: one per staged record with status 12.
WITH pending AS MATERIALIZED (
    SELECT snapshot_id, unit_code FROM landing.snapshot WHERE state IN ('sealed', 'checked', 'released')
), post AS MATERIALIZED (
    SELECT DISTINCT ON (w.snapshot_id, w.record_id) w.snapshot_id, w.record_id,
           coalesce(w.wh_tu_ngay, w.wh_den_ngay) AS left_on, w.wh_ma_co_quan AS agency
    FROM   staging.work_history AS w
    WHERE  w.snapshot_id = ANY(:snapshot_ids) AND w.wh_loai_bien_dong = 'CT'
    ORDER  BY w.snapshot_id, w.record_id, coalesce(w.wh_tu_ngay, w.wh_den_ngay) DESC NULLS LAST
), gone AS MATERIALIZED (
    SELECT p.snapshot_id, p.record_id, o.unit_code, p.so_dinh_danh, post.left_on, post.agency
    FROM   staging.person AS p
    JOIN   pending AS o ON o.snapshot_id = p.snapshot_id
    LEFT   JOIN post ON post.snapshot_id = p.snapshot_id AND post.record_id = p.record_id
    WHERE  p.snapshot_id = ANY(:snapshot_ids) AND p.trang_thai = '12'
), seen AS (
    SELECT g.snapshot_id, g.record_id, g.left_on, q.trang_thai, r.ngay_vao_co_quan
    FROM   gone AS g
    JOIN   staging.person AS q ON q.so_dinh_danh = g.so_dinh_danh
    JOIN   pending AS o ON o.snapshot_id = q.snapshot_id AND o.unit_code <> g.unit_code
    LEFT   JOIN staging.recruitment AS r ON r.snapshot_id = q.snapshot_id AND r.record_id = q.record_id
    UNION  ALL
    SELECT g.snapshot_id, g.record_id, g.left_on, q.trang_thai, r.ngay_vao_co_quan
    FROM   gone AS g
    JOIN   register.person AS q ON q.so_dinh_danh = g.so_dinh_danh
    JOIN   register.dossier AS d ON d.record_id = q.record_id AND d.state <> 'absent' AND d.unit_code <> g.unit_code
    LEFT   JOIN register.recruitment AS r ON r.record_id = q.record_id
), arrived AS (
    SELECT DISTINCT snapshot_id, record_id
    FROM   seen
    WHERE  trang_thai IN ('00', '01', '02', '03', '04', '05') OR ngay_vao_co_quan >= left_on - 31
)
INSERT INTO staging.departure (snapshot_id, record_id, left_on, is_elsewhere, is_outside)
SELECT g.snapshot_id, g.record_id, g.left_on,
       (g.snapshot_id, g.record_id) IN (SELECT snapshot_id, record_id FROM arrived),
       coalesce(CASE WHEN g.agency LIKE '000.%' THEN right(g.agency, 3) ELSE left(g.agency, 3) END
                NOT IN (SELECT u.unit_code FROM registry.unit AS u), false)
FROM   gone AS g
