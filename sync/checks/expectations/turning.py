"""When the answer of a rule that asks for the day can turn although nothing else changes.

Each gives the first such day after `as_of`, or NULL for never. Too early costs one reading of a
record; too late is a wrong answer until the record's next reading. Rules that look codes up
have theirs beside them.
"""

from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, cast, func, not_

from sync.checks.expectations.days import (
    ACTIVE,
    NO_POSITION,
    day,
    later,
    names_one_of,
    next_after,
    only_if,
    year_of,
)
from sync.checks.expectations.rule import Parameters

Column = ColumnElement[Any]
LAST_YEAR = 9998  # a year beyond has no first of January to come


def age(columns: list[Column], given: Parameters) -> Column:
    """The birthdays on which somebody active becomes old enough or too old."""
    born, status = columns
    birthdays = (given["from_years"], given["to_years"] + 1)
    turns = next_after(day(given["as_of"]), *(later(born, years=years) for years in birthdays))
    return only_if(status.in_(ACTIVE), turns)


def date(value: Column, given: Parameters) -> Column:
    """A day that is still to come: itself."""
    return next_after(day(given["as_of"]), value)


def instant(value: Column, given: Parameters) -> Column:
    """An instant that is still to come: its calendar day in the zone."""
    local = cast(func.timezone(given["zone"], value), Date)
    return next_after(day(given["as_of"]), local)


def category(columns: list[Column], given: Parameters) -> Column:
    """The day the category is abolished."""
    category, status = columns
    concerned = and_(category.in_(given["categories"]), status.in_(ACTIVE))
    return only_if(concerned, next_after(day(given["as_of"]), day(given["until"])))


def district(value: Column, given: Parameters) -> Column:
    """The day the districts are abolished."""
    abolished_on = day(given["from_day"])
    # The day comes first: once it has passed, the planner drops the search of every address.
    is_to_come = abolished_on > day(given["as_of"])
    return only_if(and_(is_to_come, names_one_of(value, given["words"])), abolished_on)


def reappointment(columns: list[Column], given: Parameters) -> Column:
    """The day after an appointed leader's term and its margin."""
    first, again, position, status, category, term = columns
    last = func.greatest(first, again)
    over = later(last, years=given["years"], days=given["days"] + 1)
    leads = func.coalesce(position, NO_POSITION) != NO_POSITION
    is_appointed = and_(category.in_(given["categories"]), term.is_(None))
    concerned = and_(leads, is_appointed, status.in_(ACTIVE))
    return only_if(concerned, next_after(day(given["as_of"]), over))


def retirement(columns: list[Column], given: Parameters) -> Column:
    """The day after the roadmap's months of grace, or the later day that is recorded."""
    status, retires_on, planned_on = columns
    over = later(retires_on, months=given["months"], days=1)
    turns = next_after(day(given["as_of"]), func.greatest(over, planned_on))
    return only_if(status.in_(ACTIVE), turns)


def rating(columns: list[Column], given: Parameters) -> Column:
    """The next day a rating falls due, or New Year, when another year's is asked for.

    Whether the rating of a later year is there the relation does not say: its due day turns.
    """
    status, recruited_on, has_rating = columns
    today = day(given["as_of"])
    year = year_of(today)

    def due(of_year: Column) -> Column:
        return func.make_date(of_year, given["month"], given["day_of_month"])

    served = recruited_on < func.make_date(year - 1, 1, 1)
    lacks = and_(served, not_(has_rating))
    first_due = due(func.greatest(year + 1, year_of(recruited_on) + 2))
    turns = next_after(
        today,
        case((lacks, due(year))),
        case((and_(lacks, due(year) <= today), func.make_date(year + 1, 1, 1))),
        first_due,
    )
    return only_if(and_(status == given["status"], year_of(recruited_on) <= LAST_YEAR), turns)


def rating_year(columns: list[Column], given: Parameters) -> Column:
    """The first day of a year that is still to come."""
    year, _ = columns
    is_to_come = and_(year > year_of(day(given["as_of"])), year <= LAST_YEAR)
    return only_if(is_to_come, func.make_date(year, 1, 1))


def severance(columns: list[Column], given: Parameters) -> Column:
    """The decision's day."""
    form, decided_on, _ = columns
    return only_if(form == given["form"], next_after(day(given["as_of"]), decided_on))


def from_day(columns: list[Column], given: Parameters) -> Column:
    """The day on which the rule begins to ask about the first column."""
    turns_on = next_after(day(given["as_of"]), day(given["from_day"]))
    return only_if(columns[0].is_not(None), turns_on)


def year(value: Column, given: Parameters) -> Column:
    """The first of January of a year that is still to come."""
    today = day(given["as_of"])
    is_to_come = and_(value > year_of(today), value <= LAST_YEAR)
    return only_if(is_to_come, cast(func.make_date(value, 1, 1), Date))


def arrival(columns: list[Column], given: Parameters) -> Column:
    """The day after the time that a transfer may take."""
    left_on, is_elsewhere, is_outside, status = columns
    over = later(left_on, days=given["days"] + 1)
    return only_if(status == given["status"], next_after(day(given["as_of"]), over))


def probation(columns: list[Column], given: Parameters) -> Column:
    """The day after the longest probation that began with the step."""
    percent, since, status = columns
    over = later(since, months=given["months"]) + func.make_interval(0, 0, 0, 1)
    concerned = and_(percent == given["percent"], status.in_(ACTIVE))
    return only_if(concerned, next_after(day(given["as_of"]), over))
