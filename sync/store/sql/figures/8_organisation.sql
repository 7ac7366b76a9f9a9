-- 8_organisation.sql
-- Question: how many organisations of the unit have two heads in the same post, and how many live
--   people of units merged into this one does nobody claim?
-- Asked by: brakes, after 3_whole and 6_fitting. Rows: one per snapshot. Heads (ours): a minister or chair of a
--   province once a unit; other heads once an organisation that has a code finer than the unit's own.
WITH replaced AS (
    SELECT snapshot_id, record_id FROM fitting
    UNION ALL
    SELECT snapshot_id, record_id FROM gone
), head AS (
    SELECT f.snapshot_id, f.sal_chuc_vu AS post, f.ma_don_vi_su_dung AS organisation, f.trang_thai AS status
    FROM   fitting AS f
    WHERE  f.sal_chuc_vu IN ('BT', 'CTUBT', 'GDS', 'GDDV', 'HT', 'CTUBX')
    UNION  ALL
    SELECT a.snapshot_id, s.sal_chuc_vu, p.ma_don_vi_su_dung, p.trang_thai
    FROM   register.salary_current AS s
    JOIN   register.dossier AS d ON d.record_id = s.record_id AND d.state <> 'absent'
    JOIN   asked AS a ON a.unit_code = d.unit_code
    JOIN   register.person AS p ON p.record_id = s.record_id
    WHERE  s.sal_chuc_vu IN ('BT', 'CTUBT', 'GDS', 'GDDV', 'HT', 'CTUBX')
      AND (a.snapshot_id, s.record_id) NOT IN (SELECT snapshot_id, record_id FROM replaced)
), crowded AS (
    SELECT h.snapshot_id, h.post,
           CASE WHEN h.post IN ('BT', 'CTUBT') THEN a.unit_code ELSE h.organisation END AS organisation
    FROM   head AS h JOIN asked AS a ON a.snapshot_id = h.snapshot_id
    WHERE  h.status IN ('00', '01', '02', '03', '04', '05')
      AND (h.post IN ('BT', 'CTUBT') OR h.organisation <> a.unit_code)
    GROUP  BY 1, 2, 3 HAVING count(*) > 1
), merged AS (
    SELECT DISTINCT a.snapshot_id, a.unit_code, u.unit_code AS merged_code
    FROM   asked AS a
    JOIN   registry.unit AS u ON u.successor_code = a.unit_code AND u.unit_code <> a.unit_code
    WHERE  upper(u.valid_on) <= a.as_of
      AND  NOT EXISTS (SELECT FROM registry.unit AS still
                       WHERE still.unit_code = u.unit_code AND still.valid_on @> a.as_of)
), behind AS (
    SELECT m.snapshot_id, count(*) AS people
    FROM   merged AS m
    JOIN   register.dossier AS d ON d.unit_code = m.merged_code AND d.state = 'live'
    JOIN   register.person AS p ON p.record_id = d.record_id
    WHERE  NOT EXISTS (SELECT FROM register.dossier AS taken
                       WHERE taken.servant_id = d.servant_id AND taken.unit_code = m.unit_code
                         AND taken.state <> 'absent'
                         AND NOT EXISTS (SELECT FROM gone AS g
                                         WHERE g.snapshot_id = m.snapshot_id AND g.record_id = taken.record_id))
      AND  NOT EXISTS (SELECT FROM staging.person AS coming
                       WHERE coming.snapshot_id = m.snapshot_id AND coming.so_dinh_danh = p.so_dinh_danh)
    GROUP  BY m.snapshot_id
)
UPDATE staging.figures AS f
SET    crowded_heads = (SELECT count(*) FROM (SELECT DISTINCT organisation FROM crowded AS c
                                              WHERE c.snapshot_id = f.snapshot_id) AS organisations),
       left_behind = coalesce((SELECT b.people FROM behind AS b WHERE b.snapshot_id = f.snapshot_id), 0)
WHERE  f.snapshot_id = ANY(:ids) AND f.row_no = 1
