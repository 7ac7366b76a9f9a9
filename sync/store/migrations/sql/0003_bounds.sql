-- Bounds within a unit: what a person said stays what they said, whoever's hand it is; nobody signs for another;
-- a word about one record cannot carry another unit's.

-- Only the named columns move. The pages' role puts no name but its viewer's where somebody decides or ends.
CREATE FUNCTION quality.keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    now_is jsonb := to_jsonb(NEW);
    signer text;
    is_forged boolean;
BEGIN
    IF was - TG_ARGV <> now_is - TG_ARGV THEN
        RAISE EXCEPTION 'what was said does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'words_stay';
    END IF;
    FOREACH signer IN ARRAY ARRAY['decided_by', 'ended_by'] LOOP
        CONTINUE WHEN was ->> signer IS NOT DISTINCT FROM now_is ->> signer;
        is_forged := was ->> signer IS NOT NULL;
        IF current_user = 'portal_writer' THEN  -- nobody else may ask who looks
            is_forged := is_forged OR now_is ->> signer IS DISTINCT FROM portal.viewer_login();
        END IF;
        IF is_forged THEN
            RAISE EXCEPTION 'nobody signs for another'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'own_signature';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
-- The arguments are the moves that sync/model/desk.py allows.
CREATE FUNCTION quality.keep_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND OLD.state || '>' || NEW.state <> ALL (TG_ARGV) THEN
        RAISE EXCEPTION 'a % one cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allowed_step';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER words_stay BEFORE UPDATE ON register.correction FOR EACH ROW EXECUTE FUNCTION
    quality.keep_words('state', 'flag_id', 'decided_by', 'decided_at', 'decision_reason', 'ended_at',
                       'ended_snapshot_id');
CREATE TRIGGER allowed_step BEFORE UPDATE ON register.correction FOR EACH ROW EXECUTE FUNCTION
    quality.keep_steps('proposed>approved', 'proposed>declined', 'proposed>withdrawn', 'proposed>superseded',
                       'approved>retired', 'approved>reopened', 'approved>withdrawn');
CREATE TRIGGER words_stay BEFORE UPDATE ON quality.waiver FOR EACH ROW EXECUTE FUNCTION
    quality.keep_words('state', 'flag_id', 'ended_at', 'ended_by');
CREATE TRIGGER allowed_step BEFORE UPDATE ON quality.waiver FOR EACH ROW EXECUTE FUNCTION
    quality.keep_steps('active>withdrawn', 'active>ended');
CREATE TRIGGER words_stay BEFORE UPDATE ON registry.code_mapping FOR EACH ROW EXECUTE FUNCTION
    quality.keep_words('state', 'decided_by', 'decided_at', 'decision_reason', 'ended_at');
CREATE TRIGGER allowed_step BEFORE UPDATE ON registry.code_mapping FOR EACH ROW EXECUTE FUNCTION
    quality.keep_steps('proposed>approved', 'proposed>declined', 'proposed>withdrawn', 'approved>withdrawn');

-- A foreign key would let a guessed id in, and an overlay would reach the other unit's record.
CREATE POLICY own_record ON register.correction AS RESTRICTIVE FOR INSERT TO portal_writer WITH CHECK (
    EXISTS (SELECT FROM landing.record AS r
            WHERE r.record_id = correction.record_id AND r.unit_code = correction.unit_code)
    AND (flag_id IS NULL OR EXISTS (SELECT FROM quality.flag AS f
                                    WHERE f.flag_id = correction.flag_id AND f.record_id = correction.record_id)));
CREATE POLICY own_record ON quality.waiver AS RESTRICTIVE FOR INSERT TO portal_writer WITH CHECK (
    EXISTS (SELECT FROM landing.record AS r
            WHERE r.record_id = waiver.record_id AND r.unit_code = waiver.unit_code)
    AND (flag_id IS NULL OR EXISTS (SELECT FROM quality.flag AS f
                                    WHERE f.flag_id = waiver.flag_id AND f.record_id = waiver.record_id)));
CREATE POLICY own_record ON quality.recheck AS RESTRICTIVE FOR INSERT TO portal_writer WITH CHECK (
    EXISTS (SELECT FROM landing.record AS r
            WHERE r.record_id = recheck.record_id AND r.unit_code = recheck.unit_code));

-- Only a wave retires or reopens what was approved.
CREATE POLICY steps_of_people ON register.correction AS RESTRICTIVE FOR UPDATE TO portal_writer
    USING (true) WITH CHECK (state NOT IN ('retired', 'reopened'));

-- Only a reading ends a question: the pages move it between the states in which it is open.
CREATE POLICY open_states ON quality.flag AS RESTRICTIVE FOR UPDATE TO portal_writer
    USING (true)
    WITH CHECK (closed_at IS NULL AND state IN ('open', 'proposed', 'approved', 'waived'));
