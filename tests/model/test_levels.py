"""The evidence ladder, step by step: what is missing, and at which limit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.model.levels import Evidence, Thresholds, climb
from sync.model.reasons import SENTENCES
from sync.model.states import Level

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
LIMITS = Thresholds()
ALL = Evidence(
    at=NOW,
    has_source=True,
    last_success_at=NOW,
    failed=("", {}),
    answer=("", {}),
    is_held=False,
    is_rejected=False,
    admitted_at=NOW,
    unmapped=(),
    filled=95,
    filled_of=100,
    filled_field="so_bhxh",
    digests_agree=True,
    not_admitted=5,
    received=100,
)
DOWN = ("source_unavailable", {"page": 1})
HELD = ("vanished", {"vanished": 60, "live": 100, "limit": 50})


def _ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


STEPS: dict[str, tuple[dict[str, Any], Level, str]] = {
    "everything": ({}, Level.RECONCILED, "next_not_measured"),
    "no source": ({"has_source": False}, Level.REGISTERED, "no_source"),
    "never reached": ({"last_success_at": None}, Level.REGISTERED, "not_reachable"),
    "reached a day ago": ({"last_success_at": _ago(24)}, Level.RECONCILED, "next_not_measured"),
    "reached longer ago": ({"last_success_at": _ago(24.1)}, Level.REGISTERED, "not_reachable"),
    "down, and we know why": (
        {"last_success_at": None, "failed": DOWN},
        Level.REGISTERED,
        "source_unavailable",
    ),
    "held": ({"is_held": True, "answer": HELD}, Level.REACHABLE, "vanished"),
    "held, reason lost": ({"is_held": True}, Level.REACHABLE, "held"),
    "returned": ({"is_rejected": True}, Level.REACHABLE, "rejected"),
    "nothing admitted yet": ({"admitted_at": None}, Level.REACHABLE, "never_admitted"),
    "reachable, but the pull failed": (
        {"admitted_at": None, "failed": DOWN},
        Level.REACHABLE,
        "source_unavailable",
    ),
    "answer of three days": ({"admitted_at": _ago(72)}, Level.RECONCILED, "next_not_measured"),
    "answer too old": ({"admitted_at": _ago(72.1)}, Level.REACHABLE, "answer_too_old"),
    "fields not mapped": ({"unmapped": ("a", "b")}, Level.REACHABLE, "unmapped"),
    "fields not filled": ({"filled": 94}, Level.REACHABLE, "not_filled"),
    "digests differ": ({"digests_agree": False}, Level.CONFORMANT, "digest"),
    "too many blocked": ({"not_admitted": 6}, Level.CONFORMANT, "too_many_blocked"),
}


@pytest.mark.parametrize("what", STEPS)
def test_a_unit_stands_below_the_first_thing_that_is_missing(what: str) -> None:
    change, level, reason = STEPS[what]

    found = climb(replace(ALL, **change), LIMITS)

    assert found[:2] == (level, reason)
    assert reason in SENTENCES


def test_a_key_list_may_be_asked_for_more_often_than_an_answer() -> None:
    limits = replace(LIMITS, key_list_h=10)

    found = climb(replace(ALL, admitted_at=_ago(11)), limits)

    assert found == (Level.CONFORMANT, "key_list_too_old", {"hours": 10})


def test_both_numbers_of_a_ratio_are_kept() -> None:
    assert climb(replace(ALL, filled=90), LIMITS)[2] == {
        "filled_field": "so_bhxh",
        "filled": 90,
        "filled_of": 100,
    }
    assert climb(replace(ALL, not_admitted=9), LIMITS)[2] == {"blocked": 9, "received": 100}


@given(st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=4))
def test_one_more_thing_missing_never_raises_the_level(names: list[str]) -> None:
    change: dict[str, Any] = {}
    highest = Level.RECONCILED.number
    for name in names:
        if not change.keys() & STEPS[name][0].keys():
            change |= STEPS[name][0]
            highest = min(highest, STEPS[name][1].number)

    assert climb(replace(ALL, **change), LIMITS)[0].number == highest
