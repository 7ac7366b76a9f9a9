-- 3_fit.sql
-- Question: for every record fit to admit: whose is it, what did the register hold before, in
--   which state does it stand now, and must its rows be written?
-- Asked by: admit. Rows: one per fit record. A holder keeps what it held; a newcomer whose number
--   is claimed elsewhere waits, so that the order of admits never matters.
CREATE TEMP TABLE fit ON COMMIT DROP AS
SELECT j.record_id, j.document_id, a.servant_id, j.start_on, j.typed_sha256, j.overlay_ids,
       d.state AS state_before,
       CASE
           WHEN j.status_code IN ('10', '11', '12', '13', '14') THEN 'ended'
           WHEN d.state = 'live' AND d.servant_id = a.servant_id THEN 'live'
           WHEN j.is_claimed_elsewhere
                OR count(*) OVER (PARTITION BY j.identity_number) > 1
                OR EXISTS (SELECT FROM register.dossier AS other
                           WHERE other.servant_id = a.servant_id AND other.record_id <> j.record_id
                             AND other.state IN ('live', 'waiting')
                             AND (other.unit_code <> :unit_code  -- who is gone from here is no rival
                                  OR EXISTS (SELECT FROM judged AS still
                                             WHERE still.record_id = other.record_id))) THEN 'waiting'
           ELSE 'live'
       END AS state_after,
       d.record_id IS NULL OR d.state = 'absent' AS is_added,
       d.record_id IS NULL OR d.typed_sha256 <> j.typed_sha256 OR d.servant_id <> a.servant_id
           OR d.overlay_ids <> j.overlay_ids AS is_rewritten
FROM   judged AS j
JOIN   register.identity_alias AS a ON a.identity_number = j.identity_number AND a.until IS NULL
LEFT   JOIN register.dossier AS d ON d.record_id = j.record_id
WHERE  j.verdict = 'fit'
