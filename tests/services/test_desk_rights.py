"""The desk through the pages' own role: row-level security lets through what a role may."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from sync.model.desk import Actor, FlagState, Role
from sync.model.errors import (
    DatabaseRefusedError,
    LotChangedError,
    NotFoundError,
    SecondOfficerNeededError,
)
from sync.services.approve_lot import Shown, approve_lot, look_at_lot
from sync.services.cells import Cell
from sync.services.correct import Desk, list_corrections, propose_correction, propose_many
from sync.services.decide import (
    approve_correction,
    approve_many,
    decline_correction,
    withdraw_correction,
)
from sync.services.map_code import Decision, decide_mapping, propose_mapping, withdraw_mapping
from sync.services.queue import count_queue, list_causes_of_queue, list_flags
from sync.services.waive import Acceptance, end_waiver, waive_flags
from sync.store.code_mappings import NewMapping
from sync.store.database import Database, SignedInDatabase
from sync.store.lots import Lot
from tests.conftest import Urls
from tests.services.desk import flag_id, knowing_rules, remember_rules, state
from tests.services.test_waivers import UNTIL
from tests.services.village import A, B, Village

ACCOUNT = """
    INSERT INTO portal.account (login, display_name, must_change, created_by, created_at)
    VALUES (:login, :login, false, 'set-up', now()) RETURNING account_id
"""
ROLE = "INSERT INTO portal.account_role VALUES (:id, :role, :unit_code, 'set-up', now())"
TAKE = """
    DELETE FROM portal.account_role AS r USING portal.account AS a
    WHERE a.account_id = r.account_id AND a.login = :login
      AND NOT (r.role = ANY(:remaining))
"""
SESSION = """
    INSERT INTO portal.session
        (token_sha256, form_key, account_id, opened_at, idle_until, ends_at)
    VALUES (sha256(convert_to(:token, 'UTF8')), 'k', :id, now(), now() + interval '1 hour',
            now() + interval '1 hour')
"""
PEOPLE = {
    "an": {(Role.HR_OFFICER, A)},
    "binh": {(Role.HR_APPROVER, A)},
    "other": {(Role.HR_OFFICER, B), (Role.HR_APPROVER, B)},
    "chi": {(Role.STEWARD, "")},
    "both": {(Role.HR_OFFICER, A), (Role.HR_APPROVER, A)},
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
    roles = ("portal_writer", "desk_checker", "portal_keeper")
    writer, checker, keeper = (Database.connect(urls(role)) for role in roles)
    known: dict[str, int] = {}

    def sit(login: str) -> tuple[Actor, Desk]:
        grants, token = frozenset(PEOPLE[login]), secrets.token_urlsafe()
        with keeper.transaction() as conn:
            number = known.get(login)
            if number is None:
                number = conn.execute(text(ACCOUNT), {"login": login}).scalar_one()
                known[login] = number
                for role, unit_code in grants:
                    values = {"id": number, "role": str(role), "unit_code": unit_code}
                    conn.execute(text(ROLE), values)
            conn.execute(text(SESSION), {"id": number, "token": token})
        return Actor(login, grants), Desk(SignedInDatabase(writer, token), checker)

    yield sit
    for database in (writer, checker, keeper):
        database.close()


def test_corrections_and_waivers_work_under_row_level_security(
    unit: Village, sit: Callable[[str], tuple[Actor, Desk]]
) -> None:
    an, at_an = sit("an")
    binh, at_binh = sit("binh")
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
    waiver, *_ = waive_flags(
        [flag_id(unit, "ID012b")],
        Acceptance(UNTIL, "As it is."),
        actor=binh,
        db=at_binh.db,
        clock=clock,
    )
    end_waiver(waiver.waiver_id, "No.", actor=binh, db=at_binh.db, clock=clock)
    unit.day = 1

    unit.wave()

    assert count_queue(A, db=at_an.db, clock=clock).corrected_by_last_delivery == 1
    withdraw_correction(approved, actor=binh, db=at_binh.db, clock=clock)
    assert unit.one("SELECT count(*) FROM quality.recheck") == 1


def test_codes_are_mapped_under_row_level_security_by_a_steward_who_sees_no_people(
    unit: Village, sit: Callable[[str], tuple[Actor, Desk]]
) -> None:
    an, at_an = sit("an")
    chi, at_chi = sit("chi")
    clock = unit.clock
    new = NewMapping(A, "ethnic_groups", "DT-77", "01")

    def mapping() -> int:
        made = propose_mapping(new, "Our list.", actor=an, db=at_an.db, clock=clock)
        return made.mapping_id

    withdraw_mapping(mapping(), "A slip.", actor=an, db=at_an.db, clock=clock)
    no = Decision(is_approved=False, reason="No.")
    decide_mapping(mapping(), no, actor=chi, db=at_chi.db, clock=clock)
    decided = mapping()
    decide_mapping(decided, Decision(is_approved=True), actor=chi, db=at_chi.db, clock=clock)
    counts = count_queue(A, db=at_an.db, clock=clock)
    assert (counts.total, counts.by_state[FlagState.APPROVED]) == (5, 4)
    assert count_queue(A, db=at_chi.db, clock=clock).total == 0
    unit.day = 1

    unit.wave()

    counts = count_queue(A, db=at_an.db, clock=clock)
    assert (counts.total, counts.corrected_by_last_delivery) == (1, 4)
    withdraw_mapping(decided, "Wrong.", actor=chi, db=at_chi.db, clock=clock)
    assert unit.one("SELECT count(*) FROM quality.recheck") == 4


@pytest.mark.parametrize("remaining", [(), ("hr_officer",)])
def test_an_approver_whose_role_was_taken_while_the_session_lives_is_refused_by_the_database(
    unit: Village,
    urls: Urls,
    sit: Callable[[str], tuple[Actor, Desk]],
    remaining: tuple[str, ...],
) -> None:
    an, at_an = sit("an")
    stale, at_stale = sit("both")  # the service goes on to believe that both roles are there
    clock: Any = unit.clock
    flag = flag_id(unit, "ID017b")
    cell = Cell("dung@example.org", flag_id=flag)
    made = propose_correction(cell, "Read aloud.", actor=an, desk=at_an, clock=clock)
    number, words = made.correction_id, {"actor": stale, "db": at_stale.db, "clock": clock}
    keeper = Database.connect(urls("portal_keeper"))
    with keeper.transaction() as conn:
        conn.execute(text(TAKE), {"login": "both", "remaining": list(remaining)})
    keeper.close()
    refusal = DatabaseRefusedError if remaining else NotFoundError

    for decide in (
        lambda: approve_correction(number, **words),
        lambda: decline_correction(number, "No.", **words),
        lambda: waive_flags([flag_id(unit, "ID012b")], Acceptance(UNTIL, "No."), **words),
    ):
        before = unit.one("SELECT count(*) FROM ledger.entry")
        with pytest.raises(refusal):
            decide()
        assert unit.one("SELECT count(*) FROM ledger.entry") == before
    assert state(unit, flag) == "proposed"
    assert state(unit, flag_id(unit, "ID012b")) == "open"
    assert unit.one("SELECT state FROM register.correction") == "proposed"


def test_all_of_a_lot_is_approved_under_row_level_security_but_never_ones_own(
    unit: Village, sit: Callable[[str], tuple[Actor, Desk]]
) -> None:
    an, at_an = sit("an")
    both, at_both = sit("both")
    clock: Any = unit.clock
    records = [row[0] for row in unit.rows("SELECT record_id FROM landing.record ORDER BY 1")]
    cells = [Cell(None, None, record, "person", 1, "dien_thoai") for record in records[:4]]
    others = propose_many(cells[:3], "On paper.", actor=an, desk=at_an, clock=clock)
    own = propose_many(cells[3:], "On paper.", actor=both, desk=at_both, clock=clock)
    ids = [each.correction_id or 0 for each in others]
    own_id = own[0].correction_id or 0
    every = "UPDATE register.correction SET state = 'approved', decided_by = :who,"
    every += " decided_at = now() WHERE state = 'proposed'"

    with pytest.raises(SecondOfficerNeededError):
        approve_many([*ids, own_id], actor=both, db=at_both.db, clock=clock)
    with pytest.raises(DatabaseRefusedError) as refused, at_both.db.transaction() as conn:
        conn.execute(text(every), {"who": "both"})  # even were the service deceived
    with pytest.raises(NotFoundError):
        look_at_lot(Lot(A, own_id), 25, actor=both, db=at_both.db)
    with pytest.raises(LotChangedError):
        approve_lot(Lot(A, ids[0]), Shown(2, ids[1]), actor=both, db=at_both.db, clock=clock)
    before = unit.rows("SELECT DISTINCT state FROM register.correction")
    seen = look_at_lot(Lot(A, ids[1]), 2, actor=both, db=at_both.db)
    done = approve_lot(Lot(A, ids[1]), seen.shown, actor=both, db=at_both.db, clock=clock)

    assert refused.value.constraint == "second_officer"
    assert before == [("proposed",)]
    assert (seen.shown, len(seen.first), done) == (Shown(3, ids[2]), 2, 3)
    assert unit.rows("SELECT state FROM register.correction ORDER BY correction_id") == [
        *[("approved",)] * 3,
        ("proposed",),
    ]
    assert unit.one("SELECT count(*) FROM quality.recheck") == 3


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
