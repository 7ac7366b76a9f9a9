-- 9_directory_gone.sql
-- Question: who is no longer part of the unit's present answer, and so not looked for in it?
-- Asked by: admit. Rows: one per record.
DELETE FROM register.directory AS k
WHERE  k.unit_code = :unit_code AND NOT EXISTS (SELECT FROM judged AS j WHERE j.record_id = k.record_id)
