-- verdict.sql
-- Question: what did the population register say of the values that the register holds of this record now?
-- Asked by: a record's page. Rows: one, or none where nothing is known of these values.
SELECT k.status, k.answer, k.fields, k.is_name_close, k.checked_at, k.valid_until, k.dispute_reason
FROM   register.person AS p
JOIN   quality.population_check AS k ON k.record_id = p.record_id
       AND k.asked_hmac = quality.asked_hmac(p.so_dinh_danh, p.ho_va_ten, p.ngay_sinh, p.gioi_tinh,
                                             :inner_pad, :outer_pad)
WHERE  p.record_id = :record_id
