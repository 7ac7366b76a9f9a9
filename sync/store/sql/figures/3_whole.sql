-- 3_whole.sql
-- Question: how many came, stand, are blocked and are gone, and how was it at the last admitted state?
-- Asked by: brakes, after 1_gone and 2_verdict. Rows: one per snapshot. Present now = present before,
--   less what is gone or was read again, plus what was read: in proportion to the changes.
INSERT INTO staging.figures (snapshot_id, row_no, unit_code, as_of, announced, received, received_before,
    live, vanished, present, present_before, blocked, blocked_before, expected, quota, rating_year,
    field_of, field_of_before, limits, accepted)
WITH before AS (
    SELECT p.unit_code, count(*) AS present,
           count(*) FILTER (WHERE p.class IN ('quarantined', 'unreadable')) AS blocked,
           count(p.typed_sha256) AS readable
    FROM   landing.present AS p
    WHERE  p.unit_code IN (SELECT unit_code FROM asked)
    GROUP  BY p.unit_code
), replaced AS (
    SELECT r.snapshot_id, count(*) AS present,
           count(*) FILTER (WHERE p.class IN ('quarantined', 'unreadable')) AS blocked,
           count(p.typed_sha256) AS readable
    FROM  (SELECT snapshot_id, record_id FROM verdict
           UNION ALL
           SELECT snapshot_id, record_id FROM gone) AS r
    JOIN   landing.present AS p ON p.record_id = r.record_id
    GROUP  BY r.snapshot_id
), arrived AS (
    SELECT snapshot_id, count(*) AS present, count(*) FILTER (WHERE is_blocked) AS blocked
    FROM   verdict GROUP BY snapshot_id
), typed AS (
    SELECT r.snapshot_id, count(*) AS readable
    FROM   staging.reading AS r WHERE r.snapshot_id = ANY(:ids) GROUP BY r.snapshot_id
), living AS (
    SELECT d.unit_code, count(*) AS live
    FROM   register.dossier AS d
    WHERE  d.state = 'live' AND d.unit_code IN (SELECT unit_code FROM asked)
    GROUP  BY d.unit_code
), missing AS (
    SELECT g.snapshot_id, count(*) AS vanished
    FROM   gone AS g JOIN register.dossier AS d ON d.record_id = g.record_id AND d.state = 'live'
    GROUP  BY g.snapshot_id
)
SELECT a.snapshot_id, 1, a.unit_code, a.as_of, a.announced_count, a.received_count,
       (SELECT nullif(s.received_count, 0) FROM landing.snapshot AS s
        WHERE s.unit_code = a.unit_code AND s.state = 'admitted'
        ORDER BY s.snapshot_id DESC LIMIT 1),
       coalesce(living.live, 0), coalesce(missing.vanished, 0),
       coalesce(before.present, 0) - coalesce(replaced.present, 0) + coalesce(arrived.present, 0),
       before.present,
       coalesce(before.blocked, 0) - coalesce(replaced.blocked, 0) + coalesce(arrived.blocked, 0),
       before.blocked,
       (SELECT h.headcount FROM registry.expected_headcount AS h
        WHERE h.unit_code = a.unit_code AND h.valid_on @> a.as_of),
       (SELECT q.quota FROM registry.staff_quota AS q
        WHERE q.unit_code = a.unit_code AND q.valid_on @> a.as_of),
       date_part('year', a.as_of)::integer - 1,
       coalesce(before.readable, 0) - coalesce(replaced.readable, 0) + coalesce(typed.readable, 0),
       before.readable,
       (SELECT coalesce(jsonb_object_agg(b.rule_code, jsonb_strip_nulls(
                   jsonb_build_object('count', b.max_count, 'ratio', b.max_ratio))), '{}')
        FROM registry.brake_limit AS b WHERE b.unit_code = a.unit_code AND b.valid_on @> a.as_of),
       (SELECT coalesce(jsonb_object_agg(r.rule_code,
                   jsonb_build_object('part', r.part, 'of', r.part_of) ORDER BY r.release_id), '{}')
        FROM quality.release AS r
        WHERE r.unit_code = a.unit_code AND r.ended_at IS NULL AND r.subject = '')
FROM   asked AS a
LEFT   JOIN before ON before.unit_code = a.unit_code
LEFT   JOIN replaced ON replaced.snapshot_id = a.snapshot_id
LEFT   JOIN arrived ON arrived.snapshot_id = a.snapshot_id
LEFT   JOIN typed ON typed.snapshot_id = a.snapshot_id
LEFT   JOIN living ON living.unit_code = a.unit_code
LEFT   JOIN missing ON missing.snapshot_id = a.snapshot_id
