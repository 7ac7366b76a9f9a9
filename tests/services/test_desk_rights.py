"""The desk through the pages' own role: row-level security lets through what a role may."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from sync.model.desk import Actor, Role
from sync.model.errors import DatabaseRefusedError, NotFoundError
from sync.services.accounts import Wanted, ensure_account
from sync.services.cells import Cell
from sync.services.correct import (
    Desk,
    approve_correction,
    decline_correction,
    list_corrections,
    propose_correction,
    withdraw_correction,
)
from sync.services.map_code import Decision, decide_mapping, propose_mapping, withdraw_mapping
from sync.services.queue import count_queue, list_causes_of_queue, list_flags
from sync.services.sessions import sign_in
from sync.services.waive import Acceptance, end_waiver, waive_flags
from sync.store.code_mappings import NewMapping
from sync.store.database import Database, SignedInDatabase
from tests.conftest import Urls
from tests.services.desk import flag_id, knowing_rules, remember_rules, state
from tests.services.test_waivers import UNTIL
from tests.services.village import A, B, Village

PASSWORD = "correct horse battery staple"
PEOPLE = {
    "an": {(Role.HR_OFFICER, A)},
    "binh": {(Role.HR_APPROVER, A)},
    "other": {(Role.HR_OFFICER, B), (Role.HR_APPROVER, B)},
    "chi": {(Role.STEWARD, "")},
}


@pytest.fixture
def unit(village: Village) -> Village:
    """A unit with an address that asks and a code of its own, and another unit."""
    knowing_rules(village).add(A, 8)
    village.add(B, 3, "hrm_con_tro")
    village.houses[A].main(1)["email"] = "not an address"
    for position in range(4):
        village.houses[A].main(position)["dan_toc"] = "DT-77"
    village.wave()
    remember_rules(village)
    return village


@pytest.fixture
def sit(unit: Village, urls: Urls) -> Iterator[Callable[[str], tuple[Actor, Desk]]]:
    """A signed-in person at the desk, as the pages' role: `actor, desk = sit("an")`."""
    writer, checker, keeper = (
        Database.connect(urls(role))
        for role in ("portal_writer", "desk_checker", "portal_keeper")
    )

    def sit(login: str) -> tuple[Actor, Desk]:
        grants = frozenset(PEOPLE[login])
        ensure_account(Wanted(login, login.title(), grants), PASSWORD, db=keeper)
        token = sign_in(login, PASSWORD, "127.0.0.1", db=keeper)
        assert token is not None
        return Actor(login, grants), Desk(SignedInDatabase(writer, token), checker)

    yield sit
    for database in (writer, checker, keeper):
        database.close()


def test_the_whole_desk_works_under_row_level_security(
    unit: Village, sit: Callable[[str], tuple[Actor, Desk]]
) -> None:
    an, at_an = sit("an")
    binh, at_binh = sit("binh")
    chi, at_chi = sit("chi")
    flag = flag_id(unit, "ID017b")
    clock = unit.clock

    def propose() -> int:
        cell = Cell("dung@example.org", flag_id=flag)
        made = propose_correction(cell, "Read aloud.", actor=an, desk=at_an, clock=clock)
        return made.correction_id

    decline_correction(propose(), "No.", actor=binh, db=at_binh.db, clock=clock)
    withdraw_correction(propose(), actor=an, db=at_an.db, clock=clock)
    approved = propose()
    approve_correction(approved, actor=binh, db=at_binh.db, clock=clock)
    assert state(unit, flag) == "approved"
    new = NewMapping(A, "ethnic_groups", "DT-77", "01")

    def mapping() -> int:
        made = propose_mapping(new, "Our list.", actor=an, db=at_an.db, clock=clock)
        return made.mapping_id

    withdraw_mapping(mapping(), "A slip.", actor=an, db=at_an.db, clock=clock)
    no = Decision(is_approved=False, reason="No.")
    decide_mapping(mapping(), no, actor=chi, db=at_chi.db, clock=clock)
    waiver, *_ = waive_flags(
        [flag_id(unit, "ID012b")],
        Acceptance(UNTIL, "As it is."),
        actor=binh,
        db=at_binh.db,
        clock=clock,
    )
    end_waiver(waiver.waiver_id, "No.", actor=binh, db=at_binh.db, clock=clock)
    decided = mapping()
    decide_mapping(decided, Decision(is_approved=True), actor=chi, db=at_chi.db, clock=clock)
    counts = count_queue(A, db=at_an.db, clock=clock)
    assert (counts.total, counts.by_state["approved"]) == (5, 5)
    unit.day = 1

    unit.wave()

    counts = count_queue(A, db=at_an.db, clock=clock)
    assert (counts.total, counts.corrected_by_last_delivery) == (0, 5)
    withdraw_mapping(decided, "Wrong.", actor=chi, db=at_chi.db, clock=clock)
    withdraw_correction(approved, actor=binh, db=at_binh.db, clock=clock)
    assert unit.one("SELECT count(*) FROM quality.recheck") == 4  # one has both


def test_another_units_officer_finds_nothing_and_changes_nothing(
    unit: Village, sit: Callable[[str], tuple[Actor, Desk]]
) -> None:
    an, at_an = sit("an")
    other, at_other = sit("other")
    flag = flag_id(unit, "ID017b")
    clock: Any = unit.clock
    cell = Cell("dung@example.org", flag_id=flag)
    made = propose_correction(cell, "Read aloud.", actor=an, desk=at_an, clock=clock)
    number = made.correction_id

    assert count_queue(A, db=at_other.db, clock=clock).total == 0
    assert list_causes_of_queue(A, db=at_other.db) == []
    assert list_flags(A, db=at_other.db).flags == []
    assert list_corrections(A, db=at_other.db) == []
    everything = other.grants | PEOPLE["an"] | PEOPLE["binh"]  # even were the service deceived
    forged = Actor("other", frozenset(everything))
    with pytest.raises(NotFoundError, match=f"no flag {flag}"):
        propose_correction(cell, "Mine.", actor=forged, desk=at_other, clock=clock)
    with pytest.raises(NotFoundError, match=f"no correction {number}"):
        approve_correction(number, actor=forged, db=at_other.db, clock=clock)
    with pytest.raises(NotFoundError, match=f"no flag {flag}"):
        waive_flags([flag], Acceptance(UNTIL, "No."), actor=forged, db=at_other.db)
    approve = (
        "UPDATE register.correction SET state = 'approved', decided_by = :who,"
        " decided_at = now() WHERE correction_id = :id"
    )
    with at_other.db.transaction() as conn:
        done = conn.execute(text(approve), {"who": "other", "id": number})
        assert done.rowcount == 0
    for login, who in (("an", "an"), ("an", "binh")):  # nor does an officer approve by SQL
        _, desk = sit(login)
        with pytest.raises(DatabaseRefusedError), desk.db.transaction() as conn:
            conn.execute(text(approve), {"who": who, "id": number})
    assert state(unit, flag) == "proposed"
