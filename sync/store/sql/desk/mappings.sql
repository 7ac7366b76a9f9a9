-- mappings.sql
-- Question: which codes of units were proposed for national ones, and how many records does each concern now?
-- Asked by: the page of codes; a steward sees every unit's. Rows: at most :row_count, waiting ones first.
SELECT m.mapping_id, m.unit_code, m.code_list, m.local_code, m.national_code, m.reason, m.state, m.proposed_by,
       m.proposed_at, m.decided_by, m.decided_at, m.decision_reason,
       coalesce(n.name_vi, '') AS name_vi, coalesce(n.name_en, '') AS name_en,
       coalesce((SELECT sum(c.record_count)::integer FROM quality.cause AS c
                 JOIN unnest(CAST(:rules AS text[]), CAST(:lists AS text[])) AS r(rule_code, code_list)
                      ON r.rule_code = c.rule_code AND r.code_list = m.code_list
                 WHERE c.unit_code = m.unit_code AND c.label = m.local_code), 0) AS record_count
FROM   registry.code_mapping AS m
LEFT   JOIN LATERAL (
    SELECT name_vi, name_en, valid_on FROM registry.code AS c
    WHERE  c.list_name = m.code_list AND c.code = m.national_code
    UNION ALL
    SELECT name_vi, name_en, valid_on FROM registry.rank AS r
    WHERE  m.code_list = 'ranks' AND r.rank_code = m.national_code
    ORDER  BY valid_on DESC LIMIT 1) AS n ON true
WHERE  CAST(:before AS bigint) IS NULL
       OR (m.state = 'proposed', m.mapping_id)
          < (SELECT b.state = 'proposed', b.mapping_id FROM registry.code_mapping AS b WHERE b.mapping_id = :before)
ORDER  BY m.state = 'proposed' DESC, m.mapping_id DESC
LIMIT  :row_count
