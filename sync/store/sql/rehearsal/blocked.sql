-- blocked.sql
-- Question: how many records of each unit are blocked now, and how many would be?
-- Asked by: rehearsing rules. Rows: one per unit. :blocking: codes of every rule that blocks afterwards.
WITH now_blocked AS (
    SELECT DISTINCT f.record_id FROM quality.finding AS f
    WHERE  f.closed_at IS NULL AND f.effect = 'block'
), then_blocked AS (
    SELECT DISTINCT l.record_id FROM rehearsal.located AS l WHERE l.rule_code = ANY(:blocking)
)
SELECT d.unit_code, count(*)::integer AS records, count(n.record_id)::integer AS blocked_before,
       count(t.record_id)::integer AS blocked_after
FROM   rehearsal.document AS d
LEFT   JOIN now_blocked AS n ON n.record_id = d.record_id
LEFT   JOIN then_blocked AS t ON t.record_id = d.record_id
GROUP  BY d.unit_code
ORDER  BY d.unit_code
