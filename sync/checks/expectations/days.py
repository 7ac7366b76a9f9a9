"""Days, digits and words inside conditions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    type_coerce,
)

ACTIVE = ("00", "01", "02", "03", "04", "05")
ENDED = ("10", "11", "12", "13", "14")
NO_POSITION = "KHONG"

Column = ColumnElement[Any]


def later(
    day: Column, *, years: int | Column = 0, months: int | Column = 0, days: int = 0
) -> Column:
    """The day so much later (29 February becomes 28, as PostgreSQL counts)."""
    return day + func.make_interval(years, months, 0, days)


def day(value: object) -> Column:
    """A day from a suite's parameter (ISO text)."""
    return cast(literal(str(value)), Date)


def next_after(today: Column, *candidates: Column) -> Column:
    """The earliest of these days that lies after today; NULL when none does."""
    days = [cast(func.nullif(func.greatest(each, today), today), Date) for each in candidates]
    return func.least(*days) if len(days) > 1 else days[0]


def only_if(concerned: ColumnElement[bool], turns_on: Column) -> Column:
    """The day for rows that are concerned; for the others NULL, and never computed."""
    return case((concerned, turns_on))


def year_of(value: Column) -> Column:
    """The calendar year."""
    return cast(func.date_part("year", value), Integer)


def is_number(number: Column) -> ColumnElement[bool]:
    """Exactly 12 ASCII digits; said so that no cast of dirty text is ever needed."""
    return number.op("~")("^[0-9]{12}$")


def digit_at(number: Column, place: int) -> Column:
    """The digit at a place counted from 1; only meaningful where `is_number` holds."""
    return func.ascii(func.substr(number, place, 1), type_=Integer) - 48


def carries_year(number: Column, year: Column) -> ColumnElement[bool]:
    """Digit 4 names the century and digits 5-6 the year (TT 59/2021/TT-BCA Art. 4)."""
    whole = type_coerce(year, Integer)
    century = digit_at(number, 4) // 2 == whole // 100 - 19
    ending = digit_at(number, 5) * 10 + digit_at(number, 6) == whole % 100
    return and_(century, ending)


def names_one_of(value: Column, words: Sequence[str]) -> ColumnElement[bool]:
    """One of these words begins there, small or capital, and a blank follows.

    A plain search comes first: a regex over every address costs five times as much.
    """
    is_near = or_(*(func.strpos(value, f"{word[1:]} ") > 0 for word in words))
    spelt = "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in words)
    return and_(is_near, value.op("~")(f"(^|[ ,.-])({spelt}) "))
