-- 2_moved.sql
-- Question: which open findings are seen again, but in another row or with another effect? One about how a
--   document came is about the newest that came so.
-- Asked by: check. Rows: one per such finding; the rest is the same and is not touched.
UPDATE quality.finding AS f
SET    row_no = v.row_no, effect = v.effect, cause_hmac = v.cause_hmac,
       document_id = CASE WHEN v.rule_code = ANY(:arrival_rules) THEN v.document_id ELSE f.document_id END
FROM   seen AS v
WHERE  f.closed_at IS NULL
  AND  f.record_id = v.record_id AND f.rule_code = v.rule_code AND f.group_name = v.group_name
  AND  f.value_hmac = v.value_hmac AND f.occurrence = v.occurrence
  AND ((f.row_no, f.effect, f.cause_hmac) IS DISTINCT FROM (v.row_no, v.effect, v.cause_hmac)
       OR v.rule_code = ANY(:arrival_rules) AND f.document_id <> v.document_id)
