-- 7_absent.sql
-- Question: who is gone from this complete answer?
-- Asked by: admit. Rows: one per record that left.
UPDATE register.dossier AS d SET state = 'absent', is_stale = false, changed_at = :now
WHERE  d.unit_code = :unit_code AND d.state <> 'absent'
  AND  NOT EXISTS (SELECT FROM judged AS j WHERE j.record_id = d.record_id)
