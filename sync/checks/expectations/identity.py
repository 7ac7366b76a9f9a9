"""The personal identification number and the name.

The cheap test comes first: for a sound row the number's shape is then never asked again.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, column, func, not_, or_, select, table

from sync.checks.expectations.days import ENDED, carries_year, digit_at, is_number, year_of
from sync.checks.expectations.rule import Parameters, column_rule, row_rule

Column = ColumnElement[Any]
MALE, FEMALE = "1", "2"
FIRST_COUNTRY_CODE = "100"  # below are provinces, 001..096
ID_PREFIX = table("id_prefix", column("prefix"), schema="registry")


@column_rule("begin_with_a_birthplace")
def begins_with_a_birthplace(number: Column, given: Parameters) -> ColumnElement[bool]:
    """One of the 63 old province codes, or a country's."""
    place = func.substr(number, 1, 3)
    known = select(ID_PREFIX.c.prefix.label("known_prefix"))
    return or_(place.in_(known), place >= FIRST_COUNTRY_CODE, not_(is_number(number)))


@row_rule("number_to_carry_the_sex")
def number_carries_the_sex(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """The fourth digit is even for a man, odd for a woman."""
    number, sex = columns
    parity = digit_at(number, 4) % 2
    wanted = case((sex == MALE, 0), (sex == FEMALE, 1))
    return or_(parity == wanted, not_(is_number(number)))


@row_rule("number_to_carry_the_birth_year")
def number_carries_the_birth_year(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Century and year digits agree with a birth date (or a year)."""
    number, born = columns
    year = born if born.key == "fm_nam_sinh" else year_of(born)
    return or_(carries_year(number, year), not_(is_number(number)))


@column_rule("not_be_a_dummy_number", "dummies")
def is_not_a_dummy(number: Column, given: Parameters) -> ColumnElement[bool]:
    """A real serial, not one digit repeated, no well-known test number."""
    return or_(
        and_(
            func.substr(number, 7) != "000000",
            number != func.repeat(func.substr(number, 1, 1), 12),
            number.not_in(given["dummies"]),
        ),
        not_(is_number(number)),
    )


@row_rule("the_same_number")
def is_the_same_number(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Two fields that hold one number; an ill-formed one is another rule's matter."""
    first, second = columns
    return or_(first == second, not_(is_number(first)), not_(is_number(second)))


@column_rule("be_composed_unicode")
def is_composed_unicode(value: Column, given: Parameters) -> ColumnElement[bool]:
    """Unicode NFC: one letter, one way to write it."""
    return func.is_normalized(value, "NFC")


@row_rule("number_to_be_claimed_once", "seconded")
def number_is_claimed_once(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """No other unit claims the person; who has left or is seconded out may be elsewhere."""
    elsewhere, status = columns
    may_be_elsewhere = status.in_((*ENDED, given["seconded"]))
    return or_(elsewhere == 0, func.coalesce(may_be_elsewhere, False))
