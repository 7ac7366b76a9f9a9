"""A brake judges what the unit sent: not the calendar, not another unit's claim."""

from copy import deepcopy
from datetime import date
from typing import Any

from tests.services.village import A, B, Village

MANY = 60
FIRST = date(2026, 11, 23)


def newest(village: Village, unit_code: str) -> Any:  # noqa: ANN401 - a row
    return village.rows(
        "SELECT state, reason_code FROM landing.snapshot WHERE unit_code = :unit_code"
        " ORDER BY snapshot_id DESC LIMIT 1",
        unit_code=unit_code,
    )[0]


def test_people_claimed_by_another_unit_do_not_hold_their_own(village: Village) -> None:
    village.add(A, MANY)
    village.wave()
    house = village.add(B, MANY)
    house.people[:] = deepcopy(village.houses[A].people)
    for position in range(MANY):
        house.main(position)["so_hieu_bndp"] = f"B-{position}"
    village.day = 1

    village.wave()

    assert newest(village, A) == ("admitted", "")
    assert village.one("SELECT count(*) FROM quality.conflict_case WHERE state = 'open'") > 50


def test_the_day_on_which_ratings_are_due_holds_nobody(village: Village) -> None:
    village.add(A, MANY)
    village.wave()
    village.day = (date(2027, 3, 31) - FIRST).days

    village.wave()

    assert newest(village, A) == ("admitted", "")
    assert village.one("SELECT count(*) FROM quality.finding WHERE rule_code = 'EV005'") > 50


def test_ratings_given_before_their_year_is_over_are_sound(village: Village) -> None:
    village.add(A, MANY)
    village.wave()
    for person in village.houses[A].people:
        rows: Any = person["evaluation"]
        rows.append({**rows[-1], "ev_nam": "2026"})
    village.day = (date(2026, 12, 12) - FIRST).days

    village.wave()

    assert newest(village, A) == ("admitted", "")
    assert village.one("SELECT count(*) FROM quality.finding WHERE rule_code = 'EV001b'") == 0
