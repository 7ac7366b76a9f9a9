"""One record beside others: its unit's answer, another unit, and what the register lacked.

Lateness is judged by what the unit's last admitted answer should have held already, so that
a day on which nobody asked is never counted against the unit.
"""

from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, and_, case, cast, func, not_, or_

from sync.checks.expectations import turning
from sync.checks.expectations.days import day, later
from sync.checks.expectations.rule import Parameters, row_rule

Column = ColumnElement[Any]
FRIDAY, SATURDAY = 5, 6


def later_working(since: Column, days: int) -> Column:
    """The day so many working days later, Monday to Friday, five at most; holidays apart."""
    weekday = cast(func.date_part("isodow", since), Integer)
    weekend = case(
        (weekday == SATURDAY, 1), (weekday > SATURDAY, 0), (weekday + days > FRIDAY, 2), else_=0
    )
    return since + days + weekend


@row_rule("birthday_not_shared_by_many", "least", "percent")
def birthday_is_not_shared_by_many(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Born on 1 January only where that is no habit of the whole unit."""
    born, new_year_count, received_count = columns
    is_new_year = and_(func.date_part("month", born) == 1, func.date_part("day", born) == 1)
    is_habit = and_(
        new_year_count >= given["least"],
        new_year_count * 100 >= received_count * given["percent"],
    )
    return not_(and_(is_new_year, is_habit))


@row_rule("arrival_after_leaving", "status", "days", "as_of", turns_on=turning.arrival)
def arrives_after_leaving(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Who left is found in another unit within the days, or left for an agency outside."""
    left_on, is_elsewhere, is_outside, status = columns
    is_on_the_way = later(left_on, days=given["days"]) >= day(given["as_of"])
    return or_(is_elsewhere, is_outside, is_on_the_way, status != given["status"])


@row_rule("change_told_in_time", "days", "zone")
def change_is_told_in_time(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """A changed record was not changed already, by more than the days, at the last answer."""
    updated_at, is_new, previous_on = columns
    updated_on = cast(func.timezone(given["zone"], updated_at), Date)
    return or_(func.coalesce(is_new, True), previous_on <= updated_on + given["days"])


@row_rule("decision_told_in_time", "working_days")
def decision_is_told_in_time(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """No decision that comes now should have stood in the last answer already."""
    oldest_on, previous_on = columns
    return previous_on <= later_working(oldest_on, given["working_days"])


@row_rule("recruit_told_in_time", "days")
def recruit_is_told_in_time(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Whoever joined since the first answer came with the first one that was due."""
    joined_on, is_new, first_on, previous_on = columns
    return or_(
        not_(func.coalesce(is_new, False)),
        joined_on <= first_on,
        previous_on <= joined_on + given["days"],
    )
