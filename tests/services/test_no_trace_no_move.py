"""Nothing moves without its entry in the ledger: where the ledger refuses, so does the act."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from sync.model.errors import DatabaseRefusedError
from sync.services.approve_lot import Shown, approve_lot
from sync.services.cells import Cell
from sync.services.correct import Desk, propose_correction
from sync.services.decide import approve_correction, decline_correction, withdraw_correction
from sync.services.hold import reject_snapshot, release_snapshot
from sync.services.map_code import Decision, decide_mapping, propose_mapping, withdraw_mapping
from sync.services.waive import Acceptance, end_waiver, waive_flags
from sync.store.code_mappings import NewMapping
from sync.store.database import Database
from sync.store.lots import Lot
from sync.store.server import SUPERUSER
from tests.conftest import Urls
from tests.services.desk import (
    approver,
    flag_id,
    knowing_rules,
    officer,
    remember_rules,
    steward,
)
from tests.services.test_waivers import UNTIL
from tests.services.village import A, B, Village

AN, BINH, CHI = officer(A, "an"), approver(A, "binh"), steward("chi")
YES, NO = Decision(is_approved=True), Decision(is_approved=False, reason="No.")
WHY = "On paper."
REFUSE = (
    "CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN RAISE EXCEPTION 'the ledger is full'; END $$",
    "CREATE TRIGGER refuse BEFORE INSERT ON ledger.entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse()",
)
KEPT = (
    "register.correction",
    "quality.flag",
    "quality.waiver",
    "quality.recheck",
    "quality.release",
    "registry.code_mapping",
    "landing.snapshot",
    "ledger.entry",
)


@dataclass
class Office:
    """A desk over a village, and how to make its ledger refuse."""

    village: Village
    desk: Desk
    refuse: Callable[[], None]

    @property
    def words(self) -> dict[str, Any]:
        return {"db": self.village.db, "clock": self.village.clock}

    def content(self) -> dict[str, str]:
        """Every row of what the acts move."""
        return {
            table: self.village.one(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"  # noqa: S608 - our own tables
            )
            for table in KEPT
        }

    def propose(self) -> int:
        cell = Cell("dung@example.org", flag_id=flag_id(self.village, "ID017b"))
        clock = self.village.clock
        made = propose_correction(cell, WHY, actor=AN, desk=self.desk, clock=clock)
        return made.correction_id

    def approve(self) -> int:
        return approve_correction(self.propose(), actor=BINH, **self.words).correction_id

    def waive(self) -> int:
        flags = [flag_id(self.village, "ID012b")]
        return waive_flags(flags, Acceptance(UNTIL, WHY), actor=BINH, **self.words)[0].waiver_id

    def map(self) -> int:
        new = NewMapping(A, "ethnic_groups", "DT-77", "01")
        return propose_mapping(new, WHY, actor=AN, **self.words).mapping_id

    def map_for_good(self) -> int:
        return decide_mapping(self.map(), YES, actor=CHI, **self.words).mapping_id

    def held(self) -> int:
        number, state = self.village.newest(B)
        assert state == "held"
        return int(number)


@pytest.fixture
def office(village: Village, urls: Urls) -> Iterator[Office]:
    """Questions, a code of the unit's own, and another unit's delivery on hold."""
    knowing_rules(village).add(A, 8)
    village.add(B, 3, "hrm_con_tro")
    village.houses[A].main(1)["email"] = "not an address"
    for position in range(4):  # a code of fewer people may not be quoted
        village.houses[A].main(position)["dan_toc"] = "DT-77"
    village.houses[B].announced = 4
    village.wave()
    remember_rules(village)
    checker, superuser = (
        Database.connect(urls("desk_checker")),
        Database.connect(urls(SUPERUSER)),
    )

    def refuse() -> None:
        with superuser.transaction() as conn:
            for statement in REFUSE:
                conn.execute(text(statement))

    yield Office(village, Desk(village.db, checker), refuse)
    checker.close()
    superuser.close()


Prepare = Callable[[Office], int]
Act = Callable[[Office, int], object]
ACTS: dict[str, tuple[Prepare, Act]] = {
    "propose": (lambda o: 0, lambda o, n: o.propose()),
    "approve": (Office.propose, lambda o, n: approve_correction(n, actor=BINH, **o.words)),
    "approve a lot": (
        Office.propose,
        lambda o, n: approve_lot(Lot(A, n), Shown(1, n), actor=BINH, **o.words),
    ),
    "decline": (Office.propose, lambda o, n: decline_correction(n, WHY, actor=BINH, **o.words)),
    "withdraw": (Office.propose, lambda o, n: withdraw_correction(n, actor=AN, **o.words)),
    "withdraw what was approved": (
        Office.approve,
        lambda o, n: withdraw_correction(n, actor=BINH, **o.words),
    ),
    "waive": (lambda o: 0, lambda o, n: o.waive()),
    "end a waiver": (Office.waive, lambda o, n: end_waiver(n, WHY, actor=BINH, **o.words)),
    "map": (lambda o: 0, lambda o, n: o.map()),
    "approve a mapping": (
        Office.map,
        lambda o, n: decide_mapping(n, YES, actor=CHI, **o.words),
    ),
    "decline a mapping": (
        Office.map,
        lambda o, n: decide_mapping(n, NO, actor=CHI, **o.words),
    ),
    "withdraw a mapping": (
        Office.map,
        lambda o, n: withdraw_mapping(n, WHY, actor=AN, **o.words),
    ),
    "withdraw what was mapped": (
        Office.map_for_good,
        lambda o, n: withdraw_mapping(n, WHY, actor=CHI, **o.words),
    ),
    "release": (
        Office.held,
        lambda o, n: release_snapshot(n, actor="Mai", reason=WHY, **o.words),
    ),
    "reject": (
        Office.held,
        lambda o, n: reject_snapshot(n, actor="Mai", reason=WHY, **o.words),
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_whose_entry_the_ledger_refuses_moves_nothing(office: Office, name: str) -> None:
    prepare, act = ACTS[name]
    number = prepare(office)
    before = office.content()
    office.refuse()

    with pytest.raises(DatabaseRefusedError) as refused:
        act(office, number)

    assert refused.value.sqlstate == "P0001"  # of our trigger, and nothing else
    assert office.content() == before
