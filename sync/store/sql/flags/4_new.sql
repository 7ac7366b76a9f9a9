-- 4_new.sql
-- Question: which findings put a new question to HR? One that was accepted until a day is not asked before it.
--   A finding whose rule was silent for a while is asked again.
-- Asked by: check. Rows: one per new flag; :days and :dues say by when each must be answered.
INSERT INTO quality.flag (finding_id, unit_code, record_id, group_name, row_no, field_code, rule_code, effect,
    value_hmac, cause_hmac, state, since, due_on, opened_at, moved_at)
SELECT f.finding_id, f.unit_code, f.record_id, f.group_name, f.row_no, f.field_code, f.rule_code, f.effect,
       f.value_hmac, f.cause_hmac,
       CASE WHEN f.effect = 'ask'
                 AND EXISTS (SELECT FROM quality.waiver AS w
                             WHERE w.record_id = f.record_id AND w.rule_code = f.rule_code
                               AND w.group_name = f.group_name AND w.field_code = f.field_code
                               AND w.value_hmac = f.value_hmac AND w.state = 'active' AND w.until_on >= s.as_of)
            THEN 'waived' ELSE 'open' END,
       f.since, due.on_day, :now, :now
FROM   quality.finding AS f
JOIN   staging.document AS s ON s.snapshot_id = ANY(:snapshot_ids) AND s.record_id = f.record_id
JOIN   unnest(CAST(:days AS date[]), CAST(:dues AS date[])) AS due(asked_on, on_day)
       ON due.asked_on = CAST(f.since AT TIME ZONE :zone AS date)
WHERE  f.closed_at IS NULL AND f.effect IN ('block', 'ask')
  AND  NOT EXISTS (SELECT FROM quality.flag AS g WHERE g.finding_id = f.finding_id AND g.closed_at IS NULL)
ON     CONFLICT (finding_id) DO UPDATE
SET    state = excluded.state, effect = excluded.effect, row_no = excluded.row_no, closed_at = NULL,
       moved_at = excluded.moved_at
