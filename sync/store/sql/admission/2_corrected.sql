-- 2_corrected.sql
-- Question: whose identity number was corrected to one that nobody carries? The servant stays the
--   same person under the new number; the old number is free again.
-- Asked by: admit, before new servants are made. Rows: one per corrected number.
WITH corrected AS (
    SELECT j.identity_number, d.servant_id, min(p.so_dinh_danh) AS old_number
    FROM   judged AS j
    JOIN   register.dossier AS d ON d.record_id = j.record_id AND d.state <> 'absent'
    JOIN   register.person AS p ON p.record_id = j.record_id
    WHERE  j.verdict = 'fit' AND p.so_dinh_danh <> j.identity_number AND NOT j.is_claimed_elsewhere
      AND  NOT EXISTS (SELECT FROM register.identity_alias AS a
                       WHERE a.identity_number = j.identity_number AND a.until IS NULL)
      AND  NOT EXISTS (SELECT FROM register.dossier AS other
                       WHERE other.servant_id = d.servant_id AND other.record_id <> d.record_id
                         AND other.state IN ('live', 'waiting'))
    GROUP  BY j.identity_number, d.servant_id
    HAVING count(*) = 1
), ended AS (
    UPDATE register.identity_alias AS a SET until = :now
    FROM   corrected AS c
    WHERE  a.servant_id = c.servant_id AND a.identity_number = c.old_number AND a.until IS NULL
)
INSERT INTO register.identity_alias (identity_number, servant_id, since)
SELECT identity_number, servant_id, :now FROM corrected
