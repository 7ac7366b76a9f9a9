-- contested_units.sql
-- Question: which units are party to a claim that waits, or to a case that is open?
-- Asked by: settle, before it locks them. Rows: few.
SELECT DISTINCT d.unit_code
FROM   register.dossier AS d
WHERE  d.state IN ('live', 'waiting')
  AND  d.servant_id IN (SELECT w.servant_id FROM register.dossier AS w WHERE w.state = 'waiting'
                        UNION SELECT c.servant_id FROM quality.conflict_case AS c WHERE c.state = 'open')
ORDER  BY d.unit_code
