-- 5_fields.sql
-- Question: in how many readable records does each required field lack, and in how many did it?
-- Asked by: brakes, after 3_whole. Rows: one per snapshot with a state before, and lacking field.
INSERT INTO staging.figures (snapshot_id, row_no, unit_code, as_of, field_code, field_nulls, field_of,
    field_nulls_before, field_of_before, limits, accepted)
WITH compared AS (
    SELECT snapshot_id, unit_code, as_of, field_of, field_of_before, limits
    FROM   staging.figures
    WHERE  snapshot_id = ANY(:ids) AND row_no = 1 AND present_before > 0
), side AS (
    SELECT c.snapshot_id, 'before' AS name, p.missing_fields
    FROM   compared AS c JOIN landing.present AS p ON p.unit_code = c.unit_code
    WHERE  p.typed_sha256 IS NOT NULL AND p.missing_fields <> '{}'
    UNION  ALL
    SELECT r.snapshot_id, 'replaced', p.missing_fields
    FROM  (SELECT snapshot_id, record_id FROM verdict
           UNION ALL
           SELECT snapshot_id, record_id FROM gone) AS r
    JOIN   landing.present AS p ON p.record_id = r.record_id
    WHERE  p.typed_sha256 IS NOT NULL AND p.missing_fields <> '{}'
      AND  r.snapshot_id IN (SELECT snapshot_id FROM compared)
    UNION  ALL
    SELECT r.snapshot_id, 'arrived', r.missing_fields
    FROM   staging.reading AS r
    WHERE  r.snapshot_id = ANY(:ids) AND r.missing_fields <> '{}'
      AND  r.snapshot_id IN (SELECT snapshot_id FROM compared)
), lacking AS (
    SELECT snapshot_id, field_code,
           count(*) FILTER (WHERE name = 'before') AS nulls_before,
           sum(CASE name WHEN 'replaced' THEN -1 ELSE 1 END) AS nulls_now
    FROM   side CROSS JOIN LATERAL unnest(missing_fields) AS field_code
    GROUP  BY snapshot_id, field_code
)
SELECT c.snapshot_id,
       1001 + row_number() OVER (PARTITION BY c.snapshot_id ORDER BY l.field_code),
       c.unit_code, c.as_of, l.field_code, l.nulls_now, c.field_of, l.nulls_before, c.field_of_before, c.limits,
       (SELECT coalesce(jsonb_object_agg(r.rule_code,
                   jsonb_build_object('part', r.part, 'of', r.part_of) ORDER BY r.release_id), '{}')
        FROM quality.release AS r
        WHERE r.unit_code = c.unit_code AND r.ended_at IS NULL AND r.subject = l.field_code)
FROM   compared AS c
JOIN   lacking AS l ON l.snapshot_id = c.snapshot_id
