"""Which rows fail which rules: one scan a relation, whose few results never leave the database.

Stored conditions are run as they are. Nothing here needs Great Expectations.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Delete,
    FromClause,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    Update,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from sync.checks.stored import AS_OF, SCHEMA, RuleCondition
from sync.checks.suites import Cause, Rule, fields_of
from sync.model.value_key import ValueKey

SEPARATOR = "\x1f"  # between a rule's code and the value: no code holds it
GIVEN = "="  # stands before a value; where there is none, nothing stands
NOTHING = b"\0"  # what is hashed for no value: no text can be this
SHAPE_LIMIT = 40
DAY_ASKED = re.compile(rf"(?<!\\):{AS_OF}\b")
ESCAPED = "\\:"  # a colon of the rule's own, as SQLAlchemy's text() wants it
FENCE: ColumnElement[Any] = literal_column(
    "'0'"
)  # OFFSET: computed once; quoted, or PostgreSQL plans no workers


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: snapshots of one day, and the key under which values are hashed."""

    snapshot_ids: Sequence[int]
    as_of: date
    key: ValueKey | None = None  # not needed where nothing is written
    schema: str = SCHEMA

    @property
    def snapshots(self) -> ColumnElement[Any]:
        """The snapshots as one array."""
        return bindparam("snapshot_ids", list(self.snapshot_ids), type_=ARRAY(BigInteger))


def in_force(conditions: Sequence[RuleCondition], day: date) -> list[RuleCondition]:
    """The conditions of rules that hold on the day."""
    return [each for each in conditions if each.rule.is_valid_on(day)]


def scan_rows(suite: str, conditions: Sequence[RuleCondition], asked: Asked) -> Select[Any]:
    """(keys, marks, turns_on) of every row that fails a rule or will have to be asked again.

    A mark is a rule's code and the value of its field. Every condition is one element of an
    array in the innermost select, where windows are legal.
    """
    marks = ",\n".join(
        f"CASE WHEN {_on(each.condition_sql, asked.as_of)} THEN {_mark(each.rule)} END"
        for each in in_force(conditions, asked.as_of)
    )
    turns_on = ",\n".join(day for each in conditions for day in _turnings(each, asked.as_of))
    scanned = (
        select(
            *_keys(),
            _sql(f"array_remove(ARRAY[{marks}]::text[], NULL)", ARRAY(Text)).label("marks"),
            _sql(f"least({turns_on or 'NULL::date'})", Date()).label("turns_on"),
        )
        .select_from(_checked_rows(suite, asked))
        .offset(FENCE)
        .subquery("scanned")
    )
    is_told = or_(func.cardinality(scanned.c.marks) > 0, scanned.c.turns_on.is_not(None))
    return select(*scanned.c).where(is_told)


def located_rows(
    found: FromClause, conditions: Sequence[RuleCondition], asked: Asked
) -> Insert:
    """One row of `located` for every mark of what was found."""
    marks = each_mark(found)
    mark = marks.c.mark
    code = func.split_part(mark, SEPARATOR, 1)
    given = func.substr(mark, func.strpos(mark, SEPARATOR) + 1)
    value = case((given != "", func.substr(given, 2)))
    group_of = " ".join(
        f"WHEN '{each.rule.code}' THEN '{each.rule.group}'" for each in conditions
    )
    groups = _sql(f"CASE split_part(failed.mark, '{SEPARATOR}', 1) {group_of} END", Text())
    written = [*(found.c[key.name] for key in _keys()), groups, code]
    into = _table("located", asked.schema)
    return into.insert().from_select(
        [each.name for each in into.columns],
        select(*written, _hmac(value, asked.key), _cause(code, value, conditions))
        .select_from(found.join(marks, true()))
        .where(func.cardinality(found.c.marks) > 0),  # most rows only have a day
    )


def each_mark(found: FromClause) -> FromClause:
    """The marks of a row as rows."""
    marks = func.unnest(found.c.marks).table_valued(column("mark", Text))
    return marks.render_derived(name="failed")


def recheck_days(found: Sequence[FromClause], asked: Asked) -> Update:
    """The first day on which time alone can change an answer about the record."""
    reading = _table("reading", asked.schema)
    turning = union_all(
        *(
            select(each.c.snapshot_id, each.c.record_id, each.c.turns_on).where(
                each.c.turns_on.is_not(None)
            )
            for each in found
        )
    ).subquery("turning")
    keys = (turning.c.snapshot_id, turning.c.record_id)
    earliest = func.min(turning.c.turns_on).label("due_on")
    due = select(*keys, earliest).group_by(*keys).subquery("due")
    return (
        reading.update()
        .values(recheck_on=func.least(reading.c.recheck_on, due.c.due_on))
        .where(
            reading.c.snapshot_id == due.c.snapshot_id, reading.c.record_id == due.c.record_id
        )
    )


def forget_recheck_days(asked: Asked) -> Update:
    """What an earlier run said about days to come."""
    reading = _table("reading", asked.schema)
    is_asked = reading.c.snapshot_id == any_(asked.snapshots)
    return (
        reading.update()
        .values(recheck_on=None)
        .where(is_asked, reading.c.recheck_on.is_not(None))
    )


def forget_located(rules: Sequence[Rule], asked: Asked) -> Delete:
    """What an earlier run of these rules located: the same check twice is one check."""
    into = _table("located", asked.schema)
    return into.delete().where(
        into.c.snapshot_id == any_(asked.snapshots),
        into.c.rule_code.in_([rule.code for rule in rules]),
    )


def count_located(rules: Sequence[Rule], asked: Asked) -> Select[Any]:
    """Located rows by rule."""
    into = _table("located", asked.schema)
    return (
        select(into.c.rule_code, func.count(literal(1)))
        .where(
            into.c.snapshot_id == any_(asked.snapshots),
            into.c.rule_code.in_([rule.code for rule in rules]),
        )
        .group_by(into.c.rule_code)
    )


def _table(name: str, schema: str) -> Table:
    """A table of staging, or of the twin in which changed rules are rehearsed."""
    columns: dict[str, tuple[Any, ...]] = {
        "located": (
            *_keys(),
            Column("group_name", Text),
            Column("rule_code", Text),
            Column("value_hmac", LargeBinary),
            Column("cause", Text),
        ),
        "reading": (*_keys()[:2], Column("recheck_on", Date)),
    }
    return Table(name, MetaData(), *columns[name], schema=schema)


def _keys() -> tuple[Column[int], ...]:
    return (
        Column("snapshot_id", BigInteger),
        Column("record_id", BigInteger),
        Column("row_no", Integer),
    )


def _checked_rows(suite: str, asked: Asked) -> FromClause:
    """The suite's relation, for these snapshots only: a function the planner inlines."""
    function = getattr(getattr(func, asked.schema), f"check_{suite}_of")
    rows: FromClause = function(asked.snapshots).alias("checked")
    return rows


def clause_of(condition_sql: str, day: date) -> ColumnElement[bool]:
    """A stored condition about a day."""
    return _sql(_on(condition_sql, day), Boolean())


def _sql(said: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Stored SQL as it is. Three hundred conditions built piece by piece cost more time than
    PostgreSQL needs for a day on which little changed."""
    return literal_column(said, kind)


def _on(stored_sql: str, day: date) -> str:
    """Stored SQL with its day written in: as a constant, so that lookups stay hashed."""
    said = DAY_ASKED.sub(f"'{day.isoformat()}'", stored_sql)
    return f"({said.replace(ESCAPED, ':')})"


def _turnings(each: RuleCondition, day: date) -> Iterator[str]:
    """Days on which the rule's answer can turn: its own, and the ends of its validity."""
    rule = each.rule
    if rule.is_valid_on(day):
        if each.turns_on_sql is not None:
            yield _on(each.turns_on_sql, day)
        if rule.valid_to is not None:
            yield _if_failing(each, day, rule.valid_to + timedelta(days=1))
    elif rule.valid_from is not None and rule.valid_from > day:
        yield _if_failing(each, rule.valid_from, rule.valid_from)


def _if_failing(each: RuleCondition, day: date, turns_on: date) -> str:
    return f"CASE WHEN {_on(each.condition_sql, day)} THEN '{turns_on.isoformat()}'::date END"


def _mark(rule: Rule) -> str:
    """Code and value; the value stays in the database, as everything here does."""
    code = "'{}'".format((rule.code + SEPARATOR).replace("'", "''"))
    if rule.field not in fields_of(rule.suite):
        return code
    return f"{code} || coalesce('{GIVEN}' || CAST(\"{rule.field}\" AS text), '')"


def _hmac(value: ColumnElement[Any], key: ValueKey | None) -> ColumnElement[Any]:
    """What `ValueKey.digest` says; no value has a mark of its own."""
    if key is None:
        return literal(b"", LargeBinary)
    said = func.coalesce(func.convert_to(value, "UTF8"), literal(NOTHING, LargeBinary))
    inner = func.sha256(literal(key.inner, LargeBinary).op("||")(said))
    return func.sha256(literal(key.outer, LargeBinary).op("||")(inner))


def _cause(
    code: ColumnElement[Any], value: ColumnElement[Any], conditions: Sequence[RuleCondition]
) -> ColumnElement[Any]:
    """The code itself, or the shape of the value: digits as 9, letters as a."""
    digits = func.regexp_replace(func.left(value, SHAPE_LIMIT), "[0-9]", "9", "g")
    shape = func.regexp_replace(digits, "[A-Za-z]|[^ -~]", "a", "g")
    said = {Cause.CODE: value, Cause.PATTERN: shape}
    causes = [(each.rule.code, said[each.rule.cause]) for each in conditions if each.rule.cause]
    none = cast(null(), Text)
    return (
        case(*((code == name, cause) for name, cause in causes), else_=none) if causes else none
    )
