-- answer_of.sql
-- Question: where does one record stand, is the answer about the values it holds now, and does this
--   reason quote the person? Reasons are kept where no person's value may stand.
-- Asked by: a dispute. Rows: one, or none when the register holds no such record.
SELECT d.unit_code,
       CASE WHEN k.record_id IS NULL THEN 'not_checked' ELSE k.status END AS status,
       coalesce(k.answer, 'not_checked') AS answer,
       :reason ~ '[0-9]{9}' OR position(lower(p.ho_va_ten) IN lower(:reason)) > 0
           OR position(to_char(p.ngay_sinh, 'YYYY-MM-DD') IN :reason) > 0
           OR position(to_char(p.ngay_sinh, 'DD/MM/YYYY') IN :reason) > 0
           OR position(to_char(p.ngay_sinh, 'FMDD/FMMM/YYYY') IN :reason) > 0 AS quotes_person
FROM   register.dossier AS d
JOIN   register.person AS p ON p.record_id = d.record_id
LEFT   JOIN quality.population_check AS k ON k.record_id = p.record_id
       AND k.asked_hmac = quality.asked_hmac(p.so_dinh_danh, p.ho_va_ten, p.ngay_sinh, p.gioi_tinh,
                                             :inner_pad, :outer_pad)
WHERE  d.record_id = :record_id
