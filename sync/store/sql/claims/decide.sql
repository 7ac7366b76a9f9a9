-- decide.sql
-- Question: who holds a person whom nobody holds yet? The only claimant; else the home unit of a
--   secondment (status 01); else the one who began earlier; with equal or unknown dates nobody. An incumbent is never touched. Where a unit that
--   is not locked is party, or one whose answer names the person but is not admitted yet, the
--   next settling decides.
-- Asked by: settle. Rows: one per record that becomes live.
WITH coming AS (
    SELECT p.so_dinh_danh AS identity_number, s.unit_code
    FROM   staging.person AS p
    JOIN   staging.document AS s ON s.snapshot_id = p.snapshot_id AND s.record_id = p.record_id
    WHERE  s.unit_code IN (SELECT o.unit_code FROM landing.snapshot AS o
                           WHERE o.state IN ('sealed', 'checked', 'released'))
), party AS (
    SELECT d.record_id, d.unit_code, d.servant_id, d.state, d.start_on,
           bool_or(d.state = 'live') OVER w AS has_holder,
           bool_and(d.unit_code = ANY(:unit_codes)) OVER w AS is_locked,
           count(*) OVER w AS parties,
           min(d.start_on) OVER w AS first_on,
           person.trang_thai = '01' AS is_home,
           count(*) FILTER (WHERE person.trang_thai = '01') OVER w AS homes,
           count(*) FILTER (WHERE d.start_on IS NULL) OVER w AS undated
    FROM   register.dossier AS d
    JOIN   register.person AS person ON person.record_id = d.record_id
    WHERE  d.state IN ('live', 'waiting')
      AND  d.servant_id IN (SELECT servant_id FROM register.dossier WHERE state = 'waiting')
    WINDOW w AS (PARTITION BY d.servant_id)
), earliest AS (
    SELECT p.*, count(*) FILTER (WHERE p.start_on = p.first_on) OVER (PARTITION BY p.servant_id) AS earliest_parties
    FROM   party AS p
), won AS (
    SELECT record_id FROM earliest
    WHERE  NOT has_holder AND is_locked
      AND  NOT EXISTS (SELECT FROM coming AS c JOIN register.identity_alias AS a USING (identity_number)
                       WHERE a.servant_id = earliest.servant_id AND a.until IS NULL AND c.unit_code <> earliest.unit_code)
      AND (parties = 1 OR homes = 1 AND is_home
           OR homes <> 1 AND undated = 0 AND start_on = first_on AND earliest_parties = 1)
), present AS (
    UPDATE landing.present AS p SET class = 'admitted'
    FROM won WHERE p.record_id = won.record_id AND p.class = 'waiting'
)
UPDATE register.dossier AS d SET state = 'live', changed_at = :now
FROM   won WHERE d.record_id = won.record_id
RETURNING d.unit_code
