-- waivers.sql
-- Question: which deviations of this record were accepted, until when, by whom?
-- Asked by: a record's page. Rows: at most :row_count, newest first.
SELECT waiver_id, unit_code, record_id, group_name, field_code, rule_code, until_on, reason, state, stated_by, stated_at, ended_at, ended_by
FROM   quality.waiver
WHERE  record_id = :record_id
ORDER  BY waiver_id DESC
LIMIT  :row_count
