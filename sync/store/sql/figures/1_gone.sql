-- 1_gone.sql
-- Question: which records of the present state does the complete answer under check not name?
-- Asked by: brakes. Rows: one per such record. Nested loops are off for this one statement: hash
--   joins are right whatever the statistics say.
CREATE TEMP TABLE gone ON COMMIT DROP AS
SELECT a.snapshot_id, p.record_id
FROM   asked AS a
JOIN   landing.present AS p ON p.unit_code = a.unit_code
WHERE  a.is_complete
  AND  NOT EXISTS (SELECT FROM landing.snapshot_entry AS e
                   WHERE e.snapshot_id = a.snapshot_id AND e.record_id = p.record_id
                     AND e.snapshot_id = ANY(:ids))
