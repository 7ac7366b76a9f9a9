-- landing and quality: what a decision about codes sets in motion, and questions asked before there were flags.

-- The unit's own codes that the present answer of a record was read by.
ALTER TABLE landing.present ADD mapping_ids bigint[] NOT NULL DEFAULT '{}';

-- What is listed by unit, and what leaves with a flag that housekeeping removes.
CREATE INDEX correction_by_unit ON register.correction (unit_code, state, correction_id);
CREATE INDEX waiver_by_unit ON quality.waiver (unit_code, waiver_id);
CREATE INDEX waiver_by_flag ON quality.waiver (flag_id);
CREATE INDEX waiver_due ON quality.waiver (until_on) WHERE state = 'active';

-- A steward decides about a code without seeing people: this does what follows from the present state of a
-- decision, and nothing else. Records concerned are read again, flags of the cause wait or are asked again.
-- Returns how many records are read again.
CREATE FUNCTION quality.follow_mapping(decided bigint, cause bytea, fields text[], at timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    m registry.code_mapping;
    queued integer := 0;
BEGIN
    SELECT * INTO STRICT m FROM registry.code_mapping AS c WHERE c.mapping_id = decided;
    IF session_user = 'portal_writer' AND NOT portal.viewer_is('steward')
       AND NOT m.unit_code = ANY (portal.viewer_units()) THEN
        RAISE EXCEPTION 'a code of another unit' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF m.state IN ('approved', 'withdrawn') THEN
        INSERT INTO quality.recheck (record_id, unit_code, why)
        SELECT p.record_id, p.unit_code, 'a code of the unit was mapped otherwise'
        FROM   landing.present AS p
        WHERE  p.unit_code = m.unit_code
          AND  CASE m.state
               WHEN 'withdrawn' THEN m.mapping_id = ANY(p.mapping_ids)
               ELSE EXISTS (SELECT FROM quality.finding AS f
                            WHERE f.record_id = p.record_id AND f.closed_at IS NULL AND f.cause_hmac = cause
                              AND f.field_code = ANY(fields)) END
        ON CONFLICT (record_id) DO UPDATE SET taken_by = NULL, why = excluded.why;
        GET DIAGNOSTICS queued = ROW_COUNT;
    END IF;
    UPDATE quality.flag AS g
    SET    moved_at = at,
           state = CASE m.state WHEN 'proposed' THEN 'proposed' WHEN 'approved' THEN 'approved' ELSE 'open' END
    WHERE  g.unit_code = m.unit_code AND g.closed_at IS NULL AND g.cause_hmac = cause AND g.field_code = ANY(fields)
      AND  CASE m.state WHEN 'proposed' THEN g.state = 'open' WHEN 'approved' THEN g.state IN ('open', 'proposed')
           ELSE g.state IN ('proposed', 'approved')
                AND NOT EXISTS (SELECT FROM register.correction AS c
                                WHERE c.record_id = g.record_id AND c.state IN ('proposed', 'approved')
                                  AND (c.group_name, c.row_no, c.field_code)
                                      = (g.group_name, g.row_no, g.field_code)) END;
    RETURN queued;
END $$;
REVOKE EXECUTE ON FUNCTION quality.follow_mapping(bigint, bytea, text[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION quality.follow_mapping(bigint, bytea, text[], timestamptz) TO sync_writer, portal_writer;

-- Questions that were asked before: the next reading puts them to HR.
INSERT INTO quality.recheck (record_id, unit_code, why)
SELECT DISTINCT p.record_id, p.unit_code, 'open findings become questions to HR'
FROM   quality.finding AS f JOIN landing.present AS p USING (record_id)
WHERE  f.closed_at IS NULL AND f.effect IN ('block', 'ask')
ON     CONFLICT (record_id) DO UPDATE SET taken_by = NULL;
