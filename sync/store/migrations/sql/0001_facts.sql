-- facts: small tables that pages read. Written by measure only; no person.
CREATE SCHEMA facts;

CREATE TABLE facts.unit_day (
    as_of             date NOT NULL,
    unit_code         text NOT NULL,
    name_vi           text NOT NULL,
    name_en           text NOT NULL,
    kind              text NOT NULL,
    is_restricted     boolean NOT NULL,
    level             integer NOT NULL CHECK (level BETWEEN 0 AND 5),
    level_name        text NOT NULL,
    expected          integer,
    announced         integer,
    received          integer,
    live              integer NOT NULL,
    stale             integer NOT NULL,
    quarantined       integer NOT NULL,
    waiting           integer NOT NULL,
    blocking_findings integer NOT NULL,
    other_findings    integer NOT NULL,
    last_success_at   timestamptz,
    reason_code       text NOT NULL,
    reason_vi         text NOT NULL,
    reason_en         text NOT NULL,
    measured_at       timestamptz NOT NULL,
    PRIMARY KEY (as_of, unit_code)
);

CREATE TABLE facts.headline (
    as_of              date PRIMARY KEY,
    connected_count    integer NOT NULL,
    synchronised_count integer NOT NULL,
    unit_count         integer NOT NULL,
    measured_at        timestamptz NOT NULL
);

CREATE TABLE facts.unit_wave (
    wave_key    text NOT NULL,
    unit_code   text NOT NULL,
    started_at  timestamptz NOT NULL,
    outcome     text NOT NULL,
    reason_vi   text NOT NULL DEFAULT '',
    reason_en   text NOT NULL DEFAULT '',
    received    integer,
    added       integer,
    changed     integer,
    unchanged   integer,
    quarantined integer,
    waiting     integer,
    unreadable  integer,
    duplicate   integer,
    live_after  integer,
    PRIMARY KEY (wave_key, unit_code)
);

CREATE TABLE facts.claimed (
    claimed_on      date NOT NULL,
    claim_vi        text NOT NULL,
    claim_en        text NOT NULL,
    connected_count integer,
    unit_count      integer,
    stated_by       text NOT NULL,
    source          text NOT NULL,
    PRIMARY KEY (claimed_on, claim_en)
);

CREATE SCHEMA portal;  -- accounts, sessions and tokens come with the desk
