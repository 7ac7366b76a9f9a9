"""One person in several units: who holds the dossier, and the account of it."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from sqlalchemy import text

from sync.demo.people import Person, one
from sync.model.errors import DatabaseRefusedError
from sync.services import admit, check, measure, pull, read, settle, wave
from sync.store import flags, ledger
from tests.services.village import A, B, C, House, Village

UNITS = (A, B, C)
KEY = "by hand"


def _starts(person: Person, day: str) -> None:
    one(person, "recruitment")["ngay_vao_co_quan"] = day


def _claim(house: House, person: Person, day: str) -> str:
    """This unit says the person, too, is its own since that day; returns the number."""
    number = one(person, "person")["so_dinh_danh"]
    copy = {**person, "person": {**one(person, "person")}}
    copy["recruitment"] = {**one(person, "recruitment")}
    key = one(house.people[0], "person")["so_hieu_bndp"]
    copy["person"]["so_hieu_bndp"] = f"{key[:3]}-9{number[-5:]}"
    _starts(copy, day)
    house.people.append(copy)
    return number


def _in_order(village: Village, order: tuple[str, ...]) -> None:
    """One wave with the admits in this order, from the same verbs."""
    village.open()
    tools = {"db": village.db, "clock": village.clock}
    key = f"{KEY} {village.clock().isoformat()}"
    for unit_code in wave.list_due_units(key, **tools):
        pull.pull_unit(unit_code, key, **tools)
    read.read_sealed_snapshots(key, **tools)
    ready = {s["unit_code"]: s["snapshot_id"] for s in check.check_read_snapshots(key, **tools)}
    for unit_code in order:
        result = admit.admit_snapshot(int(ready[unit_code]), **tools)
        assert result["outcome"] == "admitted"
    settle.settle_claims(key, **tools)
    measure.measure_units(key, **tools)
    wave.raise_if_incomplete(key, **tools)


@pytest.fixture
def three(village: Village) -> Village:
    """Three units of two people each."""
    for unit_code in UNITS:
        village.add(unit_code, 2)
    return village


def _forget(village: Village) -> None:
    """Back to an empty register: only so can one test compare several orders."""
    with village.db.transaction() as conn:
        conn.execute(text("DELETE FROM landing.present"))
        conn.execute(text("DELETE FROM quality.case_party"))
        for table in ("quality.conflict_case", "quality.finding", "quality.recheck"):
            conn.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own table
        conn.execute(text("DELETE FROM register.dossier"))
        for (table,) in village.rows(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'register' AND column_name = 'row_no'"
        ):
            conn.execute(text(f"DELETE FROM register.{table}"))  # noqa: S608 - our own table
        flags.count_asked(conn, UNITS)
    for unit_code in UNITS:
        live = village.one(
            "SELECT coalesce((SELECT live_after FROM ledger.entry WHERE unit_code = :u"
            " AND live_after IS NOT NULL ORDER BY entry_id DESC LIMIT 1), 0)",
            u=unit_code,
        )
        _append(village, unit_code, live, -live)


def _append(village: Village, unit_code: str, before: int, change: int) -> None:
    entry = ledger.Entry(
        unit_code=unit_code,
        action="reorganised",
        actor="a test",
        as_of=datetime(2026, 11, 23, tzinfo=UTC).date(),
        recorded_at=village.clock(),
        counts={
            "live_before": before,
            "entered": max(change, 0),
            "left_count": max(-change, 0),
            "live_after": before + change,
        },
    )
    with village.db.transaction() as conn:
        ledger.append(conn, entry)


def _same_number(village: Village) -> str:
    return village.houses[A].main(0)["so_dinh_danh"]


@pytest.mark.parametrize(
    ("days", "holder"),
    [
        pytest.param(("2015-01-01", "2012-03-01", None), B, id="two, the later unit earlier"),
        pytest.param(("2015-01-01", "2012-03-01", "2013-01-01"), B, id="three"),
        pytest.param(("2015-01-01", "2015-01-01", "2016-01-01"), None, id="two begin together"),
    ],
)
def test_the_order_of_admits_never_matters(
    three: Village, days: tuple[str, ...], holder: str | None
) -> None:
    person = three.houses[A].people[0]
    number = _same_number(three)
    for unit_code, day in zip(UNITS, days, strict=True):
        if unit_code == A:
            _starts(person, str(day))
        elif day:
            _claim(three.houses[unit_code], person, day)

    seen = []
    for order in permutations(UNITS):
        _in_order(three, order)
        seen.append((three.register(), three.states(number)))
        _forget(three)

    parties = {code for code, day in zip(UNITS, days, strict=True) if day}
    wanted = {code: "live" if code == holder else "waiting" for code in parties}
    assert all(each == seen[0] for each in seen)
    assert seen[0][1] == wanted


def test_the_incumbent_stays_though_another_began_earlier(three: Village) -> None:
    number = _same_number(three)
    three.wave()
    _claim(three.houses[B], three.houses[A].people[0], "1999-01-01")

    three.wave()

    assert three.states(number) == {A: "live", B: "waiting"}
    assert three.rows("SELECT state, holder_unit_code FROM quality.conflict_case") == [
        ("open", A)
    ]
    assert ("XO001", "case") in three.findings(B)
    assert three.counts(B)["waiting"] == 1


def test_with_equal_days_nobody_holds_and_both_wait(three: Village) -> None:
    number = _same_number(three)
    _starts(three.houses[A].people[0], "2015-01-01")
    _claim(three.houses[B], three.houses[A].people[0], "2015-01-01")

    three.wave()

    assert three.states(number) == {A: "waiting", B: "waiting"}
    assert three.rows("SELECT state, holder_unit_code FROM quality.conflict_case") == [
        ("open", None)
    ]


@pytest.mark.parametrize("order", list(permutations((A, B))), ids=str)
def test_a_transfer_is_recognised_without_a_flag(
    three: Village, order: tuple[str, ...]
) -> None:
    number = _same_number(three)
    three.wave()
    person = three.houses[A].people[0]
    _claim(three.houses[B], person, "2026-11-01")
    one(person, "person")["trang_thai"] = "12"
    three.day = 1

    _in_order(three, (*order, C))

    assert three.states(number) == {A: "ended", B: "live"}
    assert "XO001" not in {rule for rule, _ in three.findings(A) + three.findings(B)}
    assert three.one("SELECT count(*) FROM quality.conflict_case") == 0
    assert _live(three) == {A: 1, B: 3, C: 2}


def test_a_case_closes_when_one_side_goes(three: Village) -> None:
    number = _same_number(three)
    three.wave()
    _claim(three.houses[B], three.houses[A].people[0], "2020-01-01")
    three.wave()
    three.houses[A].people.pop(0)

    three.wave()

    assert three.states(number) == {A: "absent", B: "live"}
    assert three.rows("SELECT state FROM quality.conflict_case") == [("closed",)]
    assert _live(three) == {A: 1, B: 3, C: 2}

    three.wave()  # the question has no other party any more

    assert "XO001" not in {rule for rule, _ in three.findings(B)}


def test_a_side_that_stays_alone_after_equal_days_holds(three: Village) -> None:
    number = _same_number(three)
    _starts(three.houses[A].people[0], "2015-01-01")
    _claim(three.houses[B], three.houses[A].people[0], "2015-01-01")
    three.wave()
    three.houses[B].people.pop()

    three.wave()

    assert three.states(number) == {A: "live", B: "absent"}
    assert _live(three) == {A: 2, B: 2, C: 2}
    assert three.rows(
        "SELECT count(*) FROM ledger.entry WHERE landing_sha256 <> register_sha256"
    ) == [(0,)]


def _live(village: Village) -> dict[str, int]:
    """Live people by the register; the ledger's chain must end at the same number."""
    counted = dict(
        village.rows(
            "SELECT unit_code, count(*) FILTER (WHERE state = 'live') FROM register.dossier"
            " GROUP BY unit_code"
        )
    )
    booked = dict(
        village.rows(
            "SELECT DISTINCT ON (unit_code) unit_code, live_after FROM ledger.entry"
            " WHERE live_after IS NOT NULL ORDER BY unit_code, entry_id DESC"
        )
    )
    assert booked == counted
    return counted


def test_an_entry_that_does_not_go_on_where_the_last_one_ended_is_refused(
    three: Village,
) -> None:
    three.wave()

    with pytest.raises(DatabaseRefusedError, match="live_goes_on"):
        _append(three, A, 1, 1)

    _append(three, A, 2, 1)
    assert three.one("SELECT max(live_after) FROM ledger.entry WHERE unit_code = 'H26'") == 3


def test_an_entry_whose_sums_are_wrong_is_refused(three: Village) -> None:
    three.wave()
    with (
        pytest.raises(DatabaseRefusedError, match="live_adds_up"),
        three.db.transaction() as conn,
    ):
        conn.execute(
            text(
                "INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of,"
                " live_before, entered, left_count, live_after)"
                " VALUES ('H26', 'x', 'x', now(), now(), 2, 1, 0, 2)"
            )
        )
    with (
        pytest.raises(DatabaseRefusedError, match="classes_add_up"),
        three.db.transaction() as conn,
    ):
        conn.execute(
            text(
                "INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of,"
                " received, unreadable, duplicate, quarantined, waiting, added, changed,"
                " unchanged, live_before, entered, left_count, live_after, stale)"
                " VALUES ('H26', 'snapshot_admitted', 'x', now(), now(), 3,"
                " 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 2, 0)"
            )
        )
