-- quality: how many flags wait, kept beside the flags. No person.

-- Rows of one key add up to its flags that are not closed. Whoever moves a flag adds rows and changes none, so
-- nobody waits for anybody; a wave folds them together.
CREATE TABLE quality.flag_tally (
    unit_code  text NOT NULL,
    rule_code  text NOT NULL,
    cause_hmac bytea NOT NULL,
    effect     text NOT NULL,
    group_name text NOT NULL,
    field_code text NOT NULL,
    state      text NOT NULL,
    due_on     date NOT NULL,
    flag_count integer NOT NULL
);
CREATE INDEX flag_tally_by_cause ON quality.flag_tally (unit_code, rule_code, cause_hmac);

-- How many records each cause of open flags concerns and since when: changes only where flags open and close.
CREATE TABLE quality.asked_cause (
    unit_code    text NOT NULL,
    rule_code    text NOT NULL,
    cause_hmac   bytea NOT NULL,
    effect       text NOT NULL,
    group_name   text NOT NULL,
    field_code   text NOT NULL,
    record_count integer NOT NULL,
    since        timestamptz NOT NULL,
    PRIMARY KEY (unit_code, rule_code, cause_hmac, effect, group_name, field_code)
);

-- Runs as the owner: whoever may move a flag need not be able to write figures.
CREATE FUNCTION quality.tally_flags() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO quality.flag_tally VALUES (OLD.unit_code, OLD.rule_code, OLD.cause_hmac, OLD.effect,
            OLD.group_name, OLD.field_code, OLD.state, OLD.due_on, -1);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO quality.flag_tally
        SELECT unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on, count(*)
        FROM   now_is WHERE closed_at IS NULL
        GROUP  BY unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on;
    ELSE
        INSERT INTO quality.flag_tally
        SELECT unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on, sum(n)
        FROM  (SELECT unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on, 1 AS n
               FROM now_is WHERE closed_at IS NULL
               UNION ALL
               SELECT unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on, -1
               FROM was WHERE closed_at IS NULL) AS moved
        GROUP  BY unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on
        HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION quality.tally_flags() FROM PUBLIC;
CREATE TRIGGER tally_new AFTER INSERT ON quality.flag REFERENCING NEW TABLE AS now_is
    FOR EACH STATEMENT EXECUTE FUNCTION quality.tally_flags();
CREATE TRIGGER tally_moved AFTER UPDATE ON quality.flag REFERENCING OLD TABLE AS was NEW TABLE AS now_is
    FOR EACH STATEMENT EXECUTE FUNCTION quality.tally_flags();
-- One by one: flags leave with their finding, and those that do are closed long since.
CREATE TRIGGER tally_gone AFTER DELETE ON quality.flag FOR EACH ROW WHEN (OLD.closed_at IS NULL)
    EXECUTE FUNCTION quality.tally_flags();

INSERT INTO quality.flag_tally
SELECT unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on, count(*)
FROM   quality.flag WHERE closed_at IS NULL
GROUP  BY unit_code, rule_code, cause_hmac, effect, group_name, field_code, state, due_on;
INSERT INTO quality.asked_cause
SELECT unit_code, rule_code, cause_hmac, effect, group_name, field_code, count(DISTINCT record_id), min(since)
FROM   quality.flag WHERE closed_at IS NULL
GROUP  BY unit_code, rule_code, cause_hmac, effect, group_name, field_code;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['flag_tally', 'asked_cause'] LOOP
        EXECUTE format('ALTER TABLE quality.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON quality.%I TO cbccvc_owner USING (true)', name);
        EXECUTE format('CREATE POLICY own_units ON quality.%I FOR SELECT TO portal_writer'
                       ' USING (unit_code = ANY ((SELECT portal.viewer_units())::text[]))', name);
        EXECUTE format('GRANT SELECT ON quality.%I TO portal_writer', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON quality.%I TO sync_writer', name);
    END LOOP;
END $$;

-- What a unit delivered last, without looking at all it ever delivered.
CREATE INDEX snapshot_admitted ON landing.snapshot (unit_code, snapshot_id) WHERE state = 'admitted';
CREATE INDEX snapshot_admitted_at ON landing.snapshot (unit_code, pulled_at) WHERE state = 'admitted';

-- What was ever proposed or accepted of a record, whatever became of it.
CREATE INDEX correction_by_record ON register.correction (record_id, correction_id);
CREATE INDEX waiver_by_record ON quality.waiver (record_id, waiver_id);
