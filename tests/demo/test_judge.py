"""A demo is judged by what the country meant, and by accounts that add up."""

from dataclasses import replace
from datetime import UTC, datetime

from sync.demo.judge import list_surprises
from sync.demo.units import Fault, PretendUnit
from sync.store.facts import UnitWave

UNIT = PretendUnit("G01", "Bộ", "Ministry", "ministry", size=10, first_number=0)
GOOD = UnitWave(
    wave_key="w",
    started_at=datetime(2026, 11, 23, tzinfo=UTC),
    outcome="admitted",
    reason_vi="",
    reason_en="",
    received=10,
    added=6,
    changed=0,
    unchanged=1,
    quarantined=1,
    waiting=1,
    unreadable=0,
    duplicate=1,
    live_after=8,
)


def test_an_admitted_unit_whose_accounts_add_up_is_no_surprise() -> None:
    assert list_surprises([UNIT], {"G01": GOOD}) == []


def test_accounts_that_do_not_add_up_are_named() -> None:
    assert list_surprises([UNIT], {"G01": replace(GOOD, added=5)}) == [
        "G01: 10 received, but the classes add up to 9."
    ]


def test_a_missing_count_is_not_taken_for_none() -> None:
    assert list_surprises([UNIT], {"G01": replace(GOOD, waiting=None)}) == [
        "G01: admitted without complete accounting."
    ]


def test_a_unit_without_figures_is_a_surprise() -> None:
    assert list_surprises([UNIT], {}) == ["G01: the wave left no figures of it."]


def test_each_fault_of_the_country_has_its_expected_outcome() -> None:
    outcomes = {
        Fault.DOWN: "unavailable",
        Fault.EXPIRED: "rejected",
        Fault.EMPTY: "held",
        Fault.SLOW: "admitted",
    }
    for fault, outcome in outcomes.items():
        unit = replace(UNIT, fault=fault)

        assert list_surprises([unit], {"G01": replace(GOOD, outcome=outcome)}) == []
        assert list_surprises([unit], {"G01": replace(GOOD, outcome="failed")}) != []
