-- release.sql
-- Question: which brakes stopped this snapshot, and at which figures are they let through?
-- Asked by: releasing. Rows: one per brake (and rule or field it spoke of).
INSERT INTO quality.release (unit_code, rule_code, subject, part, part_of, snapshot_id, figures, actor, reason,
    released_at)
SELECT k.unit_code, b.rule_code, b.subject, b.part, b.part_of, k.snapshot_id, b.figures, :actor, :reason,
       :released_at
FROM   quality.snapshot_figures AS k
CROSS  JOIN LATERAL jsonb_to_recordset(k.fired)
           AS b(rule_code text, effect text, subject text, part integer, part_of integer, figures jsonb)
WHERE  k.snapshot_id = :snapshot_id AND b.effect = 'hold'
