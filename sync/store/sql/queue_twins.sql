-- queue_twins.sql
-- Question: of whom has another record just been sent, probably of the same person under another
--   number, although their own document did not change? Their findings may change: they are read again.
-- Asked by: read, after the persons. Rows: few. The evidence is that of stage_twins.
WITH crowd AS MATERIALIZED (
    SELECT ngay_sinh, ho_va_ten, gioi_tinh
    FROM   staging.person
    WHERE  snapshot_id = ANY(:snapshot_ids) AND num_nulls(ngay_sinh, ho_va_ten, gioi_tinh) = 0
    GROUP  BY ngay_sinh, ho_va_ten, gioi_tinh HAVING count(*) > 50
)
INSERT INTO quality.recheck (record_id, unit_code, why)
SELECT DISTINCT d.record_id, d.unit_code, 'another record came that is probably of the same person'
FROM   staging.person AS sent
JOIN   register.person AS held USING (ngay_sinh, ho_va_ten, gioi_tinh)
JOIN   register.dossier AS d ON d.record_id = held.record_id AND d.state <> 'absent'
WHERE  sent.snapshot_id = ANY(:snapshot_ids)
  AND  sent.record_id <> held.record_id
  AND  sent.so_dinh_danh <> held.so_dinh_danh
  AND (sent.so_cmnd = held.so_cmnd OR sent.so_bhxh = held.so_bhxh
       OR staging.is_one_slip(sent.so_dinh_danh, held.so_dinh_danh))
  AND  (sent.ngay_sinh, sent.ho_va_ten, sent.gioi_tinh) NOT IN (SELECT ngay_sinh, ho_va_ten, gioi_tinh FROM crowd)
  AND  NOT EXISTS (SELECT FROM staging.document AS s
                   WHERE s.record_id = held.record_id AND s.snapshot_id = ANY(:snapshot_ids))
ON     CONFLICT (record_id) DO UPDATE SET taken_by = NULL, why = excluded.why
