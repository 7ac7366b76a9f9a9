-- unit_findings_closed.sql
-- Question: which findings about these units' deliveries are gone? The snapshot that fixed them closes them.
-- Asked by: brakes. Rows: few. :fired: snapshot id -> what it broke.
UPDATE quality.unit_finding AS f
SET    closed_at = :checked_at, closed_snapshot_id = s.snapshot_id
FROM   landing.snapshot AS s
WHERE  s.snapshot_id = ANY(:ids) AND f.unit_code = s.unit_code AND f.closed_at IS NULL
  AND  NOT EXISTS (SELECT FROM jsonb_to_recordset(CAST(:fired AS jsonb) -> s.snapshot_id::text)
                       AS b(rule_code text)
                   WHERE b.rule_code = f.rule_code)
