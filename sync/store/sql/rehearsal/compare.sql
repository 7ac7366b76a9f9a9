-- compare.sql
-- Question: which findings would come and go, by unit and rule?
-- Asked by: rehearsing rules. Rows: one per unit and rehearsed rule with a difference.
WITH wanted AS (
    SELECT d.unit_code, l.record_id, l.rule_code, l.group_name, l.value_hmac,
           row_number() OVER (PARTITION BY l.record_id, l.rule_code, l.group_name, l.value_hmac
                              ORDER BY l.row_no)::integer AS occurrence
    FROM   rehearsal.located AS l
    JOIN   rehearsal.document AS d ON d.snapshot_id = l.snapshot_id AND d.record_id = l.record_id
    WHERE  l.rule_code = ANY(:rules)
), held AS (
    SELECT f.unit_code, f.record_id, f.rule_code, f.group_name, f.value_hmac, f.occurrence
    FROM   quality.finding AS f
    JOIN   rehearsal.document AS d ON d.record_id = f.record_id
    WHERE  f.closed_at IS NULL AND f.rule_code = ANY(:rules)
)
SELECT unit_code, rule_code,
       count(*) FILTER (WHERE held.record_id IS NULL)::integer AS added,
       count(*) FILTER (WHERE wanted.record_id IS NULL)::integer AS removed,
       count(*) FILTER (WHERE held.record_id IS NOT NULL AND wanted.record_id IS NOT NULL)::integer AS kept
FROM   wanted
FULL   JOIN held USING (unit_code, record_id, rule_code, group_name, value_hmac, occurrence)
GROUP  BY unit_code, rule_code
ORDER  BY unit_code, rule_code
