-- facts_unit_day.sql
-- Question: where did each unit (or the one named) stand on day :as_of?
-- Asked by: the committee's page and a unit's page. Rows: one per unit (56 today).
SELECT as_of, unit_code, name_vi, name_en, kind, is_restricted, level, expected, announced,
       received, live, stale, quarantined, waiting, blocking_findings, other_findings, waived_findings,
       last_success_at, reason_code, reason_vi, reason_en
FROM   facts.unit_day
WHERE  as_of = :as_of
AND    (CAST(:unit_code AS text) IS NULL OR unit_code = :unit_code)
ORDER  BY unit_code
