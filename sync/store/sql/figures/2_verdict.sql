-- 2_verdict.sql
-- Question: which of the records that were just read would stay outside the register?
-- Asked by: brakes. Rows: one per staged record; by the rules of admission/1_judge.sql.
CREATE TEMP TABLE verdict ON COMMIT DROP AS
SELECT s.snapshot_id, s.record_id,
       NOT s.is_readable OR NOT s.has_key OR s.is_malformed OR s.differing_count > 1
       OR blocked.record_id IS NOT NULL AS is_blocked
FROM   staging.document AS s
LEFT   JOIN (SELECT DISTINCT l.snapshot_id, l.record_id FROM staging.located AS l
             WHERE l.snapshot_id = ANY(:ids) AND l.rule_code = ANY(:blocking)) AS blocked
       ON blocked.snapshot_id = s.snapshot_id AND blocked.record_id = s.record_id
WHERE  s.snapshot_id = ANY(:ids)
