-- merge_findings.sql
-- Question: which located rows are new findings? One seen again stays the same finding.
-- Asked by: check, after locating. Rows: one per new finding.
INSERT INTO quality.finding (unit_code, record_id, document_id, snapshot_id, group_name, row_no, rule_code,
    field_code, effect, found_at)
SELECT s.unit_code, l.record_id, s.document_id, l.snapshot_id, l.group_name, l.row_no, l.rule_code,
       q.field_code, q.effect, :checked_at
FROM   staging.located AS l
JOIN   staging.document AS s ON s.snapshot_id = l.snapshot_id AND s.record_id = l.record_id
JOIN   quality.rule AS q ON q.suites_sha256 = :suites_sha256 AND q.rule_code = l.rule_code
WHERE  l.snapshot_id = ANY(:snapshot_ids)
ON     CONFLICT (record_id, rule_code, group_name, row_no) WHERE closed_at IS NULL DO NOTHING
