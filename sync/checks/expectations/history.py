"""Rules about the rows of one person beside one another: windows inside one pass.

`column_list` begins with the keys of the person, then the row's order. A row_condition would
filter before the window in Great Expectations and after it in the one statement, so rows that
do not count are left out inside the window here.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, any_, case, cast, func, literal, or_

from sync.checks.expectations.days import later
from sync.checks.expectations.rule import Parameters, row_rule

Column = ColumnElement[Any]
ENDLESS = "infinity"


def _latest_end_before(
    keys: Sequence[Column], began_on: Column, row_no: Column, end: Column
) -> Column:
    """The latest end among the person's earlier rows; an open row never ends."""
    return func.max(end).over(
        partition_by=list(keys), order_by=[began_on, row_no], rows=(None, -1)
    )


def _counted_end(
    ended_on: Column,
    unreadable: Column,
    code: str,
    movement: Column | None,
    skipped: str | None,
) -> Column:
    is_unreadable = func.coalesce(literal(code) == any_(unreadable), False)
    end = case(
        (is_unreadable, None), else_=func.coalesce(ended_on, cast(literal(ENDLESS), Date))
    )
    if movement is None:
        return end
    return case((func.coalesce(movement, "") == skipped, None), else_=end)


def _latest_end(
    columns: list[Column], given: Parameters
) -> tuple[Column, Column, ColumnElement[bool]]:
    """Beginning, latest earlier end, and whether the row is left out."""
    snapshot, record, began_on, row_no, ended_on, unreadable, *movement = columns
    kind = movement[0] if movement else None
    end = _counted_end(ended_on, unreadable, str(ended_on.key), kind, given["skipped"])
    before = _latest_end_before((snapshot, record), began_on, row_no, end)
    is_skipped: ColumnElement[bool] = (
        literal(False) if kind is None else func.coalesce(kind == given["skipped"], False)
    )
    return began_on, before, is_skipped


@row_rule("interval_not_to_overlap", "skipped", is_window=True)
def interval_does_not_overlap(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """The row does not begin before an earlier one of the person has ended."""
    began_on, before, is_skipped = _latest_end(columns, given)
    return or_(began_on >= before, is_skipped)


@row_rule("interval_to_follow", "days", "skipped", is_window=True)
def interval_follows(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """At most `days` free days lie between the row and the end of the earlier ones."""
    began_on, before, is_skipped = _latest_end(columns, given)
    gap = and_(func.isfinite(before), began_on > later(before, days=given["days"] + 1))
    return or_(~gap, is_skipped)


@row_rule("step_not_to_fall", is_window=True)
def step_does_not_fall(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Within a rank the step never falls, but for a demotion of the old law."""
    snapshot, record, began_on, row_no, rank, step, had_demotion = columns
    last_rank, last_step = (
        func.lag(value).over(partition_by=[snapshot, record], order_by=[began_on, row_no])
        for value in (rank, step)
    )
    return or_(step >= last_step, rank != last_rank, had_demotion)


@row_rule("to_be_the_only_row", is_window=True)
def is_the_only_row(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """No other row of the person has these values."""
    *_, value = columns
    return or_(func.count().over(partition_by=columns) < 2, value.is_(None))
