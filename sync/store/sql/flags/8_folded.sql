-- 8_folded.sql
-- Question: which rows of these units' tallies are one?
-- Asked by: check and admit, last. Rows: one per key that had several or came to nothing. Rows that somebody else
--   adds meanwhile are neither seen nor lost.
WITH split AS (
    SELECT unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on
    FROM   quality.flag_tally
    WHERE  unit_code = ANY(:unit_codes)
    GROUP  BY unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on
    HAVING count(*) > 1 OR sum(flag_count) = 0
), gone AS (
    DELETE FROM quality.flag_tally AS t USING split AS s
    WHERE (t.unit_code, t.rule_code, t.cause_hmac, t.effect, t.group_name, t.field_code, t.state, t.due_on)
          = (s.unit_code, s.rule_code, s.cause_hmac, s.effect, s.group_name, s.field_code, s.state, s.due_on)
    RETURNING t.*
)
INSERT INTO quality.flag_tally
SELECT unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on, sum(flag_count)
FROM   gone
GROUP  BY unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on
HAVING sum(flag_count) <> 0
