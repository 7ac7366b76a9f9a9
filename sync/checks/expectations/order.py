"""What comes first: dates of one group beside another's, rows beside the end of service."""

from typing import Any

from sqlalchemy import ColumnElement, Date, and_, cast, func, literal, not_, or_
from sqlalchemy.dialects.postgresql import INTERVAL

from sync.checks.expectations import turning
from sync.checks.expectations.days import (
    ACTIVE,
    ENDED,
    day,
    digit_at,
    is_number,
    later,
    year_of,
)
from sync.checks.expectations.rule import Parameters, column_rule, row_rule

Column = ColumnElement[Any]


@column_rule("fall_on_the_last_days_of_the_month", "days", "zone")
def falls_on_the_last_days(value: Column, given: Parameters) -> ColumnElement[bool]:
    """The instant's calendar day in the zone is one of the month's last."""
    local = cast(func.timezone(given["zone"], value), Date)
    month = func.date_trunc("month", local)
    return local >= month + cast(literal(f"1 month -{given['days']} days"), INTERVAL)


@column_rule("not_be_a_year_after", "as_of", turns_on=turning.year)
def is_not_a_year_after(year: Column, given: Parameters) -> ColumnElement[bool]:
    """The year has begun."""
    return year <= year_of(day(given["as_of"]))


@row_rule("title_after_the_doctorate", "doctorate")
def title_is_after_the_doctorate(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """An academic title is not older than its doctorate; a higher degree may follow it."""
    titled_on, graduated_on, level = columns
    return or_(titled_on >= graduated_on, level != given["doctorate"])


@row_rule("to_begin_within_service")
def begins_within_service(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Nothing of an ended record begins after the end of service."""
    began_on, ended_on, status = columns
    return or_(began_on <= ended_on, status.not_in(ENDED))


@row_rule("year_within_service")
def year_is_within_service(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """No year after the one in which service ended."""
    year, ended_on, status = columns
    return or_(year <= year_of(ended_on), status.not_in(ENDED))


@row_rule("no_open_pay_when_ended")
def has_no_open_pay_when_ended(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Whoever has left has no open row of pay."""
    status, open_rank = columns
    return or_(open_rank.is_(None), status.not_in(ENDED))


@row_rule("ending_by_its_movement", "movements")
def ends_by_its_movement(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """`movements`: ended status -> what brings it; no movement is another rule's matter."""
    status, found = columns
    fits = [
        or_(status != code, *(literal(movement) == func.any(found) for movement in movements))
        for code, movements in sorted(given["movements"].items())
    ]
    return or_(found.is_(None), and_(*fits))


@row_rule("full_pay_after_probation", "percent", "months", "as_of", turns_on=turning.probation)
def is_paid_in_full_after_probation(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Nobody active draws a probationer's share long after the step began."""
    percent, since, status = columns
    is_recent = later(since, months=given["months"]) >= day(given["as_of"])
    return or_(percent != given["percent"], is_recent, status.not_in(ACTIVE))


@row_rule("percent_while_serving", "percents", "statuses")
def percent_is_of_service(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """One of the percents, for statuses in which nothing may lower the pay."""
    percent, status = columns
    return or_(percent.in_(given["percents"]), status.not_in(given["statuses"]))


@row_rule("number_of_somebody_else")
def number_is_of_somebody_else(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """A relative's number is not the person's own."""
    relative, own = columns
    return relative != own


@row_rule("number_to_carry_the_sex_of_the_relation", "men", "women")
def number_carries_the_sex_of_the_relation(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """A father's number is a man's, a mother's a woman's; a relation not named is either's."""
    number, relation = columns
    parity = digit_at(number, 4) % 2
    return or_(
        not_(is_number(number)),
        and_(
            or_(relation.not_in(given["men"]), parity == 0),
            or_(relation.not_in(given["women"]), parity == 1),
        ),
    )
