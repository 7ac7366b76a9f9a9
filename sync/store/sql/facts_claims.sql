-- facts_claims.sql
-- Question: which figures had others announced by day :latest?
-- Asked by: the committee's page. Rows: a handful, newest first.
SELECT c.claimed_on, c.claim_vi, c.claim_en, c.connected_count, c.unit_count, c.stated_by,
       c.source
FROM   facts.claimed AS c
WHERE  c.claimed_on <= :latest
ORDER  BY c.claimed_on DESC, c.claim_en
