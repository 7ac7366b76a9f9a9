"""Levels 0 to 3 of real units, measured and computed again."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from sync.services.probe import probe_unit
from sync.services.reconcile import reconcile_units
from sync.services.status import build_status
from tests.services.village import A, B, C, Village
from tests.sources import servers

TODAY = date(2026, 11, 23)
SAME = (
    *("level", "level_name", "expected", "announced", "received", "live", "stale"),
    *("quarantined", "waiting", "blocking_findings", "other_findings", "waived_findings"),
)


def _unit(village: Village, unit_code: str, as_of: date | None = None) -> dict[str, Any]:
    found = build_status(as_of, db=village.db, clock=village.clock)
    return next(unit for unit in found["units"] if unit["unit_code"] == unit_code)


def _standing(village: Village, unit_code: str) -> tuple[int, str]:
    unit = _unit(village, unit_code)
    code = village.one(
        "SELECT reason_code FROM facts.unit_day WHERE unit_code = :u"
        " ORDER BY as_of DESC LIMIT 1",
        u=unit_code,
    )
    return unit["level"], code


def test_a_unit_without_a_source_is_registered_only(village: Village) -> None:
    village.add(A, 2)
    village.wave()

    assert _standing(village, B) == (0, "no_source")


def test_a_sound_unit_is_reconciled(village: Village) -> None:
    village.add(A, 2)
    village.wave()

    found = build_status(db=village.db, clock=village.clock)
    assert _standing(village, A) == (3, "next_not_measured")
    assert found["connected"] == {"count": 1, "of": len(found["units"])}
    assert found["synchronised"] == {"count": 1, "of": len(found["units"])}


def test_who_never_answered_is_registered_and_the_reason_is_why(village: Village) -> None:
    house = village.add(A, 2)
    house.talk = lambda _: servers.Reply(b"{}", 401)
    village.wave()

    assert _standing(village, A) == (0, "source_rejected")


def test_a_probe_keeps_a_unit_reachable_while_its_answers_fail(village: Village) -> None:
    house = village.add(A, 2)
    good = house.usual_talk()

    def only_the_probe(request: servers.Request) -> servers.Reply:
        is_probe = request.query["page_size"] == "1"
        return good(request) if is_probe else servers.Reply(b"no JSON")

    house.talk = only_the_probe
    village.open()
    village.wave()
    assert probe_unit(A, db=village.db, clock=village.clock)
    village.wave()

    assert _unit(village, A)["level"] == 1


def test_a_held_answer_leaves_a_unit_reachable(village: Village) -> None:
    house = village.add(A, 2)
    house.announced = 3
    village.wave()

    assert _standing(village, A) == (1, "total_mismatch")


def test_a_field_that_is_often_empty_keeps_a_unit_from_conformant(village: Village) -> None:
    house = village.add(A, 10)
    del house.main(0)["que_quan"]
    village.wave()

    unit = _unit(village, A)
    assert _standing(village, A) == (1, "not_filled")
    assert "9/10" in unit["reason"]


def test_too_many_blocked_records_keep_a_unit_conformant(village: Village) -> None:
    house = village.add(A, 20)
    for position in range(2):
        number = house.main(position)["so_dinh_danh"]
        house.main(position)["so_dinh_danh"] = number[:6] + "000000"
        house.main(position)["ma_ho_so"] = number[:6] + "000000"
    village.wave()

    unit = _unit(village, A)
    assert _standing(village, A) == (2, "too_many_blocked")
    assert "2/20" in unit["reason"]
    assert (unit["received"], unit["live"], unit["quarantined"]) == (20, 18, 2)


def test_a_register_that_was_tampered_with_is_not_reconciled(village: Village) -> None:
    village.add(A, 2)
    village.wave()
    with village.db.transaction() as conn:
        conn.execute(
            text("UPDATE register.person SET ho_va_ten = 'Another' WHERE record_id = 1")
        )

    assert reconcile_units(A, db=village.db, clock=village.clock) == [
        {"unit_code": A, "agrees": False}
    ]
    assert _unit(village, A)["level"] == 2


@pytest.mark.parametrize(("days", "level"), [(0, 3), (2, 0)])
def test_what_is_proved_grows_old(village: Village, days: int, level: int) -> None:
    village.add(A, 2)
    village.wave()
    village.day = days

    assert _unit(village, A)["level"] == level


def test_an_answer_of_more_than_three_days_is_no_longer_conformant(village: Village) -> None:
    village.add(A, 2)
    village.wave()
    village.day = 4
    village.open()
    assert probe_unit(A, db=village.db, clock=village.clock)

    unit = _unit(village, A)
    assert unit["level"] == 1
    assert "72" in unit["reason"]


def test_a_past_day_computed_again_is_what_was_measured_then(village: Village) -> None:
    for unit_code in (A, B, C):
        village.add(unit_code, 20)
    village.houses[B].announced = 21
    village.houses[C].main(0)["ngay_sinh"] = "1980-02-31"
    village.wave()
    measured = village.rows(
        f"SELECT unit_code, {', '.join(SAME)} FROM facts.unit_day"  # noqa: S608 - names above
        " WHERE as_of = '2026-11-23' ORDER BY unit_code"
    )
    headline = village.rows(
        "SELECT connected_count, synchronised_count, unit_count FROM facts.headline"
    )
    village.day = 1
    village.houses[B].announced = None
    del village.houses[A].people[10:]
    village.wave()
    assert _unit(village, A)["live"] == 10

    again = build_status(TODAY, db=village.db, clock=village.clock)

    assert measured == [
        (unit["unit_code"], *(unit[name] for name in SAME)) for unit in again["units"]
    ]
    assert headline == [
        (again["connected"]["count"], again["synchronised"]["count"], len(again["units"]))
    ]
    assert (_unit(village, A, TODAY)["level"], _unit(village, B, TODAY)["level"]) == (3, 1)


def test_the_list_of_units_is_that_of_the_day(village: Village) -> None:
    before = build_status(date(2025, 1, 1), db=village.db, clock=village.clock)
    now = build_status(TODAY, db=village.db, clock=village.clock)

    assert now["connected"]["of"] == len(now["units"]) == 56
    assert before["connected"]["of"] == len(before["units"]) > 56
