-- in_force.sql
-- Question: how many open findings of each unit were accepted until a later day, as known at instant :at?
-- Asked by: measure and status. Rows: one per unit that has any.
SELECT w.unit_code, count(*)::integer AS waived
FROM   quality.waiver AS w
JOIN   quality.finding AS f
       ON f.record_id = w.record_id AND f.rule_code = w.rule_code AND f.group_name = w.group_name
      AND f.field_code = w.field_code AND f.value_hmac = w.value_hmac
      AND f.found_at <= :at AND (f.closed_at IS NULL OR f.closed_at > :at)
WHERE  w.stated_at <= :at AND (w.ended_at IS NULL OR w.ended_at > :at) AND w.until_on >= :as_of
GROUP  BY w.unit_code
