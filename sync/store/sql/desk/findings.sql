-- findings.sql
-- Question: what is still asked about this record, where, since when, and how far is the answer?
-- Asked by: a record's page. Rows: one per open finding.
SELECT f.finding_id, f.group_name, f.row_no, f.field_code, f.rule_code, f.effect, f.since,
       g.flag_id, g.state, g.due_on
FROM   quality.finding AS f
LEFT   JOIN quality.flag AS g ON g.finding_id = f.finding_id AND g.closed_at IS NULL
WHERE  f.record_id = :record_id AND f.closed_at IS NULL
ORDER  BY f.effect <> 'block', f.since, f.finding_id
