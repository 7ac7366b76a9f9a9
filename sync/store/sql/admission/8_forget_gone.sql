-- 8_forget_gone.sql
-- Question: which records are no longer part of the unit's present answer?
-- Asked by: admit. Rows: one per record.
DELETE FROM landing.present AS p
WHERE  p.unit_code = :unit_code AND NOT EXISTS (SELECT FROM judged AS j WHERE j.record_id = p.record_id)
