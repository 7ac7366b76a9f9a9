-- registry: units, sources, expectations, code lists, probes. Dated rows never overlap.
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;  -- dated rows that never overlap need it
CREATE SCHEMA registry;

CREATE TABLE registry.unit (
    unit_code      text NOT NULL,
    valid_on       daterange NOT NULL CHECK (NOT isempty(valid_on)),
    name_vi        text NOT NULL,
    name_en        text NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('ministry', 'ministerial_agency', 'government_agency',
                                                 'province', 'municipality')),
    successor_code text,
    gso_code       text,
    is_restricted  boolean NOT NULL DEFAULT false,  -- headcounts for signed-in roles only
    source         text NOT NULL,
    confidence     text NOT NULL,
    notes          text NOT NULL DEFAULT '',
    PRIMARY KEY (unit_code, valid_on WITHOUT OVERLAPS)
);

CREATE TABLE registry.source (
    source_code  text PRIMARY KEY,
    unit_code    text NOT NULL,
    connector    text NOT NULL,
    profile_name text NOT NULL,
    address      text NOT NULL,
    secret_name  text,                              -- the name of a secret, never the secret
    options      jsonb NOT NULL DEFAULT '{}',
    valid_on     daterange NOT NULL DEFAULT daterange(NULL, NULL),
    CONSTRAINT source_one_per_unit_and_day EXCLUDE USING gist (unit_code WITH =, valid_on WITH &&)
);

CREATE TABLE registry.profile (
    profile_sha256 text PRIMARY KEY,                -- every profile ever used, so old answers stay readable
    profile_name   text NOT NULL,
    content        jsonb NOT NULL,
    stored_at      timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE registry.expected_headcount (
    unit_code text NOT NULL,
    valid_on  daterange NOT NULL,
    headcount integer NOT NULL CHECK (headcount >= 0),
    stated_by text NOT NULL,                        -- a steward, never the unit itself
    source    text NOT NULL,
    PRIMARY KEY (unit_code, valid_on WITHOUT OVERLAPS)
);

CREATE TABLE registry.code (
    list_name  text NOT NULL,
    code       text NOT NULL,
    valid_on   daterange NOT NULL,
    name_vi    text NOT NULL,
    name_en    text NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}',
    source     text NOT NULL,
    confidence text NOT NULL,
    PRIMARY KEY (list_name, code, valid_on WITHOUT OVERLAPS)
);

CREATE TABLE registry.rank (
    rank_code      text NOT NULL,
    valid_on       daterange NOT NULL,
    name_vi        text NOT NULL,
    name_en        text NOT NULL,
    salary_group   text NOT NULL,
    allowed_groups text[] NOT NULL,                 -- rule SA004: some ranks stand in one of several groups
    staff_category text NOT NULL,
    source         text NOT NULL,
    confidence     text NOT NULL,
    notes          text NOT NULL DEFAULT '',
    PRIMARY KEY (rank_code, valid_on WITHOUT OVERLAPS)
);

CREATE TABLE registry.salary_step (
    staff_kind         text NOT NULL,
    salary_group       text NOT NULL,
    step               integer NOT NULL,
    coefficient        numeric NOT NULL,
    steps_in_group     integer NOT NULL,
    increment          numeric NOT NULL,
    years_to_next_step integer NOT NULL,
    source             text NOT NULL,
    confidence         text NOT NULL,
    PRIMARY KEY (staff_kind, salary_group, step)
);

CREATE TABLE registry.retirement_age (
    year       integer NOT NULL,
    sex_code   text NOT NULL,                       -- genders list: 1 male, 2 female
    age_months integer NOT NULL,
    source     text NOT NULL,
    confidence text NOT NULL,
    PRIMARY KEY (year, sex_code)
);

CREATE TABLE registry.id_prefix (
    prefix   text PRIMARY KEY,                      -- the old 63 province codes stay in identity numbers for life
    gso_code text NOT NULL,
    name_vi  text NOT NULL
);

CREATE TABLE registry.probe (
    probe_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code      text NOT NULL,
    source_code    text NOT NULL,
    probed_at      timestamptz NOT NULL,
    is_ok          boolean NOT NULL,
    reason         text NOT NULL,
    latency_ms     integer NOT NULL,
    clock_skew_s   double precision,
    tls_expires_at timestamptz
);
CREATE INDEX probe_by_unit ON registry.probe (unit_code, probed_at DESC);
