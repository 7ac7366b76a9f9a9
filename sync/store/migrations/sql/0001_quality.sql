-- quality: rules, check results, findings, cases. No value of a person.
CREATE SCHEMA quality;

CREATE TABLE quality.rule (
    suites_sha256   text NOT NULL,
    rule_code       text NOT NULL,
    effect          text NOT NULL CHECK (effect IN ('block', 'hold', 'case', 'ask', 'count')),
    field_code      text NOT NULL,
    group_name      text NOT NULL,
    sentence_vi     text NOT NULL,
    sentence_en     text NOT NULL,
    basis           text NOT NULL,
    is_cross_record boolean NOT NULL,
    stored_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (suites_sha256, rule_code)
);

CREATE TABLE quality.check_result (
    snapshot_id   bigint PRIMARY KEY REFERENCES landing.snapshot,
    basis_sha256  text NOT NULL,
    suites_sha256 text NOT NULL,
    as_of         date NOT NULL,
    staged_count  integer NOT NULL,
    finding_count integer NOT NULL,
    rule_counts   jsonb NOT NULL,
    checked_at    timestamptz NOT NULL
);

CREATE TABLE quality.finding (
    finding_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code          text NOT NULL,
    record_id          bigint NOT NULL,
    document_id        bigint NOT NULL,
    snapshot_id        bigint NOT NULL,
    group_name         text NOT NULL,
    row_no             integer NOT NULL,
    rule_code          text NOT NULL,
    field_code         text NOT NULL,
    effect             text NOT NULL,
    found_at           timestamptz NOT NULL,
    closed_at          timestamptz,
    closed_snapshot_id bigint
);
CREATE UNIQUE INDEX finding_open ON quality.finding (record_id, rule_code, group_name, row_no)
    WHERE closed_at IS NULL;
CREATE INDEX finding_open_by_unit ON quality.finding (unit_code, effect) WHERE closed_at IS NULL;

CREATE TABLE quality.conflict_case (
    case_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    servant_id       bigint NOT NULL,
    state            text NOT NULL CHECK (state IN ('open', 'closed')),
    holder_unit_code text,
    opened_at        timestamptz NOT NULL,
    closed_at        timestamptz
);
CREATE UNIQUE INDEX case_open ON quality.conflict_case (servant_id) WHERE state = 'open';

CREATE TABLE quality.case_party (
    case_id   bigint NOT NULL REFERENCES quality.conflict_case,
    unit_code text NOT NULL,
    record_id bigint NOT NULL,
    PRIMARY KEY (case_id, record_id)
);

-- Records whose document must be read again although it did not change.
CREATE TABLE quality.recheck (
    record_id  bigint PRIMARY KEY,
    unit_code  text NOT NULL,
    queued_at  timestamptz NOT NULL DEFAULT now(),
    why        text NOT NULL
);
