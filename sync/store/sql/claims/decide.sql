-- decide.sql
-- Question: who holds a person whom nobody holds yet? The only claimant; else the one who began
--   earlier; with equal or unknown dates nobody. An incumbent is never touched.
-- Asked by: settle. Rows: one per record that becomes live.
WITH party AS (
    SELECT d.record_id, d.unit_code, d.servant_id, d.state, d.start_on,
           bool_or(d.state = 'live') OVER w AS has_holder,
           count(*) OVER w AS parties,
           min(d.start_on) OVER w AS first_on,
           count(*) FILTER (WHERE d.start_on IS NULL) OVER w AS undated
    FROM   register.dossier AS d
    WHERE  d.state IN ('live', 'waiting')
      AND  d.servant_id IN (SELECT servant_id FROM register.dossier WHERE state = 'waiting')
    WINDOW w AS (PARTITION BY d.servant_id)
), earliest AS (
    SELECT p.*, count(*) FILTER (WHERE p.start_on = p.first_on) OVER (PARTITION BY p.servant_id) AS earliest_parties
    FROM   party AS p
), won AS (
    SELECT record_id FROM earliest
    WHERE  NOT has_holder
      AND (parties = 1 OR undated = 0 AND start_on = first_on AND earliest_parties = 1)
), present AS (
    UPDATE landing.present AS p SET class = 'admitted'
    FROM won WHERE p.record_id = won.record_id AND p.class = 'waiting'
)
UPDATE register.dossier AS d SET state = 'live', changed_at = :now
FROM   won WHERE d.record_id = won.record_id
RETURNING d.unit_code
