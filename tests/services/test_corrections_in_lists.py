"""A correction in a list belongs to its row, wherever the source puts other rows."""

from collections.abc import Iterator
from typing import Any

import pytest

from sync.demo.people import many
from sync.services.cells import Cell
from sync.services.correct import Desk, propose_many
from sync.services.decide import approve_many
from sync.services.reconcile import reconcile_units
from sync.store.database import Database
from tests.conftest import Urls
from tests.services.desk import approver, knowing_rules, officer, remember_rules
from tests.services.village import A, Village

AN, BINH = officer(A, "an"), approver(A, "binh")
OLD, NEW = "UBND huyen", "Ủy ban nhân dân huyện"
ROWS = (("GK", "2018-05-04", "BKGIAY"), ("GK", "2019-05-03", OLD), ("GK", "2021-05-05", OLD))


def reward(form: str, day: str, by: str) -> dict[str, str]:
    return {"rw_hinh_thuc": form, "rw_ngay_qd": day, "rw_cap_qd": by}


@pytest.fixture
def unit(village: Village) -> Village:
    """A unit of three people; the first has three rewards, two of them by the same office."""
    knowing_rules(village).add(A, 3)
    rewards(village)[:] = [reward(*row) for row in ROWS]
    village.wave()
    remember_rules(village)
    return village


@pytest.fixture
def desk(unit: Village, urls: Urls) -> Iterator[Desk]:
    checker = Database.connect(urls("desk_checker"))
    yield Desk(unit.db, checker)
    checker.close()


def rewards(unit: Village) -> list[dict[str, Any]]:
    return many(unit.houses[A].people[0], "reward")


def record(unit: Village) -> int:
    return int(
        unit.one("SELECT min(record_id) FROM register.reward WHERE rw_cap_qd IN (:a, :b)",
                 a=OLD, b=NEW)
    )  # fmt: skip


def approved(unit: Village, desk: Desk, *places: tuple[int, str, str]) -> list[int]:
    """Corrections of (row, field, value) of the first person, approved and read once."""
    cells = [
        Cell(value, record_id=record(unit), group_name="reward", row_no=row, field_code=field)
        for row, field, value in places
    ]
    judged = propose_many(cells, "Paper.", actor=AN, desk=desk, clock=unit.clock)
    ids = [each.correction_id or 0 for each in judged]
    assert [each.message for each in judged if not each.is_accepted] == []
    approve_many(ids, actor=BINH, db=unit.db, clock=unit.clock)
    next_wave(unit)
    return ids


def next_wave(unit: Village) -> None:
    unit.day += 1
    unit.wave()


def held(unit: Village) -> list[tuple[str, str]]:
    """Day and office of each reward in the register, in the order of its rows."""
    rows = unit.rows(
        "SELECT rw_ngay_qd::text, rw_cap_qd FROM register.reward WHERE record_id ="
        " (SELECT min(record_id) FROM register.reward WHERE rw_ngay_qd = '2021-05-05')"
        " ORDER BY row_no"
    )
    return [tuple(row) for row in rows]


def states(unit: Village) -> list[str]:
    return [
        row[0]
        for row in unit.rows("SELECT state FROM register.correction ORDER BY correction_id")
    ]


def agrees(unit: Village) -> bool:
    anew = reconcile_units(A, db=unit.db, clock=unit.clock)
    return all(each["agrees"] for each in anew)


@pytest.mark.parametrize("by", [OLD, NEW, "Bộ"])
def test_a_row_put_before_a_corrected_one_is_never_written_and_the_question_is_open_again(
    unit: Village, desk: Desk, by: str
) -> None:
    approved(unit, desk, (2, "rw_cap_qd", NEW))
    assert held(unit)[1] == ("2019-05-03", NEW)

    rewards(unit).insert(1, reward("GK", "2018-11-20", by))
    next_wave(unit)

    assert held(unit) == [
        ("2018-05-04", "BKGIAY"),
        ("2018-11-20", by),
        ("2019-05-03", OLD),
        ("2021-05-05", OLD),
    ]
    assert states(unit) == ["reopened"]
    assert agrees(unit)


def test_a_row_that_took_the_place_of_a_corrected_one_is_not_written(
    unit: Village, desk: Desk
) -> None:
    approved(unit, desk, (2, "rw_cap_qd", NEW))

    rewards(unit).pop(0)
    next_wave(unit)

    assert held(unit) == [("2019-05-03", OLD), ("2021-05-05", OLD)]
    assert states(unit) == ["reopened"]
    assert agrees(unit)


def test_a_proposal_whose_row_moved_is_beside_the_point_before_anybody_approves_it(
    unit: Village, desk: Desk
) -> None:
    cell = Cell(
        NEW, record_id=record(unit), group_name="reward", row_no=2, field_code="rw_cap_qd"
    )
    propose_many([cell], "Paper.", actor=AN, desk=desk, clock=unit.clock)

    rewards(unit).insert(1, reward("GK", "2018-11-20", OLD))
    next_wave(unit)

    assert states(unit) == ["superseded"]
    assert OLD in {by for _, by in held(unit)}
    assert NEW not in {by for _, by in held(unit)}


def test_rows_put_after_a_corrected_one_or_changed_elsewhere_change_nothing(
    unit: Village, desk: Desk
) -> None:
    approved(unit, desk, (2, "rw_cap_qd", NEW))

    rewards(unit)[2]["rw_ngay_qd"] = "2021-05-05"
    rewards(unit).append(reward("GK", "2022-05-05", OLD))
    unit.houses[A].main(0)["email"] = "khac@example.org"
    next_wave(unit)

    assert held(unit)[1:] == [("2019-05-03", NEW), ("2021-05-05", OLD), ("2022-05-05", OLD)]
    assert states(unit) == ["approved"]
    assert agrees(unit)


def test_two_corrections_of_one_row_hold_together_and_retire_when_the_source_agrees(
    unit: Village, desk: Desk
) -> None:
    approved(unit, desk, (3, "rw_cap_qd", NEW), (3, "rw_hinh_thuc", "HCDL"))
    assert unit.rows(
        "SELECT rw_cap_qd, rw_hinh_thuc FROM register.reward WHERE rw_ngay_qd = '2021-05-05'"
        " AND record_id = :id",
        id=record(unit),
    ) == [(NEW, "HCDL")]
    assert states(unit) == ["approved", "approved"]
    assert agrees(unit)

    rewards(unit)[2]["rw_cap_qd"] = NEW
    next_wave(unit)
    assert states(unit) == ["retired", "approved"]
    unit.houses[A].main(0)["email"] = "khac@example.org"
    next_wave(unit)  # the document is read again, and the other one still knows its row
    assert states(unit) == ["retired", "approved"]
    assert agrees(unit)

    rewards(unit)[2]["rw_hinh_thuc"] = "HCDL"
    next_wave(unit)

    assert held(unit)[2] == ("2021-05-05", NEW)
    assert states(unit) == ["retired", "retired"]
    assert agrees(unit)


def test_two_corrections_of_one_row_retire_at_once_when_the_source_takes_both(
    unit: Village, desk: Desk
) -> None:
    approved(unit, desk, (3, "rw_cap_qd", NEW), (3, "rw_hinh_thuc", "HCDL"))

    rewards(unit)[2] |= {"rw_cap_qd": NEW, "rw_hinh_thuc": "HCDL"}
    next_wave(unit)

    assert states(unit) == ["retired", "retired"]
    assert agrees(unit)


def test_a_row_of_which_something_else_changed_is_asked_again(
    unit: Village, desk: Desk
) -> None:
    approved(unit, desk, (2, "rw_cap_qd", NEW))

    rewards(unit)[1]["rw_ngay_qd"] = "2019-06-03"
    next_wave(unit)

    assert held(unit)[1] == ("2019-06-03", OLD)
    assert states(unit) == ["reopened"]
    assert agrees(unit)
