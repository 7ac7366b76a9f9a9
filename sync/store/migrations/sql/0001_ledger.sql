-- ledger: append-only account of who did what to what, when. Sums are checked by the database.
CREATE SCHEMA ledger;

CREATE TABLE ledger.entry (
    entry_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code         text NOT NULL,
    action            text NOT NULL,
    actor             text NOT NULL,
    recorded_at       timestamptz NOT NULL,
    as_of             date NOT NULL,
    wave_key          text,
    snapshot_id       bigint,
    reason_code       text NOT NULL DEFAULT '',
    figures           jsonb NOT NULL DEFAULT '{}',
    announced         integer,
    received          integer,
    unreadable        integer,
    duplicate         integer,
    quarantined       integer,
    waiting           integer,
    added             integer,
    changed           integer,
    unchanged         integer,
    live_before       integer,
    entered           integer,
    left_count        integer,
    live_after        integer,
    stale             integer,
    blocking_findings integer,
    other_findings    integer,
    landing_sha256    bytea,
    register_sha256   bytea,
    CONSTRAINT classes_add_up CHECK (received IS NULL OR action <> 'snapshot_admitted'
        OR received = unreadable + duplicate + quarantined + waiting + added + changed + unchanged),
    CONSTRAINT live_adds_up CHECK (live_after IS NULL
        OR live_after IS NOT DISTINCT FROM live_before + entered - left_count),
    -- A sum with a gap in it is neither right nor wrong: an admitted snapshot has every number.
    CONSTRAINT admitted_is_accounted CHECK (action <> 'snapshot_admitted'
        OR num_nulls(received, unreadable, duplicate, quarantined, waiting, added, changed, unchanged,
                     live_before, entered, left_count, live_after, stale) = 0)
);
CREATE INDEX entry_by_unit ON ledger.entry (unit_code, entry_id DESC);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % refused', TG_OP;
END $$;

CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Every change of live stands in the ledger: an entry begins where the unit's last one ended.
CREATE FUNCTION ledger.continue_live() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_live integer;
BEGIN
    IF NEW.live_after IS NOT NULL THEN
        SELECT e.live_after INTO last_live FROM ledger.entry AS e
         WHERE e.unit_code = NEW.unit_code AND e.live_after IS NOT NULL
         ORDER BY e.entry_id DESC LIMIT 1;
        IF coalesce(last_live, 0) IS DISTINCT FROM NEW.live_before THEN
            RAISE EXCEPTION 'the ledger of unit % ended at % live and cannot go on from %',
                NEW.unit_code, coalesce(last_live, 0), NEW.live_before
                USING CONSTRAINT = 'live_goes_on', ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_live_goes_on BEFORE INSERT ON ledger.entry
    FOR EACH ROW EXECUTE FUNCTION ledger.continue_live();
