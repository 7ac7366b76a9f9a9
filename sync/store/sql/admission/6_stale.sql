-- 6_stale.sql
-- Question: whose last good version stays because the newer one is blocked?
-- Asked by: admit. Rows: one per such dossier.
UPDATE register.dossier AS d SET is_stale = true, changed_at = :now
FROM   judged AS j
WHERE  j.record_id = d.record_id AND j.is_staged AND j.verdict IN ('quarantined', 'unreadable')
  AND  NOT d.is_stale
