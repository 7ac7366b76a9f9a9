-- stage_twins.sql
-- Question: which records are probably of a person whom another record holds under another number?
--   Same name, birth date and sex are not enough in a country of millions: the numbers must be one slip
--   apart, or the old identity card or the insurance number the same (ours).
-- Asked by: read, over everything staged and not yet admitted. Rows: few. Staged rows probe the register
--   by its index. A name and birth date that more than 50 staged people share say nothing (ours).
WITH pending AS MATERIALIZED (
    SELECT snapshot_id, unit_code FROM landing.snapshot WHERE state IN ('sealed', 'checked', 'released')
), shared AS MATERIALIZED (
    SELECT ngay_sinh, ho_va_ten, gioi_tinh, count(*) > 50 AS is_crowd
    FROM   staging.person
    WHERE  snapshot_id IN (SELECT snapshot_id FROM pending) AND so_dinh_danh IS NOT NULL
    GROUP  BY ngay_sinh, ho_va_ten, gioi_tinh HAVING count(*) > 1
), namesakes AS MATERIALIZED (  -- paired within their group: a join of all with all would be quadratic
    SELECT array_agg(p.snapshot_id) AS snapshot_ids, array_agg(p.record_id) AS record_ids,
           array_agg(p.so_dinh_danh) AS numbers, array_agg(p.so_cmnd) AS cards, array_agg(p.so_bhxh) AS insurances
    FROM   shared AS s
    JOIN   staging.person AS p USING (ngay_sinh, ho_va_ten, gioi_tinh)
    WHERE  NOT s.is_crowd AND p.snapshot_id IN (SELECT snapshot_id FROM pending)
    GROUP  BY p.ngay_sinh, p.ho_va_ten, p.gioi_tinh
), pair AS (
    SELECT a.snapshot_id, a.record_id, a.so_dinh_danh, a.so_cmnd, a.so_bhxh,
           b.other_number, b.other_card, b.other_insurance
    FROM   namesakes AS n
    CROSS  JOIN LATERAL unnest(n.snapshot_ids, n.record_ids, n.numbers, n.cards, n.insurances)
               AS a(snapshot_id, record_id, so_dinh_danh, so_cmnd, so_bhxh)
    CROSS  JOIN LATERAL unnest(n.numbers, n.cards, n.insurances) AS b(other_number, other_card, other_insurance)
    WHERE  a.snapshot_id = ANY(:snapshot_ids)
    UNION  ALL
    SELECT a.snapshot_id, a.record_id, a.so_dinh_danh, a.so_cmnd, a.so_bhxh, b.so_dinh_danh, b.so_cmnd, b.so_bhxh
    FROM   staging.person AS a
    JOIN   register.person AS b USING (ngay_sinh, ho_va_ten, gioi_tinh)
    JOIN   register.dossier AS d ON d.record_id = b.record_id AND d.state <> 'absent'
    LEFT   JOIN pending AS o ON o.unit_code = d.unit_code
    WHERE  a.snapshot_id = ANY(:snapshot_ids)
      AND  a.so_dinh_danh <> b.so_dinh_danh
      AND  (a.ngay_sinh, a.ho_va_ten, a.gioi_tinh) NOT IN
               (SELECT s.ngay_sinh, s.ho_va_ten, s.gioi_tinh FROM shared AS s
                WHERE s.is_crowd AND num_nulls(s.ngay_sinh, s.ho_va_ten, s.gioi_tinh) = 0)
      AND  b.record_id NOT IN (SELECT x.record_id FROM staging.person AS x
                               WHERE x.snapshot_id IN (SELECT snapshot_id FROM pending))
      AND (o.snapshot_id IS NULL
           OR EXISTS (SELECT FROM landing.snapshot_entry AS e
                      WHERE e.snapshot_id = o.snapshot_id AND e.record_id = d.record_id))
)
INSERT INTO staging.twin (snapshot_id, record_id)
SELECT DISTINCT snapshot_id, record_id
FROM   pair
WHERE  so_dinh_danh <> other_number
  AND (so_cmnd = other_card OR so_bhxh = other_insurance OR staging.is_one_slip(so_dinh_danh, other_number))
