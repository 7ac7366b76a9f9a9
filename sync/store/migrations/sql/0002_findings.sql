-- quality: the same question stays the same finding, and its age runs until the field is clean.
ALTER TABLE quality.finding
    ADD since      timestamptz,                 -- age of the question: per (record, field, rule) until clean
    ADD value_hmac bytea NOT NULL DEFAULT '',   -- HMAC-SHA256 of the value; the key is not in the database
    ADD occurrence integer NOT NULL DEFAULT 1,  -- rows of one record that say the same thing
    ADD cause_hmac bytea NOT NULL DEFAULT '';   -- HMAC-SHA256 of the code or pattern: one task for many records
UPDATE quality.finding SET since = found_at;
ALTER TABLE quality.finding ALTER since SET NOT NULL;
DROP INDEX quality.finding_open;
CREATE UNIQUE INDEX finding_open ON quality.finding (record_id, rule_code, group_name, value_hmac, occurrence)
    WHERE closed_at IS NULL;

-- Open findings of a unit by cause. A label is quoted only where it names nobody.
CREATE TABLE quality.cause (
    unit_code     text NOT NULL,
    rule_code     text NOT NULL,
    cause_hmac    bytea NOT NULL,
    label         text NOT NULL DEFAULT '',
    record_count  integer NOT NULL,
    finding_count integer NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (unit_code, rule_code, cause_hmac)
);

-- The versions of rules, code lists and mappings that the present documents were read under.
CREATE TABLE quality.basis_part (
    kind       text NOT NULL CHECK (kind IN ('rule', 'code_list', 'mapping')),
    name       text NOT NULL,
    sha256     text NOT NULL,
    content    jsonb NOT NULL,                  -- what a change is looked for in
    applied_at timestamptz NOT NULL,
    PRIMARY KEY (kind, name)
);

-- A queued record leaves the queue when the answer that read it again is admitted, not before:
-- a delivery on hold must not swallow the question. Queued again meanwhile, it stays.
ALTER TABLE quality.recheck ADD taken_by bigint;

-- Rules that time alone can break: the day on which a record is looked at again.
ALTER TABLE landing.present ADD recheck_on date;
CREATE INDEX present_due ON landing.present (recheck_on) WHERE recheck_on IS NOT NULL;
