-- registry, facts: whom to ask in a unit, what is wrong nationwide, what others claimed.

-- Offices to turn to, dated: an office's own mailbox and telephone, nobody's private ones.
CREATE TABLE registry.contact (
    unit_code    text NOT NULL,
    role         text NOT NULL CHECK (role IN ('records', 'technical')),
    valid_on     daterange NOT NULL CHECK (NOT isempty(valid_on)),
    office       text NOT NULL CHECK (office <> ''),
    office_email text NOT NULL DEFAULT '',
    office_phone text NOT NULL DEFAULT '',
    stated_by    text NOT NULL,
    CONSTRAINT contact_can_be_reached CHECK (office_email <> '' OR office_phone <> ''),
    PRIMARY KEY (unit_code, role, valid_on WITHOUT OVERLAPS)
);

-- The pages' copy of the contacts in force: whom to ask now, whatever day is looked at.
CREATE TABLE facts.contact (
    unit_code    text NOT NULL,
    role         text NOT NULL,
    office       text NOT NULL,
    office_email text NOT NULL,
    office_phone text NOT NULL,
    since_on     date,
    PRIMARY KEY (unit_code, role)
);

-- What is wrong nationwide, by rule. Units whose headcount is not public are counted apart.
CREATE TABLE facts.cause_day (
    as_of         date NOT NULL,
    rule_code     text NOT NULL,
    is_restricted boolean NOT NULL,
    effect        text NOT NULL,
    sentence_vi   text NOT NULL,
    sentence_en   text NOT NULL,
    unit_count    integer NOT NULL,
    record_count  integer NOT NULL,
    finding_count integer NOT NULL,
    PRIMARY KEY (as_of, rule_code, is_restricted)
);

-- Figures that others announced: a register of its own, which setting up again does not empty.
ALTER TABLE facts.claimed
    ADD claim_id           bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD synchronised_count integer,
    ADD recorded_by        text NOT NULL DEFAULT 'package',
    ADD recorded_at        timestamptz,
    ADD withdrawn_at       timestamptz,
    ADD CONSTRAINT claimed_parts_fit_the_whole CHECK (
        coalesce(connected_count, 0) BETWEEN 0 AND coalesce(unit_count, connected_count, 0)
        AND coalesce(synchronised_count, 0) BETWEEN 0 AND coalesce(unit_count, synchronised_count, 0));
