-- standing.sql
-- Question: what do the rules that are not rehearsed say of these answers? Their open findings stand.
-- Asked by: rehearsing rules, after the changed rules located their rows. Rows: one per finding.
INSERT INTO rehearsal.located (snapshot_id, record_id, row_no, group_name, rule_code, value_hmac)
SELECT d.snapshot_id, f.record_id, f.row_no, f.group_name, f.rule_code, f.value_hmac
FROM   quality.finding AS f
JOIN   rehearsal.document AS d ON d.record_id = f.record_id
WHERE  f.closed_at IS NULL AND f.rule_code <> ALL(:rules)
