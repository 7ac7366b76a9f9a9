"""What HR accepts as it stands: with a reason, until a day, bound to the value."""

from datetime import date
from typing import Any

import pytest

from sync.demo.people import many
from sync.model.errors import (
    ConfigurationError,
    IllegalTransitionError,
    NotFoundError,
    PermissionDeniedError,
)
from sync.services.queue import count_queue
from sync.services.status import build_status
from sync.services.waive import Acceptance, end_waiver, list_waivers, waive_flags
from sync.store.waivers import Waiver
from tests.services.desk import (
    approver,
    flag_id,
    flags,
    knowing_rules,
    officer,
    remember_rules,
    state,
)
from tests.services.village import A, B, Village

BINH = approver(A, "binh")
UNTIL = date(2026, 11, 26)


@pytest.fixture
def unit(village: Village) -> Village:
    """A unit of eight people: one number that blocks, one address that asks."""
    knowing_rules(village).add(A, 8)
    village.houses[A].main(0)["so_dinh_danh"] = "12345"
    village.houses[A].main(1)["email"] = "not an address"
    village.wave()
    remember_rules(village)
    return village


def waive(unit: Village, until_on: date = UNTIL, **words: Any) -> Waiver:  # noqa: ANN401 - any words
    words = {"actor": BINH, "db": unit.db, "clock": unit.clock, **words}
    acceptance = Acceptance(until_on, "Nobody knows it.")
    (waiver,) = waive_flags([flag_id(unit, "ID017b")], acceptance, **words)
    return waiver


def waived(unit: Village) -> tuple[int, int, int]:
    """Waived flags in the queue, waived findings in the facts and in the status."""
    found = build_status(db=unit.db, clock=unit.clock)
    facts = unit.one(
        "SELECT waived_findings FROM facts.unit_day WHERE unit_code = :u"
        " ORDER BY as_of DESC LIMIT 1",
        u=A,
    )
    counts = count_queue(A, db=unit.db, clock=unit.clock)
    (told,) = [u["waived_findings"] for u in found["units"] if u["unit_code"] == A]
    return counts.waived, facts, told


def test_a_waiver_holds_until_its_day_and_is_shown_beside_every_figure(unit: Village) -> None:
    waiver = waive(unit)
    flag = flag_id(unit, "ID017b")
    assert (state(unit, flag), waiver.until_on) == ("waived", UNTIL)
    unit.houses[A].main(1)["noi_o"] = "Somewhere else"  # not what was accepted
    for day in (1, 3):
        unit.day = day
        unit.wave()
        assert (state(unit, flag), waived(unit)) == ("waived", (1, 1, 1))
    assert build_status(date(2026, 11, 24), db=unit.db, clock=unit.clock)["units"]
    unit.day = 4  # the 27th

    unit.wave()

    assert (state(unit, flag), waived(unit)) == ("open", (0, 0, 0))
    assert list_waivers(A, db=unit.db) == []
    (ended,) = list_waivers(A, is_active=False, db=unit.db)
    assert (ended.state, ended.ended_by) == ("ended", "pipeline")
    assert unit.rows(
        "SELECT action, reason_code, figures -> 'waiver_ids' FROM ledger.entry"
        " WHERE action LIKE 'waive%' ORDER BY entry_id"
    ) == [("waived", "", [waiver.waiver_id]), ("waivers_ended", "day_passed", [1])]


def test_another_value_under_a_waiver_is_asked_about(unit: Village) -> None:
    waive(unit)
    unit.houses[A].main(1)["email"] = "nor is this"
    unit.day = 1

    unit.wave()

    assert [each[0] for each in flags(unit, "ID017b")] == ["gone", "open"]
    (ended,) = list_waivers(A, is_active=False, db=unit.db)
    assert ended.state == "ended"
    assert waived(unit) == (0, 0, 0)


def test_who_left_and_returns_with_the_same_value_is_still_accepted(unit: Village) -> None:
    waive(unit, date(2026, 12, 31))
    person = unit.houses[A].people.pop(1)
    unit.day = 1
    unit.wave()
    unit.houses[A].people.append(person)
    unit.day = 2

    unit.wave()

    assert [each[0] for each in flags(unit, "ID017b")] == ["gone", "waived"]


def test_a_waiver_taken_back_opens_its_flag(unit: Village) -> None:
    words: dict[str, Any] = {"actor": BINH, "db": unit.db, "clock": unit.clock}
    waiver = waive(unit)

    ended = end_waiver(waiver.waiver_id, "It is known now.", **words)

    assert (ended.state, ended.ended_by) == ("withdrawn", "binh")
    assert state(unit, flag_id(unit, "ID017b")) == "open"
    with pytest.raises(IllegalTransitionError, match="is withdrawn"):
        end_waiver(waiver.waiver_id, "Again.", **words)


def test_rows_that_say_the_same_are_accepted_once(unit: Village) -> None:
    rewards = many(unit.houses[A].people[2], "reward")
    rewards += [{"rw_hinh_thuc": "K-01", "rw_ngay_qd": f"202{y}-05-19"} for y in (3, 4)]
    unit.day = 1
    unit.wave()
    words: dict[str, Any] = {"actor": BINH, "db": unit.db, "clock": unit.clock}
    acceptance = Acceptance(UNTIL, "An honour of the army.")

    made = waive_flags([flag_id(unit, "COD014")], acceptance, **words)

    assert len(made) == 1
    assert [each[0] for each in flags(unit, "COD014")] == ["waived", "waived"]


def test_what_cannot_be_accepted_is_refused(unit: Village) -> None:
    words: dict[str, Any] = {"actor": BINH, "db": unit.db, "clock": unit.clock}
    blocking = flag_id(unit, "ID001b")
    with pytest.raises(PermissionDeniedError, match="blocks its record"):
        waive_flags([blocking], Acceptance(UNTIL, "Why not."), **words)
    for actor in (officer(A), approver(B)):
        with pytest.raises(PermissionDeniedError, match="hr_approver for unit H26"):
            waive(unit, actor=actor)
    for until_on in (date(2026, 11, 22), date(2027, 11, 24)):
        with pytest.raises(ConfigurationError, match="no day to accept until"):
            waive(unit, until_on)
    with pytest.raises(NotFoundError, match="no flag 999"):
        waive_flags([999], Acceptance(UNTIL, "Why not."), **words)
    with pytest.raises(NotFoundError, match="no waiver 999"):
        end_waiver(999, "Why not.", **words)
    waive(unit)
    with pytest.raises(IllegalTransitionError, match="cannot become waived"):
        waive_flags(
            [unit.one("SELECT max(flag_id) FROM quality.flag WHERE state = 'waived'")],
            Acceptance(UNTIL, "Again."),
            **words,
        )
