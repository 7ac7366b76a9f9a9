"""What the population register said of the values in the record.

Only an answer about exactly these values reaches the row, and a dispute silences the rule: the
register can itself be wrong.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, any_, literal, not_

from sync.checks.expectations.rule import Parameters, row_rule

Column = ColumnElement[Any]
MISMATCHED = "mismatched"


def _differs(status: Column, fields: Column, code: str) -> ColumnElement[bool]:
    return and_(status == MISMATCHED, literal(code) == any_(fields))


@row_rule("field_of_the_population_register", "field")
def field_is_the_registers(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """The register does not hold another value for the field."""
    status, fields = columns
    return not_(_differs(status, fields, given["field"]))


@row_rule("name_of_the_population_register", "field", "is_close")
def name_is_the_registers(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """The register does not hold another name; `is_close`: the same one written otherwise."""
    status, fields, is_name_close = columns
    return not_(
        and_(
            _differs(status, fields, given["field"]),
            is_name_close if given["is_close"] else not_(is_name_close),
        )
    )
