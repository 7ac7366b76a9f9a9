"""DDL of the typed tables, one a group, for staging and register; made from the contract."""

from sync.contract.record import Field, Group, record_groups

COLUMN_TYPES = {
    "text": "text",
    "code": "text",
    "date": "date",
    "timestamp": "timestamptz",
    "int": "integer",
    "decimal": "numeric",
}

STAGING_COMMON = """
CREATE UNLOGGED TABLE staging.document (
    snapshot_id         bigint NOT NULL,
    record_id           bigint NOT NULL,
    document_id         bigint NOT NULL,
    other_document_ids  bigint[],
    unit_code           text NOT NULL,
    as_of               date NOT NULL,
    entry_count         integer NOT NULL,
    row_no              integer NOT NULL DEFAULT 1,
    pass_no             integer NOT NULL,
    is_readable         boolean NOT NULL,
    has_key             boolean NOT NULL,
    has_nul             boolean NOT NULL,
    has_repeated_key    boolean NOT NULL,
    has_secret_field    boolean NOT NULL,
    is_malformed        boolean NOT NULL,
    repeat_count        integer NOT NULL,
    differing_count     integer NOT NULL
);
CREATE INDEX document_by_snapshot ON staging.document USING brin (snapshot_id);
CREATE UNLOGGED TABLE staging.reading (
    snapshot_id    bigint NOT NULL,
    record_id      bigint NOT NULL,
    typed_sha256   bytea NOT NULL,
    missing_fields text[] NOT NULL,
    recheck_on     date,
    overlay_ids    bigint[] NOT NULL DEFAULT '{}'  -- corrections laid over the hashed rows
);
CREATE INDEX reading_by_snapshot ON staging.reading USING brin (snapshot_id);
CREATE UNLOGGED TABLE staging.overlay ( -- what a staged record says about each correction of it
    snapshot_id   bigint NOT NULL,
    record_id     bigint NOT NULL,
    correction_id bigint NOT NULL,
    verdict       text NOT NULL CHECK (verdict IN ('applied', 'stands', 'agrees', 'differs'))
);
CREATE INDEX overlay_by_snapshot ON staging.overlay USING brin (snapshot_id);
CREATE UNLOGGED TABLE staging.mapped (  -- the unit's own codes that a record was read by
    snapshot_id bigint NOT NULL,
    record_id   bigint NOT NULL,
    mapping_id  bigint NOT NULL
);
CREATE INDEX mapped_by_snapshot ON staging.mapped USING brin (snapshot_id);
CREATE UNLOGGED TABLE staging.context (
    snapshot_id            bigint NOT NULL,
    record_id              bigint NOT NULL,
    number_in_unit_count   integer NOT NULL,
    number_elsewhere_count integer NOT NULL,
    is_shared              boolean NOT NULL DEFAULT false,
    population_status      text,   -- NULL: nothing is known about these values
    population_fields      text[],
    is_name_close          boolean
);
CREATE INDEX context_by_snapshot ON staging.context USING brin (snapshot_id);
CREATE UNLOGGED TABLE staging.sums (    -- what the lists of one record add up to
    snapshot_id             bigint NOT NULL,
    record_id               bigint NOT NULL,
    work_row_count          bigint,
    open_post_count         bigint NOT NULL,
    open_post_unit          text,
    post_since              date,
    highest_training        text,
    has_last_rating         boolean NOT NULL,
    has_both_parents        boolean,
    end_decision_count      bigint NOT NULL,
    retired_as_usual_on     date,
    end_movements           text[],
    ended_on                date,
    open_salary_rank        text,
    open_salary_step        integer,
    open_salary_coefficient numeric,
    disciplined_on          date
);
CREATE INDEX sums_by_snapshot ON staging.sums USING brin (snapshot_id);
CREATE UNLOGGED TABLE staging.answer (  -- the whole answer that a record is part of
    snapshot_id    bigint NOT NULL,
    received_count integer NOT NULL,
    new_year_count integer NOT NULL,    -- people of the unit born on 1 January
    first_on       date,                -- the unit's first and last admitted answers
    previous_on    date,
    previous_at    timestamptz
);
CREATE UNLOGGED TABLE staging.twin (    -- probably a person whom another record holds too
    snapshot_id bigint NOT NULL,
    record_id   bigint NOT NULL
);
CREATE UNLOGGED TABLE staging.departure (
    snapshot_id  bigint NOT NULL,
    record_id    bigint NOT NULL,
    left_on      date,
    is_elsewhere boolean NOT NULL,      -- arrived in another unit
    is_outside   boolean NOT NULL       -- left for an agency that is no unit
);
CREATE UNLOGGED TABLE staging.news (    -- what is new or changed since the last answer
    snapshot_id          bigint NOT NULL,
    record_id            bigint NOT NULL,
    is_new               boolean NOT NULL,
    joined_on            date,          -- this unit, not the service
    oldest_reward_on     date,          -- of what the register lacks since first_on
    oldest_discipline_on date,
    oldest_post_on       date
);
CREATE UNLOGGED TABLE staging.located (
    snapshot_id bigint NOT NULL,
    record_id   bigint NOT NULL,
    row_no      integer NOT NULL,
    group_name  text NOT NULL,
    rule_code   text NOT NULL,
    value_hmac  bytea NOT NULL DEFAULT '',
    cause       text
);
CREATE INDEX located_by_snapshot ON staging.located USING brin (snapshot_id);
"""

# Counts over the whole source state: row 1 the delivery, then one a rule and a field.
STAGING_FIGURES = """
CREATE UNLOGGED TABLE staging.figures (
    snapshot_id         bigint NOT NULL,
    row_no              integer NOT NULL,
    unit_code           text NOT NULL,
    as_of               date NOT NULL,
    announced           integer,
    received            integer,
    received_before     integer,
    live                integer,
    vanished            integer,
    present             integer,
    present_before      integer,
    blocked             integer,
    blocked_before      integer,
    rule_code           text,
    rule_records        integer,
    rule_records_before integer,
    field_code          text,
    field_nulls         integer,
    field_of            integer,
    field_nulls_before  integer,
    field_of_before     integer,
    people              integer,
    men                 integer,
    women               integer,
    born_first          integer,
    active_civil        integer,
    quota               integer,
    expected            integer,
    rating_year         integer,
    rated_good          integer,
    rated_excellent     integer,
    left_behind         integer,
    crowded_heads       integer,
    limits              jsonb NOT NULL DEFAULT '{}',
    accepted            jsonb NOT NULL DEFAULT '{}'
);
"""


def column(field: Field) -> str:
    """A field as a column definition; absence is allowed, rules speak of it."""
    return f"    {field.code} {COLUMN_TYPES[field.kind]}"


def staging_table(group: Group) -> str:
    """One unlogged table of typed rows under check."""
    columns = ",\n".join(column(field) for field in group.fields)
    return f"""
CREATE UNLOGGED TABLE staging.{group.name} (
    snapshot_id bigint NOT NULL,
    record_id bigint NOT NULL,
    row_no integer NOT NULL,
{columns},
    unreadable_fields text[] NOT NULL DEFAULT '{{}}',
    converted_fields text[] NOT NULL DEFAULT '{{}}'
);
CREATE INDEX {group.name}_by_snapshot ON staging.{group.name} USING brin (snapshot_id);
"""


def register_table(group: Group) -> str:
    """One table of the current typed rows."""
    columns = ",\n".join(column(field) for field in group.fields)
    return f"""
CREATE TABLE register.{group.name} (
    record_id bigint NOT NULL,
    row_no integer NOT NULL,
{columns},
    PRIMARY KEY (record_id, row_no)
);
"""


def staging_ddl(schema: str = "staging") -> str:
    """The staging schema, or its twin in which changed rules are rehearsed."""
    tables = "".join(staging_table(group) for group in record_groups().values())
    ddl = f"CREATE SCHEMA staging;\n{STAGING_COMMON}{STAGING_FIGURES}{tables}"
    return ddl.replace("SCHEMA staging", f"SCHEMA {schema}").replace("staging.", f"{schema}.")


def register_ddl() -> str:
    """The typed tables of the register."""
    tables = "".join(register_table(group) for group in record_groups().values())
    return f"{tables}\nCREATE INDEX person_by_number ON register.person (so_dinh_danh);\n"
