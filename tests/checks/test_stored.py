"""What is stored asks what the rule asks, whichever way is the faster one."""

import pytest
from sqlalchemy import Column, Connection, Text, column, func, not_, select, table
from sqlalchemy.dialects.postgresql import array

from sync.checks.locate import clause_of
from sync.checks.run import Compiled
from sync.checks.stored import as_stored
from tests.checks.conftest import AS_OF

NUMBER = Column("number", Text)
VALUES = (
    *(
        None,
        "",
        "0",
        "0123456789",
        "012345678912",
        "912345678912",
        "01234567891",
        "0123456789123",
    ),
    *("012345678912\n", "\n012345678912", "01234567891 ", " 12345678912", "0123456789a2"),
    *("٠١٢٣٤٥٦٧٨٩١٢", "0123456789é", "0123456789é1", "０１２３", "0123456789\n"),
)


def answers(conn: Connection, condition: str) -> list[bool | None]:
    """What the condition says of every value."""
    values = func.unnest(array(VALUES, type_=Text))
    rows = values.table_valued("number", with_ordinality="place", name="given").render_derived()
    asked = select(clause_of(condition, AS_OF)).select_from(rows).order_by(rows.c.place)
    return list(conn.execute(asked).scalars())


@pytest.mark.parametrize("regex", ["^[0-9]{12}$", "^[0-9]{10}$", "^0[0-9]{9}$", "^0[0-9]{3}$"])
@pytest.mark.parametrize("is_denied", [False, True])
def test_a_counted_run_of_digits_is_asked_by_its_length_with_the_same_answers(
    conn: Connection, regex: str, *, is_denied: bool
) -> None:
    plain = NUMBER.bool_op("~")(regex)
    stored = as_stored(not_(plain) if is_denied else plain)
    assert "octet_length(number) = " in stored
    assert answers(conn, stored) == answers(
        conn, f"{'NOT ' if is_denied else ''}number ~ '{regex}'".replace(":", "\\:")
    )


@pytest.mark.parametrize(
    "regex",
    [
        "^[0-9]+$",
        "^([0-9]{9}|[a-z]{11})$",
        "[0-9]{3}",
        "a.c",
        "^[0-9]{3,4}$",
        "^1[0-9]{0}$",
        "^[a-z]{3}$",
    ],
)
def test_any_other_regex_is_stored_as_it_is(regex: str) -> None:
    assert as_stored(NUMBER.bool_op("~")(regex)) == f"number ~ '{regex}'"


@pytest.mark.parametrize(
    ("regex", "cheaper"),
    [
        ("^([0-9]{9}|[0-9]{12})$", "octet_length(number) IN (9, 12)"),
        ("^([0-9]{3}|[0-9]{4}|[0-9]{10})$", "octet_length(number) IN (3, 4, 10)"),
        ("0123", "strpos(number, '0123')"),
        (" ", "strpos(number, ' ')"),
    ],
)
@pytest.mark.parametrize("operator", ["~", "!~"])
@pytest.mark.parametrize("is_denied", [False, True])
def test_lengths_and_plain_letters_are_asked_without_a_regex_with_the_same_answers(
    conn: Connection, regex: str, cheaper: str, operator: str, *, is_denied: bool
) -> None:
    plain = NUMBER.bool_op(operator)(regex)
    stored = as_stored(not_(plain) if is_denied else plain)
    assert cheaper in stored
    assert answers(conn, stored) == answers(
        conn, f"{'NOT ' if is_denied else ''}number {operator} '{regex}'".replace(":", "\\:")
    )


def test_a_column_keeps_the_table_that_it_is_of() -> None:
    code = table("rank", column("code", Text), schema="registry").c.code
    assert as_stored(code.bool_op("~")("V")) == "(strpos(registry.rank.code, 'V') > 0)"
    assert as_stored(code.bool_op("~")("^[0-9]{3}$")) == (
        "(octet_length(registry.rank.code) = 3 AND registry.rank.code ~ '^[0-9]+$')"
    )


def test_the_rules_about_numbers_are_stored_by_their_length(compiled: Compiled) -> None:
    asked = [each.condition_sql for suite in compiled.values() for each in suite]
    assert not [sql for sql in asked if "~ '^[0-9]{12}$'" in sql]
    assert len([sql for sql in asked if "octet_length(" in sql]) > 10
