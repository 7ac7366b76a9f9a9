-- due.sql
-- Question: whom of a unit should the population register be asked about: never asked, asked about
--   other values, or too long ago? Oldest answer first. Whose values are incomplete is never asked:
--   other rules speak of that, and half a question has no verdict.
-- Asked by: verify, once a unit. Rows: at most :row_count.
SELECT p.record_id
FROM   register.dossier AS d
JOIN   register.person AS p ON p.record_id = d.record_id
LEFT   JOIN quality.population_check AS k ON k.record_id = p.record_id
WHERE  d.unit_code = :unit_code AND d.state IN ('live', 'waiting')
  AND  p.so_dinh_danh ~ '^[0-9]{12}$' AND p.ho_va_ten <> '' AND p.ngay_sinh IS NOT NULL
  AND  p.gioi_tinh IN ('1', '2')
  AND (k.record_id IS NULL OR k.valid_until <= :now
       OR k.asked_hmac <> quality.asked_hmac(p.so_dinh_danh, p.ho_va_ten, p.ngay_sinh, p.gioi_tinh,
                                             :inner_pad, :outer_pad))
ORDER  BY k.checked_at NULLS FIRST, p.record_id
LIMIT  :row_count
