"""A steward's limit says which unit, which rule, how much and why; or it is refused."""

from datetime import date

import pytest

from sync.model.errors import ConfigurationError, NotFoundError
from sync.services.limits import list_limits, set_limit
from sync.store.brakes import BrakeLimit
from tests.services.village import A, Village


def _word(**other: object) -> BrakeLimit:
    values = {
        "unit_code": A,
        "rule_code": "XO008",
        "max_count": 5,
        "max_ratio": None,
        "valid_from": None,
        "valid_to": None,
        "stated_by": "Mai",
        "reason": "Two schools close.",
    }
    return BrakeLimit(**values | other)  # type: ignore[arg-type]  # the test bends single values


@pytest.mark.parametrize(
    ("other", "error", "says"),
    [
        ({"rule_code": "ID001a"}, ConfigurationError, "ID001a has no limit to set: use one of"),
        ({"max_count": None}, ConfigurationError, "--count, --ratio or both"),
        ({"max_ratio": -0.1}, ConfigurationError, "cannot be negative"),
        ({"reason": " "}, ConfigurationError, "A reason is needed"),
        ({"unit_code": "Z99"}, NotFoundError, "no unit Z99"),
    ],
)
def test_a_word_that_says_too_little_is_refused(
    village: Village, other: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        set_limit(_word(**other), db=village.db, clock=village.clock)

    assert list_limits(db=village.db, clock=village.clock) == []


def test_a_later_word_ends_the_one_before_and_an_earlier_one_replaces_both(
    village: Village,
) -> None:
    tools = {"db": village.db, "clock": village.clock}
    set_limit(_word(), **tools)
    set_limit(_word(max_ratio=0.2, valid_from=date(2026, 12, 1)), **tools)

    assert [
        (each["count"], each["ratio"], each["valid_from"], each["valid_to"])
        for each in list_limits(**tools)
    ] == [(5, None, "2026-11-23", "2026-11-30"), (5, 0.2, "2026-12-01", None)]

    set_limit(_word(max_count=7, valid_from=date(2026, 11, 1)), **tools)

    assert [(each["count"], each["valid_from"]) for each in list_limits(**tools)] == [
        (7, "2026-11-01")
    ]
