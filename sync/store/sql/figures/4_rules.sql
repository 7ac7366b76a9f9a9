-- 4_rules.sql
-- Question: in how many records of the whole source state is each rule broken, and in how many was it?
-- Asked by: brakes, after 3_whole. Rows: one per snapshot with a state before, and broken rule that
--   was a rule then: a new one is our doing. A brake judges what the unit sent: a record whose document
--   did not change keeps the findings of its last admitted reading, whatever the calendar, a code list
--   or another unit's claim say of it today.
INSERT INTO staging.figures (snapshot_id, row_no, unit_code, as_of, present, present_before, rule_code,
    rule_records, rule_records_before, limits, accepted)
WITH compared AS (
    SELECT f.snapshot_id, f.unit_code, f.as_of, f.present, f.present_before, f.limits,
           (SELECT c.suites_sha256 FROM landing.snapshot AS s
            JOIN quality.check_result AS c ON c.snapshot_id = s.snapshot_id
            WHERE s.unit_code = f.unit_code AND s.state = 'admitted'
            ORDER BY s.snapshot_id DESC LIMIT 1) AS suites_sha256
    FROM   staging.figures AS f
    WHERE  f.snapshot_id = ANY(:ids) AND f.row_no = 1 AND f.present_before > 0
), sent AS (
    SELECT s.snapshot_id, s.record_id
    FROM   staging.document AS s
    LEFT   JOIN landing.present AS p ON p.record_id = s.record_id
    WHERE  s.snapshot_id = ANY(:ids) AND s.document_id IS DISTINCT FROM p.document_id
), broken AS (
    SELECT l.snapshot_id, l.rule_code, l.record_id
    FROM   staging.located AS l
    WHERE  l.snapshot_id = ANY(:ids) AND l.rule_code = ANY(:rules)
      AND  l.snapshot_id IN (SELECT snapshot_id FROM compared)
      AND (l.snapshot_id, l.record_id) IN (SELECT snapshot_id, record_id FROM sent)
    UNION
    SELECT c.snapshot_id, f.rule_code, f.record_id
    FROM   compared AS c
    JOIN   quality.finding AS f ON f.unit_code = c.unit_code AND f.closed_at IS NULL
    WHERE  f.rule_code = ANY(:rules)
      AND (c.snapshot_id, f.record_id) NOT IN (SELECT snapshot_id, record_id FROM sent)
      AND (c.snapshot_id, f.record_id) NOT IN (SELECT snapshot_id, record_id FROM gone)
), counted AS (
    SELECT snapshot_id, rule_code, count(*) AS records FROM broken GROUP BY snapshot_id, rule_code
)
SELECT c.snapshot_id,
       1 + row_number() OVER (PARTITION BY c.snapshot_id ORDER BY n.rule_code),
       c.unit_code, c.as_of, c.present, c.present_before, n.rule_code, n.records,
       coalesce(b.record_count, 0), c.limits,
       (SELECT coalesce(jsonb_object_agg(r.rule_code,
                   jsonb_build_object('part', r.part, 'of', r.part_of) ORDER BY r.release_id), '{}')
        FROM quality.release AS r
        WHERE r.unit_code = c.unit_code AND r.ended_at IS NULL AND r.subject = n.rule_code)
FROM   compared AS c
JOIN   counted AS n ON n.snapshot_id = c.snapshot_id
JOIN   quality.rule AS q ON q.suites_sha256 = c.suites_sha256 AND q.rule_code = n.rule_code
LEFT   JOIN quality.rule_share AS b ON b.unit_code = c.unit_code AND b.rule_code = n.rule_code
