-- 2_closed.sql
-- Question: which flags were answered, and by whom? By the desk, where a correction of the field was laid over
--   or a code was mapped (approved, and no correction of it was refused by what the source says now); by nobody,
--   where the record or the rule is gone or another value is asked about instead; else by the source.
-- Asked by: check, after findings were merged. Rows: one per such flag of a record that was read.
WITH laid AS (
    SELECT c.record_id, c.group_name, c.field_code, c.flag_id, o.verdict = 'applied' AS is_applied
    FROM   staging.overlay AS o
    JOIN   register.correction AS c ON c.correction_id = o.correction_id AND c.state = 'approved'
    WHERE  o.snapshot_id = ANY(:snapshot_ids)
), answered AS (
    SELECT g.flag_id, f.finding_id, f.closed_at, coalesce(own.is_applied, place.is_applied) AS is_applied
    FROM   quality.flag AS g
    JOIN   quality.finding AS f ON f.finding_id = g.finding_id AND f.closed_at IS NOT NULL
    LEFT   JOIN (SELECT flag_id, bool_or(is_applied) AS is_applied FROM laid GROUP BY flag_id) AS own
           ON own.flag_id = g.flag_id
    LEFT   JOIN (SELECT record_id, group_name, field_code, bool_or(is_applied) AS is_applied FROM laid
                 GROUP BY record_id, group_name, field_code) AS place
           ON (place.record_id, place.group_name, place.field_code) = (g.record_id, g.group_name, g.field_code)
    WHERE  g.closed_at IS NULL
      AND  g.record_id IN (SELECT s.record_id FROM staging.document AS s WHERE s.snapshot_id = ANY(:snapshot_ids))
)
UPDATE quality.flag AS g
SET    moved_at = a.closed_at, closed_at = a.closed_at,
       state = CASE
           WHEN NOT g.rule_code = ANY(:rules)
                OR EXISTS (SELECT FROM quality.finding AS n
                           WHERE n.record_id = g.record_id AND n.rule_code = g.rule_code
                             AND n.group_name = g.group_name AND n.row_no = g.row_no AND n.closed_at IS NULL
                             AND n.found_at = a.closed_at) THEN 'gone'
           WHEN a.is_applied OR g.state = 'approved' AND a.is_applied IS NULL THEN 'corrected'
           ELSE 'fixed' END
FROM   answered AS a
WHERE  a.flag_id = g.flag_id
