-- due_units.sql
-- Question: which units have somebody to ask the population register about? Oldest answer first, so
--   that a daily limit starves nobody.
-- Asked by: the list of the DAG and of the command. Rows: one per such unit.
SELECT d.unit_code
FROM   register.dossier AS d
JOIN   register.person AS p ON p.record_id = d.record_id
LEFT   JOIN quality.population_check AS k ON k.record_id = p.record_id
WHERE  d.state IN ('live', 'waiting')
  AND  p.so_dinh_danh ~ '^[0-9]{12}$' AND p.ho_va_ten <> '' AND p.ngay_sinh IS NOT NULL
  AND  p.gioi_tinh IN ('1', '2')
  AND (k.record_id IS NULL OR k.valid_until <= :now
       OR k.asked_hmac <> quality.asked_hmac(p.so_dinh_danh, p.ho_va_ten, p.ngay_sinh, p.gioi_tinh,
                                             :inner_pad, :outer_pad))
GROUP  BY d.unit_code
ORDER  BY min(coalesce(k.checked_at, timestamptz '-infinity')), d.unit_code
