"""Any order of what officers decide and sources say: the accounts close and every path ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from sync.model.errors import SyncError
from sync.services.cells import Cell
from sync.services.correct import Desk, propose_many
from sync.services.decide import approve_many, decline_correction, withdraw_correction
from sync.services.queue import count_queue
from sync.services.reconcile import reconcile_units
from sync.services.waive import Acceptance, waive_flags
from sync.store.database import Database
from tests.conftest import Urls
from tests.services.desk import approver, knowing_rules, officer, remember_rules
from tests.services.test_waivers import UNTIL
from tests.services.village import A, Village

AN, BINH = officer(A, "an"), approver(A, "binh")
SAID = ("not an address", "dung@example.org", "mai@example.org", "nor this")
STEPS = (
    *("propose", "approve", "decline", "withdraw", "waive", "wave"),
    *(f"say {number}" for number in range(len(SAID))),
)
UNMATCHED = """
    SELECT count(*) FROM quality.finding AS f
    FULL JOIN (SELECT * FROM quality.flag WHERE closed_at IS NULL) AS g USING (finding_id)
    WHERE (f.closed_at IS NULL AND f.effect IN ('block', 'ask')) <> (g.flag_id IS NOT NULL)
"""
# A flag waits for approval, or for a reading, exactly where something is proposed or queued.
ASTRAY = """
    SELECT count(*) FROM quality.flag AS g
    LEFT JOIN register.correction AS c ON c.record_id = g.record_id
        AND c.field_code = g.field_code AND c.state IN ('proposed', 'approved')
    LEFT JOIN quality.recheck AS q ON q.record_id = g.record_id
    WHERE g.closed_at IS NULL AND (
        g.state = 'proposed' AND c.state IS DISTINCT FROM 'proposed'
        OR g.state = 'approved' AND (c.state IS DISTINCT FROM 'approved' OR q.record_id IS NULL)
        OR g.state = 'waived' AND NOT EXISTS (SELECT FROM quality.waiver AS w
            WHERE w.state = 'active' AND w.value_hmac = g.value_hmac))
"""


@pytest.fixture
def unit(village: Village) -> Village:
    knowing_rules(village).add(A, 8)
    village.houses[A].main(1)["email"] = SAID[0]
    village.wave()
    remember_rules(village)
    return village


@pytest.fixture
def desk(unit: Village, urls: Urls) -> Iterator[Desk]:
    checker = Database.connect(urls("desk_checker"))
    yield Desk(unit.db, checker)
    checker.close()


def flags_open(unit: Village) -> list[int]:
    return [
        row[0] for row in unit.rows("SELECT flag_id FROM quality.flag WHERE closed_at IS NULL")
    ]


def in_force(unit: Village) -> list[int]:
    return [
        row[0]
        for row in unit.rows(
            "SELECT correction_id FROM register.correction"
            " WHERE state IN ('proposed', 'approved') ORDER BY correction_id"
        )
    ]


def take(unit: Village, desk: Desk, step: str) -> None:
    """One step of one officer or source; what is not possible now is refused, and fine."""
    words: dict[str, Any] = {"db": unit.db, "clock": unit.clock}
    if step.startswith("say"):
        unit.houses[A].main(1)["email"] = SAID[int(step.split()[1])]
        return
    moves: dict[str, Callable[[], object]] = {
        "wave": unit.wave,
        "propose": lambda: propose_many(
            [Cell(SAID[1], flag_id=flag) for flag in flags_open(unit)],
            "Read aloud.",
            actor=AN,
            desk=desk,
            clock=unit.clock,
        ),
        "approve": lambda: approve_many(in_force(unit), actor=BINH, **words),
        "decline": lambda: [
            decline_correction(each, "No.", actor=BINH, **words) for each in in_force(unit)
        ],
        "withdraw": lambda: [
            withdraw_correction(each, actor=type(AN)("an", AN.grants | BINH.grants), **words)
            for each in in_force(unit)
        ],
        "waive": lambda: waive_flags(
            flags_open(unit), Acceptance(UNTIL, "As it is."), actor=BINH, **words
        ),
    }
    with suppress(SyncError):
        moves[step]()


def assert_closed(unit: Village) -> None:
    assert unit.one(UNMATCHED) == 0
    assert unit.one(ASTRAY) == 0
    counts = count_queue(A, db=unit.db, clock=unit.clock)
    assert counts.total == len(flags_open(unit))
    assert all(each["agrees"] for each in reconcile_units(A, db=unit.db, clock=unit.clock))


@pytest.mark.slow
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(STEPS), min_size=4, max_size=10))
def test_whatever_the_order_the_accounts_close_and_all_of_it_ends(
    unit: Village, desk: Desk, steps: list[str]
) -> None:
    for step in steps:
        take(unit, desk, step)
        if step == "wave":
            assert_closed(unit)
    for step in ("say 1", "wave"):
        take(unit, desk, step)
    assert_closed(unit)
    assert flags_open(unit) == []
    assert in_force(unit) == []
    for step in ("say 0", "wave"):  # the next example begins with a question again
        take(unit, desk, step)
    assert len(flags_open(unit)) == 1


@contextmanager
def counted(*engines: Engine) -> Iterator[list[str]]:
    """Statements that these engines run meanwhile."""
    said: list[str] = []

    def note(*given: Any) -> None:  # noqa: ANN401 - as SQLAlchemy calls it
        said.append(given[2])

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def test_statements_do_not_grow_with_the_people(unit: Village, desk: Desk) -> None:
    house = unit.houses[A]
    for position in range(7):
        house.main(position)["email"] = f"no address {position}"
    unit.day = 1
    unit.wave()
    flags = flags_open(unit)
    counts: dict[str, list[int]] = {"propose": [], "approve": [], "read": []}
    for some in (flags[:1], flags[1:]):
        cells = [Cell(SAID[1], flag_id=flag) for flag in some]
        with counted(unit.db.engine, desk.checker.engine) as said:
            judged = propose_many(cells, "Paper.", actor=AN, desk=desk, clock=unit.clock)
        counts["propose"].append(len(said))
        ids = [each.correction_id or 0 for each in judged]
        with counted(unit.db.engine) as said:
            approve_many(ids, actor=BINH, db=unit.db, clock=unit.clock)
        counts["approve"].append(len(said))
        unit.day += 1
        with counted(unit.db.engine) as said:
            unit.wave()
        counts["read"].append(len(said))

    assert len(flags) == 7
    assert flags_open(unit) == []
    assert all(few == many for few, many in counts.values())
