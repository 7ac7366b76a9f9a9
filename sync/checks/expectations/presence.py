"""Is a value there, and could it be read?"""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, any_, cast, func, literal, not_, or_
from sqlalchemy.dialects.postgresql import ARRAY

from sync.checks.expectations.rule import Parameters, column_rule, row_rule

Column = ColumnElement[Any]


def _among(code: str, fields: Column) -> ColumnElement[bool]:
    return literal(code) == any_(fields)


@row_rule("field_to_be_filled", "field")
def field_is_filled(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """The value is there; one that could not be read is another rule's matter."""
    value, unreadable = columns
    return or_(value.is_not(None), func.coalesce(_among(given["field"], unreadable), False))


@column_rule("not_name_field", "field")
def field_is_not_named(fields: Column, given: Parameters) -> ColumnElement[bool]:
    """The list of unreadable (or converted) fields does not name this one."""
    return not_(_among(given["field"], fields))


@column_rule("not_name_any_field", "fields")
def fields_are_not_named(fields: Column, given: Parameters) -> ColumnElement[bool]:
    """The list of unreadable fields names none of these."""
    shared: ColumnElement[bool] = fields.bool_op("&&")(cast(given["fields"], ARRAY(Text)))
    return not_(shared)


@row_rule("document_to_be_readable")
def document_is_readable(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """The bytes are JSON that the database can keep; a NUL inside is not."""
    is_readable, has_nul = columns
    return and_(is_readable, not_(has_nul))


@row_rule("both_or_neither")
def both_or_neither(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Two values that only make sense together."""
    first, second = columns
    return first.is_(None) == second.is_(None)


@row_rule("exactly_one_filled")
def exactly_one_filled(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """One of the values and no other; silent when one of them could not be read."""
    *values, unreadable = columns
    return or_(func.num_nonnulls(*values) == 1, unreadable.is_not(None))
