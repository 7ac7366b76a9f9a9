-- waiting_of_lot.sql
-- Question: which proposals of this lot (one act of proposing, or one cause) still wait, somebody else's only?
-- Asked by: approving all of a lot, and the page that asks whether to. Rows: one per proposal, at most :row_count.
SELECT c.correction_id
FROM   register.correction AS c
WHERE  c.unit_code = :unit_code AND c.state = 'proposed' AND c.proposed_by <> :login
  AND (CAST(:lot_id AS bigint) IS NULL
       OR (c.proposed_by, c.proposed_at) = (SELECT first.proposed_by, first.proposed_at
                                            FROM   register.correction AS first
                                            WHERE  first.correction_id = :lot_id))
  AND (CAST(:rule_code AS text) IS NULL
       OR EXISTS (SELECT FROM quality.flag AS f
                  WHERE  f.flag_id = c.flag_id AND f.rule_code = :rule_code AND f.cause_hmac = :cause_hmac))
ORDER  BY c.correction_id
LIMIT  :row_count
