-- waivers_by_id.sql
-- Question: what became of these accepted deviations?
-- Asked by: the page that says what an act did. Rows: one per waiver that the viewer may see.
SELECT waiver_id, unit_code, record_id, group_name, field_code, rule_code, until_on, reason, state, stated_by,
       stated_at, ended_at, ended_by
FROM   quality.waiver
WHERE  waiver_id = ANY(:waiver_ids)
ORDER  BY waiver_id
