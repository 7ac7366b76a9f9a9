-- 9_directory.sql
-- Question: by which name and number is each record found that was read? One that is not admitted is found by
--   what it says as long as the register holds nothing of it.
-- Asked by: admit. Rows: one per record whose name or number changed.
INSERT INTO register.directory AS k (record_id, unit_code, ho_va_ten, so_dinh_danh)
SELECT j.record_id, :unit_code, coalesce(p.ho_va_ten, ''), coalesce(p.so_dinh_danh, '')
FROM   judged AS j
JOIN   staging.person AS p ON p.snapshot_id = :snapshot_id AND p.record_id = j.record_id
WHERE  j.is_staged
  AND (j.verdict = 'fit' OR NOT EXISTS (SELECT FROM register.dossier AS d
                                        WHERE d.record_id = j.record_id AND d.state <> 'absent'))
ON     CONFLICT (record_id) DO UPDATE
SET    ho_va_ten = excluded.ho_va_ten, so_dinh_danh = excluded.so_dinh_danh
WHERE (k.ho_va_ten, k.so_dinh_danh) IS DISTINCT FROM (excluded.ho_va_ten, excluded.so_dinh_danh)
