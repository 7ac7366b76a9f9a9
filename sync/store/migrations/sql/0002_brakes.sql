-- registry and quality: limits of the brakes, releases, findings about a whole snapshot. No person.

-- A steward's word on one brake of one unit; without a row the suite's own limit holds.
CREATE TABLE registry.brake_limit (
    unit_code text NOT NULL,
    rule_code text NOT NULL,
    valid_on  daterange NOT NULL CHECK (NOT isempty(valid_on)),
    max_count integer CHECK (max_count >= 0),
    max_ratio numeric CHECK (max_ratio >= 0),
    stated_by text NOT NULL,
    reason    text NOT NULL CHECK (reason <> ''),
    stated_at timestamptz NOT NULL,
    CONSTRAINT brake_limit_says_something CHECK (num_nonnulls(max_count, max_ratio) > 0),
    PRIMARY KEY (unit_code, rule_code, valid_on WITHOUT OVERLAPS)
);

-- Civil servants a unit may employ (rule XO006); from whoever assigns the quota, never from the unit.
CREATE TABLE registry.staff_quota (
    unit_code text NOT NULL,
    valid_on  daterange NOT NULL CHECK (NOT isempty(valid_on)),
    quota     integer NOT NULL CHECK (quota >= 0),
    stated_by text NOT NULL,
    source    text NOT NULL,
    PRIMARY KEY (unit_code, valid_on WITHOUT OVERLAPS)
);

-- What the check counted over the whole source state, and what of the unit it looked at.
CREATE TABLE quality.snapshot_figures (
    snapshot_id   bigint PRIMARY KEY REFERENCES landing.snapshot,
    unit_code     text NOT NULL,
    live          integer NOT NULL,
    last_entry_id bigint NOT NULL,              -- newest ledger entry that changed live; 0: none yet
    figures       jsonb NOT NULL,
    fired         jsonb NOT NULL,               -- snapshot rules that were broken, with both numbers
    checked_at    timestamptz NOT NULL
);

-- Findings about a delivery as a whole. `figures` are those of the newest check that saw it.
CREATE TABLE quality.unit_finding (
    unit_finding_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code          text NOT NULL,
    rule_code          text NOT NULL,
    effect             text NOT NULL CHECK (effect IN ('case', 'ask', 'count')),
    snapshot_id        bigint NOT NULL REFERENCES landing.snapshot,
    figures            jsonb NOT NULL,
    found_at           timestamptz NOT NULL,
    closed_at          timestamptz,
    closed_snapshot_id bigint REFERENCES landing.snapshot
);
CREATE UNIQUE INDEX unit_finding_open ON quality.unit_finding (unit_code, rule_code) WHERE closed_at IS NULL;

-- A person accepted a brake up to these figures, until the unit's next admitted snapshot.
CREATE TABLE quality.release (
    release_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code         text NOT NULL,
    rule_code         text NOT NULL,
    subject           text NOT NULL,            -- the rule or field it speaks of; '' for the delivery as a whole
    part              integer NOT NULL,
    part_of           integer NOT NULL,
    snapshot_id       bigint NOT NULL REFERENCES landing.snapshot,
    figures           jsonb NOT NULL,
    actor             text NOT NULL,
    reason            text NOT NULL CHECK (reason <> ''),
    released_at       timestamptz NOT NULL,
    ended_at          timestamptz,
    ended_snapshot_id bigint REFERENCES landing.snapshot
);
CREATE INDEX release_open ON quality.release (unit_code) WHERE ended_at IS NULL;

-- Records by rule at the unit's last admitted snapshot: what the next one is compared with.
CREATE TABLE quality.rule_share (
    unit_code    text NOT NULL,
    rule_code    text NOT NULL,
    record_count integer NOT NULL,
    PRIMARY KEY (unit_code, rule_code)
);
INSERT INTO quality.rule_share (unit_code, rule_code, record_count)
SELECT unit_code, rule_code, count(DISTINCT record_id) FROM quality.finding
WHERE  closed_at IS NULL AND effect <> 'count' GROUP BY unit_code, rule_code;

-- Heads of organisations (rule XO009) are few: found without looking at everybody.
CREATE INDEX salary_current_heads ON register.salary_current (sal_chuc_vu, record_id)
    WHERE sal_chuc_vu IN ('BT', 'CTUBT', 'GDS', 'GDDV', 'HT', 'CTUBX');
