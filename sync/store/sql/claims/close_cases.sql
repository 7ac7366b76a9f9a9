-- close_cases.sql
-- Question: which cases have at most one claimant left?
-- Asked by: settle. Rows: one per closed case.
UPDATE quality.conflict_case AS c SET state = 'closed', closed_at = :now
WHERE  c.state = 'open'
  AND (SELECT count(*) FROM register.dossier AS d
       WHERE d.servant_id = c.servant_id AND d.state IN ('live', 'waiting')) <= 1
