-- cause_day.sql
-- Question: which rules are broken by what is in force on day :as_of, in how many units and records?
--   Sentences are those of the suites last checked with. A rule that went keeps its last sentence.
-- Asked by: measure. Rows: one per broken rule, twice where restricted units break it too.
INSERT INTO facts.cause_day (as_of, rule_code, is_restricted, effect, sentence_vi, sentence_en, unit_count,
    record_count, finding_count)
SELECT :as_of, f.rule_code, f.is_restricted, r.effect, r.sentence_vi, r.sentence_en, f.unit_count,
       f.record_count, f.finding_count
FROM  (SELECT o.rule_code, u.is_restricted, count(*)::integer AS unit_count,
              sum(o.record_count)::integer AS record_count, sum(o.finding_count)::integer AS finding_count
       FROM  (SELECT unit_code, rule_code, count(DISTINCT record_id) AS record_count, count(*) AS finding_count
              FROM   quality.finding
              WHERE  closed_at IS NULL
              GROUP  BY unit_code, rule_code) AS o
       JOIN   registry.unit AS u ON u.unit_code = o.unit_code AND u.valid_on @> CAST(:as_of AS date)
       GROUP  BY o.rule_code, u.is_restricted) AS f
JOIN   LATERAL (SELECT q.effect, q.sentence_vi, q.sentence_en
                FROM   quality.rule AS q
                WHERE  q.rule_code = f.rule_code
                ORDER  BY q.suites_sha256 = (SELECT c.suites_sha256 FROM quality.check_result AS c
                                             ORDER BY c.checked_at DESC LIMIT 1) DESC, q.stored_at DESC
                LIMIT  1) AS r ON true
