"""One statement a relation: which rows fail which rules. Nothing leaves the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    case,
    column,
    func,
    literal,
    null,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from sync.checks.conditions import SCHEMA, RuleCondition

LOCATED = table(
    "located",
    column("snapshot_id", BigInteger),
    column("record_id", BigInteger),
    column("row_no", Integer),
    column("group_name", Text),
    column("rule_code", Text),
    schema=SCHEMA,
)
KEYS: tuple[ColumnClause[int], ...] = (
    column("snapshot_id", BigInteger),
    column("record_id", BigInteger),
    column("row_no", Integer),
)


def _snapshots(snapshot_ids: Sequence[int]) -> ColumnElement[Any]:
    return bindparam("snapshot_ids", list(snapshot_ids), type_=ARRAY(BigInteger))


def checked_rows(suite: str, snapshot_ids: Sequence[int]) -> FromClause:
    """The suite's relation, for these snapshots only: a function the planner inlines."""
    function = getattr(func.staging, f"check_{suite}_of")
    rows: FromClause = function(_snapshots(snapshot_ids)).alias("checked")
    return rows


def locate_rows(
    suite: str, conditions: Sequence[RuleCondition], snapshot_ids: Sequence[int]
) -> Insert:
    """The statement that writes (row, rule) for every failing row of one relation.

    Every condition is one element of an array in the innermost select, where windows are legal.
    """
    codes = [case((each.condition, each.rule.code)) for each in conditions]
    every = array[Any](codes, type_=Text)
    failed = func.array_remove(every, null())
    scanned = (
        select(*KEYS, failed.label("codes"))
        .select_from(checked_rows(suite, snapshot_ids))
        .subquery("scanned")
    )
    keys = [scanned.c[key.name] for key in KEYS]
    found = select(*keys, func.unnest(scanned.c.codes).label("rule_code")).subquery("found")
    groups = case(
        {each.rule.code: each.rule.group for each in conditions}, value=found.c.rule_code
    )
    return LOCATED.insert().from_select(
        ["snapshot_id", "record_id", "row_no", "group_name", "rule_code"],
        select(
            found.c.snapshot_id, found.c.record_id, found.c.row_no, groups, found.c.rule_code
        ),
    )


def count_failing(
    suite: str, condition: RuleCondition, snapshot_ids: Sequence[int]
) -> Select[int]:
    """How many rows one rule finds: the slow way, to name a rule that breaks the statement."""
    scanned = (
        select(condition.condition.label("is_failing"))
        .select_from(checked_rows(suite, snapshot_ids))
        .subquery("scanned")
    )
    return select(func.count()).select_from(scanned).where(scanned.c.is_failing)


def forget_located(snapshot_ids: Sequence[int]) -> Delete:
    """Removes what an earlier run located, so that the same check twice is one check."""
    return LOCATED.delete().where(LOCATED.c.snapshot_id == any_(_snapshots(snapshot_ids)))


def count_located(snapshot_ids: Sequence[int]) -> Select[str, int]:
    """Located rows by rule."""
    return (
        select(LOCATED.c.rule_code, func.count(literal(1)))
        .where(LOCATED.c.snapshot_id == any_(_snapshots(snapshot_ids)))
        .group_by(LOCATED.c.rule_code)
    )
