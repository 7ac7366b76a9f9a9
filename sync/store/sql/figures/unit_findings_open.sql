-- unit_findings_open.sql
-- Question: what is to be asked or counted about these deliveries as a whole?
-- Asked by: brakes. Rows: few. One seen again stays the same finding, with the newest figures.
INSERT INTO quality.unit_finding (unit_code, rule_code, effect, snapshot_id, figures, found_at)
SELECT s.unit_code, b.rule_code, b.effect, s.snapshot_id, b.figures, :checked_at
FROM   landing.snapshot AS s
CROSS  JOIN LATERAL jsonb_to_recordset(CAST(:fired AS jsonb) -> s.snapshot_id::text)
           AS b(rule_code text, effect text, figures jsonb)
WHERE  s.snapshot_id = ANY(:ids) AND b.effect <> 'hold'
ON     CONFLICT (unit_code, rule_code) WHERE closed_at IS NULL
DO     UPDATE SET figures = excluded.figures, effect = excluded.effect
