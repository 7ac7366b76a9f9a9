-- quality, register, registry: questions to HR, what people decide about them, overlays.

-- A question to HR about one finding. The finding is the fact, the flag has a state.
CREATE TABLE quality.flag (
    flag_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    finding_id bigint NOT NULL UNIQUE REFERENCES quality.finding ON DELETE CASCADE,
    unit_code  text NOT NULL,
    record_id  bigint NOT NULL,
    group_name text NOT NULL,
    row_no     integer NOT NULL,
    field_code text NOT NULL,
    rule_code  text NOT NULL,
    effect     text NOT NULL CHECK (effect IN ('block', 'ask')),
    value_hmac bytea NOT NULL,
    cause_hmac bytea NOT NULL,
    state      text NOT NULL CHECK (state IN ('open', 'proposed', 'approved', 'waived', 'corrected', 'fixed',
                                              'gone')),
    since      timestamptz NOT NULL,
    due_on     date NOT NULL,
    opened_at  timestamptz NOT NULL,
    moved_at   timestamptz NOT NULL,
    closed_at  timestamptz,
    CONSTRAINT final_flags_are_closed CHECK ((state IN ('corrected', 'fixed', 'gone')) = (closed_at IS NOT NULL))
);
CREATE INDEX flag_queue ON quality.flag (unit_code, effect DESC, due_on, flag_id) WHERE closed_at IS NULL;
CREATE INDEX flag_by_cause ON quality.flag (unit_code, rule_code, cause_hmac, flag_id) WHERE closed_at IS NULL;
CREATE INDEX flag_by_record ON quality.flag (record_id);
CREATE INDEX flag_closed ON quality.flag (unit_code, closed_at) WHERE closed_at IS NOT NULL;

-- A proposed value. Approved and in force it is an overlay, bound to the HMAC of what it replaces.
-- Values are text as the database reads them; NULL is no value.
CREATE TABLE register.correction (
    correction_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code         text NOT NULL,
    record_id         bigint NOT NULL,
    group_name        text NOT NULL,
    row_no            integer NOT NULL,
    field_code        text NOT NULL,
    flag_id           bigint REFERENCES quality.flag ON DELETE SET NULL,
    old_hmac          bytea NOT NULL,
    old_value         text,
    new_value         text,
    reason            text NOT NULL CHECK (reason <> ''),
    state             text NOT NULL CHECK (state IN ('proposed', 'approved', 'declined', 'withdrawn', 'superseded',
                                                     'retired', 'reopened')),
    proposed_by       text NOT NULL,
    proposed_at       timestamptz NOT NULL,
    decided_by        text,
    decided_at        timestamptz,
    decision_reason   text NOT NULL DEFAULT '',
    ended_at          timestamptz,
    ended_snapshot_id bigint,
    CONSTRAINT it_changes_something CHECK (new_value IS DISTINCT FROM old_value),
    CONSTRAINT second_officer CHECK (decided_by IS DISTINCT FROM proposed_by),
    CONSTRAINT approval_names_who CHECK (state NOT IN ('approved', 'declined', 'retired', 'reopened')
        OR num_nulls(decided_by, decided_at) = 0)
);
CREATE UNIQUE INDEX correction_in_force ON register.correction (record_id, group_name, row_no, field_code)
    WHERE state IN ('proposed', 'approved');
CREATE INDEX correction_waiting ON register.correction (unit_code, correction_id) WHERE state = 'proposed';
CREATE INDEX correction_by_flag ON register.correction (flag_id);

-- What was proposed stays what was proposed: only its state moves.
CREATE FUNCTION register.keep_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.unit_code, NEW.record_id, NEW.group_name, NEW.row_no, NEW.field_code, NEW.old_hmac, NEW.old_value,
        NEW.new_value, NEW.reason, NEW.proposed_by, NEW.proposed_at)
       IS DISTINCT FROM
       (OLD.unit_code, OLD.record_id, OLD.group_name, OLD.row_no, OLD.field_code, OLD.old_hmac, OLD.old_value,
        OLD.new_value, OLD.reason, OLD.proposed_by, OLD.proposed_at)
       OR OLD.decided_by IS NOT NULL AND NEW.decided_by IS DISTINCT FROM OLD.decided_by THEN
        RAISE EXCEPTION 'what was proposed or decided does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposal_stays BEFORE UPDATE ON register.correction
    FOR EACH ROW EXECUTE FUNCTION register.keep_proposal();

-- An accepted deviation, bound to the value it accepts, until a day.
CREATE TABLE quality.waiver (
    waiver_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code  text NOT NULL,
    flag_id    bigint REFERENCES quality.flag ON DELETE SET NULL,
    record_id  bigint NOT NULL,
    group_name text NOT NULL,
    field_code text NOT NULL,
    rule_code  text NOT NULL,
    value_hmac bytea NOT NULL,
    until_on   date NOT NULL,
    reason     text NOT NULL CHECK (reason <> ''),
    state      text NOT NULL CHECK (state IN ('active', 'withdrawn', 'ended')),
    stated_by  text NOT NULL,
    stated_at  timestamptz NOT NULL,
    ended_at   timestamptz,
    ended_by   text
);
CREATE UNIQUE INDEX waiver_active ON quality.waiver (record_id, rule_code, group_name, field_code, value_hmac)
    WHERE state = 'active';

-- A unit's own code for a national one; a steward's word makes it hold.
CREATE TABLE registry.code_mapping (
    mapping_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code     text NOT NULL,
    code_list     text NOT NULL,
    local_code    text NOT NULL CHECK (local_code <> ''),
    national_code text NOT NULL CHECK (national_code <> ''),
    reason        text NOT NULL CHECK (reason <> ''),
    state         text NOT NULL CHECK (state IN ('proposed', 'approved', 'declined', 'withdrawn')),
    proposed_by   text NOT NULL,
    proposed_at   timestamptz NOT NULL,
    decided_by    text,
    decided_at    timestamptz,
    decision_reason text NOT NULL DEFAULT '',
    ended_at      timestamptz,
    CONSTRAINT mapping_has_two_people CHECK (decided_by IS DISTINCT FROM proposed_by),
    CONSTRAINT mapping_names_who CHECK (state NOT IN ('approved', 'declined') OR num_nulls(decided_by, decided_at) = 0)
);
CREATE UNIQUE INDEX code_mapping_in_force ON registry.code_mapping (unit_code, code_list, local_code)
    WHERE state IN ('proposed', 'approved');

-- Overlays that the register's rows of a dossier carry; its hashes are those of the rows without them.
ALTER TABLE register.dossier ADD overlay_ids bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE facts.unit_day ADD waived_findings integer NOT NULL DEFAULT 0;
