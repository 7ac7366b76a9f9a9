-- causes.sql
-- Question: which rules were broken on day :as_of, in how many units, records and places, and what of it is
--   accepted until a later day (unknown for days from before that was counted)?
-- Asked by: the committee's page, report and feed. Rows: one per broken rule (about 100), most records
--   first. Restricted units are counted only where :with_restricted.
SELECT   rule_code, effect, sentence_vi, sentence_en, sum(unit_count)::integer AS unit_count,
         sum(record_count)::integer AS record_count, sum(finding_count)::integer AS finding_count,
         CASE WHEN bool_and(waived_count IS NOT NULL) THEN sum(waived_count)::integer END AS waived_count
FROM     facts.cause_day
WHERE    as_of = :as_of
AND     (:with_restricted OR NOT is_restricted)
GROUP BY rule_code, effect, sentence_vi, sentence_en
ORDER BY record_count DESC, rule_code
