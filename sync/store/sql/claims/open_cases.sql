-- open_cases.sql
-- Question: which persons are still claimed by several units? Each is one case with its holder, if any.
--   A secondment (status 01 at home) is no dispute: the host's record waits without a case.
-- Asked by: settle. Rows: one per case.
WITH contested AS (
    SELECT d.servant_id, max(d.unit_code) FILTER (WHERE d.state = 'live') AS holder_unit_code
    FROM   register.dossier AS d
    JOIN   register.person AS person ON person.record_id = d.record_id
    WHERE  d.state IN ('live', 'waiting')
      AND  d.servant_id IN (SELECT servant_id FROM register.dossier WHERE state = 'waiting')
    GROUP  BY d.servant_id HAVING count(*) FILTER (WHERE person.trang_thai IS DISTINCT FROM '01') > 1
), opened AS (
    INSERT INTO quality.conflict_case (servant_id, state, holder_unit_code, opened_at)
    SELECT servant_id, 'open', holder_unit_code, :now FROM contested
    ON CONFLICT (servant_id) WHERE state = 'open'
    DO UPDATE SET holder_unit_code = excluded.holder_unit_code
    RETURNING case_id, servant_id
)
INSERT INTO quality.case_party (case_id, unit_code, record_id)
SELECT o.case_id, d.unit_code, d.record_id
FROM   opened AS o JOIN register.dossier AS d ON d.servant_id = o.servant_id AND d.state IN ('live', 'waiting')
ON     CONFLICT DO NOTHING
