-- facts_claims.sql
-- Question: which figures had others announced by day :latest?
-- Asked by: the committee's pages. Rows: a handful, newest first.
SELECT c.claim_id, c.claimed_on, c.claim_vi, c.claim_en, c.connected_count, c.synchronised_count, c.unit_count,
       c.stated_by, c.source
FROM   facts.claimed AS c
WHERE  c.claimed_on <= :latest AND c.withdrawn_at IS NULL
ORDER  BY c.claimed_on DESC, c.claim_en
