-- waiting_lots.sql
-- Question: which proposals of this unit that somebody else made can be decided together: those of one act of
--   proposing (a sheet, a page), and those of one cause that several acts proposed?
-- Asked by: the page of approvals. Rows: at most :row_count, the largest first; only lots of two or more.
WITH waiting AS (
    SELECT c.correction_id, c.flag_id, c.proposed_by, c.proposed_at, c.reason
    FROM   register.correction AS c
    WHERE  c.unit_code = :unit_code AND c.state = 'proposed' AND c.proposed_by <> :login)
SELECT min(w.correction_id) AS lot_id, CAST(NULL AS text) AS rule_code, CAST(NULL AS bytea) AS cause_hmac,
       w.proposed_by, w.proposed_at, min(w.reason) AS reason, count(*) AS proposal_count
FROM   waiting AS w
GROUP  BY w.proposed_by, w.proposed_at
HAVING count(*) > 1
UNION ALL
SELECT NULL, f.rule_code, f.cause_hmac, NULL, NULL, NULL, count(*)
FROM   waiting AS w JOIN quality.flag AS f ON f.flag_id = w.flag_id
GROUP  BY f.rule_code, f.cause_hmac
HAVING count(DISTINCT (w.proposed_by, w.proposed_at)) > 1
ORDER  BY proposal_count DESC, lot_id, rule_code
LIMIT  :row_count
