-- standing.sql
-- Question: per unit, how many of the people it holds did the population register confirm, how many
--   not, and how many is nothing known of? Disputed ones are counted as disputed only.
-- Asked by: `cbccvc population status`. Rows: one per unit with people.
SELECT d.unit_code,
       count(*) AS live,
       count(*) FILTER (WHERE k.status = 'matched') AS matched,
       count(*) FILTER (WHERE k.status = 'mismatched') AS mismatched,
       count(*) FILTER (WHERE k.status = 'mismatched' AND k.is_name_close AND cardinality(k.fields) = 1)
           AS close_name_only,
       count(*) FILTER (WHERE k.status = 'not_found') AS not_found,
       count(*) FILTER (WHERE k.status = 'disputed') AS disputed,
       count(*) FILTER (WHERE k.record_id IS NULL) AS not_checked,
       count(*) FILTER (WHERE k.valid_until <= :now) AS expired
FROM   register.dossier AS d
JOIN   register.person AS p ON p.record_id = d.record_id
LEFT   JOIN quality.population_check AS k ON k.record_id = p.record_id
       AND k.asked_hmac = quality.asked_hmac(p.so_dinh_danh, p.ho_va_ten, p.ngay_sinh, p.gioi_tinh,
                                             :inner_pad, :outer_pad)
WHERE  d.state IN ('live', 'waiting')
GROUP  BY d.unit_code
ORDER  BY d.unit_code
