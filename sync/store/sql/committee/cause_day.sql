-- cause_day.sql
-- Question: which rules are broken by what is in force on day :as_of, as known at instant :known_at, in how
--   many units and records, and how much of it is accepted until a later day?
--   Sentences are those of the suites last checked with. A rule that went keeps its last sentence.
--   Findings are read once, whatever the planner thinks of a table that just grew; closed ones only where
--   :is_past, for while the day lasts none has closed later than :known_at.
-- Asked by: measure. Rows: one per broken rule, twice where restricted units break it too.
WITH standing AS MATERIALIZED (
    SELECT unit_code, rule_code, record_id, group_name, field_code, value_hmac
    FROM   quality.finding
    WHERE  closed_at IS NULL AND found_at <= :known_at
    UNION  ALL
    SELECT unit_code, rule_code, record_id, group_name, field_code, value_hmac
    FROM   quality.finding
    WHERE  CAST(:is_past AS boolean) AND closed_at > :known_at AND found_at <= :known_at
), open AS MATERIALIZED (
    SELECT unit_code, rule_code, count(DISTINCT record_id) AS record_count, count(*) AS finding_count
    FROM   standing
    GROUP  BY unit_code, rule_code
), waived AS MATERIALIZED (
    SELECT s.unit_code, s.rule_code, count(*) AS waived_count
    FROM   quality.waiver AS w
    JOIN   standing AS s
           ON s.record_id = w.record_id AND s.rule_code = w.rule_code AND s.group_name = w.group_name
          AND s.field_code = w.field_code AND s.value_hmac = w.value_hmac
    WHERE  w.stated_at <= :known_at AND (w.ended_at IS NULL OR w.ended_at > :known_at) AND w.until_on >= :as_of
    GROUP  BY s.unit_code, s.rule_code
), counted AS MATERIALIZED (
    SELECT o.rule_code, u.is_restricted, count(*)::integer AS unit_count,
           sum(o.record_count)::integer AS record_count, sum(o.finding_count)::integer AS finding_count,
           coalesce(sum(w.waived_count), 0)::integer AS waived_count
    FROM   open AS o
    JOIN   registry.unit AS u ON u.unit_code = o.unit_code AND u.valid_on @> CAST(:as_of AS date)
    LEFT   JOIN waived AS w ON w.unit_code = o.unit_code AND w.rule_code = o.rule_code
    GROUP  BY o.rule_code, u.is_restricted
)
INSERT INTO facts.cause_day (as_of, rule_code, is_restricted, effect, sentence_vi, sentence_en, unit_count,
    record_count, finding_count, waived_count)
SELECT :as_of, c.rule_code, c.is_restricted, r.effect, r.sentence_vi, r.sentence_en, c.unit_count,
       c.record_count, c.finding_count, c.waived_count
FROM   counted AS c
JOIN   LATERAL (SELECT q.effect, q.sentence_vi, q.sentence_en
                FROM   quality.rule AS q
                WHERE  q.rule_code = c.rule_code
                ORDER  BY q.suites_sha256 = (SELECT k.suites_sha256 FROM quality.check_result AS k
                                             ORDER BY k.checked_at DESC LIMIT 1) DESC, q.stored_at DESC
                LIMIT  1) AS r ON true
