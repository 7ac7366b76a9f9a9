"""Packaged registers: who reported when, and codes that mean one thing on a day."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from sync.contract import registers

LOADERS: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "units": registers.unit_rows,
    "ranks": registers.rank_rows,
    "salary steps": registers.salary_step_rows,
    "retirement ages": registers.retirement_age_rows,
    "codes": registers.code_rows,
}


def is_valid(row: dict[str, Any], day: date) -> bool:
    first, _, last = row["valid_on"][1:-1].partition(",")
    return (not first or first <= day.isoformat()) and (not last or day.isoformat() <= last)


def units_on(day: date) -> dict[str, dict[str, Any]]:
    return {row["unit_code"]: row for row in registers.unit_rows() if is_valid(row, day)}


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2025, 2, 28), 94),  # the day before ministries merged
        (date(2025, 3, 1), 85),
        (date(2025, 6, 30), 85),  # the day before provinces merged
        (date(2025, 7, 1), 56),
        (date(2026, 11, 23), 56),
    ],
)
def test_the_number_of_units_follows_the_mergers(day: date, count: int) -> None:
    assert len(units_on(day)) == count


def test_every_former_unit_has_a_successor_of_today_but_the_academy() -> None:
    today = units_on(date(2026, 11, 23))
    former = {r["unit_code"]: r["successor_code"] for r in registers.unit_rows()}
    lost = {code for code in former if code not in today and former[code] not in today}

    assert lost == {"X-HVCTQG"}  # joined the Party's own academy, which does not report


def test_todays_units_are_ministries_agencies_and_provinces() -> None:
    kinds = Counter(row["kind"] for row in units_on(date(2026, 11, 23)).values())

    assert kinds["province"] + kinds["municipality"] == 34
    assert sum(kinds.values()) == 56
    assert set(units_on(date(2026, 11, 23))).issuperset(registers.RESTRICTED_UNITS)


@pytest.mark.parametrize("name", LOADERS)
def test_every_row_says_where_it_is_from_and_how_sure_it_is(name: str) -> None:
    rows = list(LOADERS[name]())

    assert len(rows) > 20
    assert {row["confidence"].split()[0] for row in rows} <= {"high", "medium", "low"}
    assert [row for row in rows if not row["source"].strip()] == []


def test_prefixes_of_identity_numbers_are_those_of_the_63_old_provinces() -> None:
    rows = list(registers.id_prefix_rows())

    assert len(rows) == len({row["prefix"] for row in rows}) == 63
    assert {len(row["prefix"]) for row in rows} == {3}


def test_the_contract_has_one_version() -> None:
    assert len(registers.contract_sha256()) == 64
    assert registers.contract_sha256() == registers.contract_sha256()
