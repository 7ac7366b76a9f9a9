-- ask.sql
-- Question: the four values of these records as they stand now, with their hash.
-- Asked by: verify, once a batch. Rows: one per record; fewer when one changed in between.
SELECT p.record_id, p.so_dinh_danh AS number, p.ho_va_ten AS name, p.ngay_sinh AS born_on,
       p.gioi_tinh AS sex,
       quality.asked_hmac(p.so_dinh_danh, p.ho_va_ten, p.ngay_sinh, p.gioi_tinh, :inner_pad, :outer_pad)
           AS asked_hmac
FROM   register.person AS p
WHERE  p.record_id = ANY(:record_ids)
  AND  p.so_dinh_danh ~ '^[0-9]{12}$' AND p.ho_va_ten <> '' AND p.ngay_sinh IS NOT NULL
  AND  p.gioi_tinh IN ('1', '2')
ORDER  BY p.record_id
