-- queue.sql
-- Question: whose document must be read again because of these corrections?
-- Asked by: approving, withdrawing what was approved. Rows: one per present record.
INSERT INTO quality.recheck (record_id, unit_code, why)
SELECT DISTINCT p.record_id, p.unit_code, 'a correction was decided'
FROM   register.correction AS c JOIN landing.present AS p ON p.record_id = c.record_id
WHERE  c.correction_id = ANY(:correction_ids)
ON     CONFLICT (record_id) DO UPDATE SET taken_by = NULL, why = excluded.why
