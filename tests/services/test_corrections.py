"""The life of a correction: proposed, approved, laid over, retired or open again."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from sync.demo.people import many
from sync.model.desk import CorrectionState, Role
from sync.model.errors import (
    ConfigurationError,
    DatabaseRefusedError,
    IllegalTransitionError,
    NotFoundError,
    PermissionDeniedError,
    RefusedValueError,
)
from sync.services.cells import Cell, Problem
from sync.services.correct import (
    Desk,
    check_many,
    list_corrections,
    propose_correction,
    propose_many,
)
from sync.services.decide import (
    approve_correction,
    approve_many,
    decline_correction,
    withdraw_correction,
)
from sync.services.queue import count_queue
from sync.services.reconcile import reconcile_units
from sync.store.corrections import Correction
from sync.store.database import Database
from tests.conftest import Urls
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

AN, BINH = officer(A, "an"), approver(A, "binh")
GOOD = "dung@example.org"


@pytest.fixture
def unit(village: Village) -> Village:
    """A unit of eight people; the second's address is wrong."""
    knowing_rules(village).add(A, 8)
    village.houses[A].main(1)["email"] = "not an address"
    village.wave()
    remember_rules(village)
    return village


@pytest.fixture
def desk(unit: Village, urls: Urls) -> Iterator[Desk]:
    """The pipeline's way in, and the checker's."""
    checker = Database.connect(urls("desk_checker"))
    yield Desk(unit.db, checker)
    checker.close()


def propose(unit: Village, desk: Desk, value: str | None = GOOD) -> Correction:
    cell = Cell(value, flag_id=flag_id(unit, "ID017b"))
    return propose_correction(cell, "Read aloud.", actor=AN, desk=desk, clock=unit.clock)


def approve(unit: Village, correction: Correction) -> Correction:
    words: dict[str, Any] = {"actor": BINH, "db": unit.db, "clock": unit.clock}
    return approve_correction(correction.correction_id, **words)


def stands(unit: Village, correction: Correction) -> str:
    found: str = unit.one(
        "SELECT state FROM register.correction WHERE correction_id = :id",
        id=correction.correction_id,
    )
    return found


def email(unit: Village) -> list[Any]:
    """What the register holds for the record with the flag, and which overlays it carries."""
    return unit.rows(
        "SELECT p.email, d.overlay_ids FROM register.person AS p JOIN register.dossier AS d"
        " USING (record_id) WHERE record_id = (SELECT min(record_id) FROM quality.flag"
        " WHERE rule_code = 'ID017b')"
    )[0]


def agrees(unit: Village) -> bool:
    """Both sides of the newest account, and of one made anew from every row."""
    newest = unit.one(
        "SELECT landing_sha256 = register_sha256 FROM ledger.entry"
        " WHERE landing_sha256 IS NOT NULL ORDER BY entry_id DESC LIMIT 1"
    )
    anew = reconcile_units(A, db=unit.db, clock=unit.clock)
    return bool(newest) and all(each["agrees"] for each in anew)


def actions(unit: Village) -> list[str]:
    return [
        row[0]
        for row in unit.rows(
            "SELECT action FROM ledger.entry WHERE action LIKE 'correction%' ORDER BY entry_id"
        )
    ]


def test_a_correction_is_laid_over_until_the_source_agrees(unit: Village, desk: Desk) -> None:
    correction = propose(unit, desk)
    flag = flag_id(unit, "ID017b")
    assert (correction.state, state(unit, flag)) == (CorrectionState.PROPOSED, "proposed")
    assert count_queue(A, db=unit.db, clock=unit.clock).waiting_for_approval == 1
    unit.day = 1
    unit.wave()
    assert email(unit) == ("not an address", [])  # a proposal changes nothing

    approve(unit, correction)
    assert state(unit, flag) == "approved"
    unit.day = 2
    unit.wave()

    assert email(unit) == (GOOD, [correction.correction_id])
    assert (state(unit, flag), unit.findings(A)) == ("corrected", [])
    assert count_queue(A, db=unit.db, clock=unit.clock).corrected_by_last_delivery == 1
    assert agrees(unit)
    counts = unit.counts(A)
    assert (counts["changed"], counts["unchanged"]) == (1, 7)

    unit.day = 3
    unit.wave()  # nothing new: nothing is written
    assert email(unit) == (GOOD, [correction.correction_id])
    assert unit.counts(A)["unchanged"] == 8

    unit.houses[A].main(1)["email"] = GOOD
    unit.day = 4
    unit.wave()
    assert (stands(unit, correction), email(unit)) == ("retired", (GOOD, []))
    assert unit.findings(A) == [("TM001", "count")]
    assert agrees(unit)
    assert actions(unit) == ["correction_proposed", "correction_approved"]
    assert (
        unit.one(
            "SELECT figures -> 'corrections_retired' FROM ledger.entry"
            " WHERE action = 'snapshot_admitted' ORDER BY entry_id DESC LIMIT 1"
        )
        == 1
    )


def test_another_value_of_the_source_opens_the_question_again(
    unit: Village, desk: Desk
) -> None:
    correction = propose(unit, desk)
    approve(unit, correction)
    unit.day = 1
    unit.wave()
    unit.houses[A].main(1)["email"] = "something else"
    unit.day = 2

    unit.wave()

    assert stands(unit, correction) == "reopened"
    assert email(unit) == ("something else", [])
    assert [each[0] for each in flags(unit, "ID017b")] == ["corrected", "open"]
    assert agrees(unit)
    again = propose(unit, desk, "other@example.org")
    assert again.state is CorrectionState.PROPOSED


def test_a_proposal_is_beside_the_point_when_its_old_value_is_gone(
    unit: Village, desk: Desk
) -> None:
    correction = propose(unit, desk)
    unit.houses[A].main(1)["email"] = GOOD
    unit.day = 1

    unit.wave()

    assert stands(unit, correction) == "superseded"
    assert [each[0] for each in flags(unit, "ID017b")] == ["fixed"]
    with pytest.raises(IllegalTransitionError, match="nothing, it is final"):
        approve(unit, correction)


def test_who_proposed_does_not_approve_says_the_service_and_the_database(
    unit: Village, desk: Desk
) -> None:
    correction = propose(unit, desk)
    both = officer(A, "an")
    also = type(both)("an", both.grants | {(Role.HR_APPROVER, A)})

    with pytest.raises(PermissionDeniedError, match="second officer"):
        approve_correction(correction.correction_id, actor=also, db=unit.db, clock=unit.clock)
    with pytest.raises(PermissionDeniedError, match="hr_approver for unit H26"):
        approve_correction(
            correction.correction_id, actor=approver(B), db=unit.db, clock=unit.clock
        )
    with pytest.raises(DatabaseRefusedError, match="second_officer"):
        unit.rows(
            "UPDATE register.correction SET state = 'approved', decided_by = 'an',"
            " decided_at = now() RETURNING 1"
        )
    assert stands(unit, correction) == "proposed"


def test_declined_and_withdrawn_the_flag_is_open_again(unit: Village, desk: Desk) -> None:
    flag = flag_id(unit, "ID017b")
    words: dict[str, Any] = {"db": unit.db, "clock": unit.clock}
    first = propose(unit, desk)
    decline_correction(first.correction_id, "Not so.", actor=BINH, **words)
    assert (stands(unit, first), state(unit, flag)) == ("declined", "open")
    with pytest.raises(IllegalTransitionError, match="Possible: nothing"):
        withdraw_correction(first.correction_id, actor=AN, **words)

    second = propose(unit, desk)
    withdraw_correction(second.correction_id, actor=AN, **words)
    assert (stands(unit, second), state(unit, flag)) == ("withdrawn", "open")

    third = propose(unit, desk)
    approve(unit, third)
    unit.day = 1
    unit.wave()
    with pytest.raises(PermissionDeniedError, match="hr_approver"):
        withdraw_correction(third.correction_id, actor=AN, **words)
    withdraw_correction(third.correction_id, actor=BINH, **words)
    unit.day = 2
    unit.wave()
    assert email(unit) == ("not an address", [])
    assert [each[0] for each in flags(unit, "ID017b")] == ["corrected", "open"]
    assert agrees(unit)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("nor this", Problem.BREAKS_RULE),
        ("not an address", Problem.UNCHANGED),
        ("a\x00b@example.org", Problem.UNREADABLE),
        ("x" * 1001, Problem.UNREADABLE),
    ],
)
def test_a_value_that_answers_nothing_is_refused(
    unit: Village, desk: Desk, value: str, problem: Problem
) -> None:
    with pytest.raises(RefusedValueError) as refused:
        propose(unit, desk, value)

    assert refused.value.problem == problem
    assert value not in str(refused.value)
    assert state(unit, flag_id(unit, "ID017b")) == "open"
    assert actions(unit) == []


def test_many_cells_are_judged_one_by_one_and_proposed_as_one(
    unit: Village, desk: Desk
) -> None:
    records = [
        row[0] for row in unit.rows("SELECT record_id FROM register.person ORDER BY record_id")
    ]
    flagged = flag_id(unit, "ID017b")

    def cell(record: int, field: str, value: str) -> Cell:
        return Cell(value, record_id=record, group_name="person", field_code=field)

    cells = [
        Cell(GOOD, flag_id=flagged),
        cell(records[2], "ngay_sinh", "1980-02-30"),
        cell(records[2], "dan_toc", "DT-77"),
        cell(records[3], "email", "mai@example.org"),
        cell(records[3], "email", "mai@example.com"),
        cell(records[4], "no_such", "1"),
        cell(records[4], "so_dinh_danh", "12345"),
    ]
    words: dict[str, Any] = {"actor": AN, "desk": desk, "clock": unit.clock}

    looked = check_many(cells, **words)
    judged = propose_many(cells, "From the paper files.", **words)

    said = [None, Problem.UNREADABLE, Problem.BREAKS_RULE, None, Problem.TWICE]
    assert [each.problem for each in judged] == [*said, Problem.NO_PLACE, Problem.BREAKS_RULE]
    assert [each.problem for each in looked] == [each.problem for each in judged]
    assert [bool(each.correction_id) for each in judged] == [
        each.problem is None for each in judged
    ]
    assert (judged[2].rule_code, judged[6].rule_code) == ("ID012b", "ID001b")
    waiting = list_corrections(A, db=unit.db)
    assert [each.new_value for each in waiting] == [GOOD, "mai@example.org"]
    assert "mai@" not in repr(waiting) + repr(judged)
    assert len(actions(unit)) == 1
    again = propose_many(cells[:1], "Once more.", **words)
    assert again[0].problem is Problem.MOVED_ON
    with pytest.raises(NotFoundError, match="no correction 999"):
        approve_many([999], actor=BINH, db=unit.db, clock=unit.clock)
    with pytest.raises(NotFoundError, match="no flag 999"):
        propose_many([Cell("x", flag_id=999)], "Why.", **words)
    with pytest.raises(ConfigurationError, match="A reason is needed"):
        propose_many(cells, " ", **words)
    with pytest.raises(ConfigurationError, match="quotes the value of email"):
        propose_many([cell(records[5], "email", GOOD)], f"It is {GOOD.upper()}.", **words)
    with pytest.raises(ConfigurationError, match="quotes the value of email"):
        decline_correction(
            waiting[0].correction_id, f"Not {GOOD}.", actor=BINH, db=unit.db, clock=unit.clock
        )
    with pytest.raises(PermissionDeniedError, match="hr_officer for unit H26"):
        propose_many(cells, "Why.", actor=officer(B), desk=desk, clock=unit.clock)


def test_a_row_that_a_list_or_a_group_lacks(unit: Village, desk: Desk) -> None:
    """A group of one row can come by a correction, and goes with it; a list's row cannot."""
    record = unit.one("SELECT max(record_id) FROM register.person")
    unit.houses[A].people[7].pop("recruitment", None)
    many(unit.houses[A].people[7], "reward").clear()
    unit.day = 1
    unit.wave()
    assert (
        unit.rows("SELECT 1 FROM register.recruitment WHERE record_id = :id", id=record) == []
    )
    words: dict[str, Any] = {"actor": AN, "desk": desk, "clock": unit.clock}
    place = {"record_id": record, "group_name": "reward", "field_code": "rw_ngay_qd"}
    (refused,) = propose_many([Cell("2020-05-19", **place)], "Paper.", **words)
    assert refused.problem is Problem.NO_PLACE
    place = {"record_id": record, "group_name": "recruitment", "field_code": "ngay_tuyen_dung"}
    proposed = propose_correction(Cell("2015-05-04", **place), "Paper.", **words)

    approve(unit, proposed)
    unit.day = 2
    unit.wave()

    assert unit.rows(
        "SELECT ngay_tuyen_dung::text FROM register.recruitment WHERE record_id = :id",
        id=record,
    ) == [("2015-05-04",)]
    assert agrees(unit)


def test_a_row_changed_behind_our_back_shows_under_an_overlay(
    unit: Village, desk: Desk
) -> None:
    approve(unit, propose(unit, desk))
    unit.day = 1
    unit.wave()
    assert agrees(unit)

    unit.rows(
        "UPDATE register.person SET email = 'not an address' WHERE email = :e RETURNING 1",
        e=GOOD,
    )

    assert not agrees(unit)


def test_a_held_answer_moves_nothing(unit: Village, desk: Desk) -> None:
    correction = propose(unit, desk)
    approve(unit, correction)
    flag = flag_id(unit, "ID017b")
    unit.houses[A].main(1)["email"] = "something else"
    unit.houses[A].announced = 50
    unit.day = 1

    unit.wave()

    assert unit.newest(A)[1] == "held"
    assert (stands(unit, correction), state(unit, flag)) == ("approved", "approved")
    assert [each[0] for each in flags(unit, "ID017b")] == ["approved"]


def test_of_two_approvers_at_once_one_is_told_it_is_done(unit: Village, desk: Desk) -> None:
    correction = propose(unit, desk)
    said: list[str] = []

    def one(login: str) -> None:
        try:
            approve_correction(
                correction.correction_id,
                actor=approver(A, login),
                db=unit.db,
                clock=unit.clock,
            )
            said.append("done")
        except IllegalTransitionError as error:
            said.append(str(error))

    threads = [threading.Thread(target=one, args=(login,)) for login in ("binh", "chi")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said)[1] == "done"
    assert "is approved and cannot become approved" in sorted(said)[0]
    assert actions(unit) == ["correction_proposed", "correction_approved"]


def test_a_blocked_record_is_admitted_under_its_corrected_number(
    unit: Village, desk: Desk
) -> None:
    """Who else carries a number is asked after corrections, and a list's row can be one."""
    good = unit.houses[A].main(0)["so_dinh_danh"]
    unit.houses[A].main(0)["so_dinh_danh"] = "12345"
    many(unit.houses[A].people[0], "reward").append(
        {"rw_hinh_thuc": "K-01", "rw_ngay_qd": "2025-05-19"}
    )
    unit.day = 1
    unit.wave()
    assert unit.counts(A)["stale"] == 1
    words: dict[str, Any] = {"actor": AN, "desk": desk, "clock": unit.clock}
    cells = [
        Cell(good, flag_id=flag_id(unit, "ID001b")),
        Cell("GK", flag_id=flag_id(unit, "COD014")),
    ]

    judged = propose_many(cells, "From the card.", **words)
    ids = [each.correction_id or 0 for each in judged]
    approve_many(ids, actor=BINH, db=unit.db, clock=unit.clock)
    unit.day = 2
    unit.wave()

    assert [each[0] for each in flags(unit, "ID001b")] == ["corrected"]
    assert [each[0] for each in flags(unit, "COD014")] == ["corrected"]
    counts = unit.counts(A)
    assert (counts["quarantined"], counts["stale"], counts["live_after"]) == (0, 0, 8)
    assert unit.states(good) == {A: "live"}
    assert agrees(unit)
    for each in ids:  # both taken back: blocked again, the last good version stays
        withdraw_correction(each, actor=BINH, db=unit.db, clock=unit.clock)
    unit.day = 3
    unit.wave()
    assert unit.counts(A)["stale"] == 1
    assert agrees(unit)
