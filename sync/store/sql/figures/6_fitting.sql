-- 6_fitting.sql
-- Question: what do the records say that were just read and would be admitted, as far as it is counted?
-- Asked by: brakes, after 2_verdict. Rows: one per such record. Nested loops are off, as in 1_gone.
CREATE TEMP TABLE fitting ON COMMIT DROP AS
SELECT v.snapshot_id, v.record_id, p.gioi_tinh, p.ngay_sinh, p.trang_thai, p.phan_loai_ho_so,
       p.ma_don_vi_su_dung, s.sal_chuc_vu
FROM   verdict AS v
JOIN   staging.person AS p ON p.snapshot_id = v.snapshot_id AND p.record_id = v.record_id
LEFT   JOIN staging.salary_current AS s
       ON s.snapshot_id = v.snapshot_id AND s.record_id = v.record_id AND s.snapshot_id = ANY(:ids)
WHERE  p.snapshot_id = ANY(:ids) AND NOT v.is_blocked AND p.so_dinh_danh IS NOT NULL
