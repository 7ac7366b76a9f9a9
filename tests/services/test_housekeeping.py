"""What is old and unreferenced goes; what is present, open or behind a dossier never does."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from sync.demo.people import one
from sync.model.errors import SyncError
from sync.model.source import ProbeResult
from sync.services.hold import reject_snapshot
from sync.services.housekeeping import list_units, tidy, tidy_unit
from sync.services.pull import pull_unit
from sync.services.replay import Order, replay
from sync.services.status import build_status
from sync.services.wave import list_due_units
from sync.settings import get_settings
from sync.store import registry
from sync.store.locks import lock_pull
from tests.services.village import A, B, House, Village
from tests.sources import servers

WHY = "Rehearsed in a test."
TODAY = date(2026, 11, 23)
KEPT = "SELECT count(*) FROM landing.document"
OF_NO_UNIT = ("steps", "waves", "drafts", "staged")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, village: Village) -> Village:
    """A village whose past is kept for two days only, three rows at a time."""
    for name, days in (
        ("ANSWERS", 2),
        ("EVERY_ANSWER", 2),
        ("PROBES", 2),
        ("WAVES", 2),
        ("CLOSED_FINDINGS", 2),
    ):
        monkeypatch.setenv(f"CBCCVC_KEEP_{name}_DAYS", str(days))
    monkeypatch.setenv("CBCCVC_HOUSEKEEPING_BATCH_ROWS", "3")
    get_settings.cache_clear()
    return village


def _tidy(village: Village, *, is_dry: bool = False) -> dict[str, int]:
    return tidy(is_dry=is_dry, db=village.db, clock=village.clock)


def _spoil_number(house: House, position: int) -> None:
    house.main(position)["so_dinh_danh"] = "12345"


def _set(village: Village, statement: str, **values: object) -> None:
    with village.db.transaction() as conn:
        conn.execute(text(statement), values)


def _kept(village: Village) -> dict[int, bool]:
    """Snapshot → whether its entries are there."""
    return dict(
        village.rows(
            "SELECT snapshot_id, EXISTS (SELECT FROM landing.snapshot_entry AS e"
            " WHERE e.snapshot_id = s.snapshot_id) FROM landing.snapshot AS s ORDER BY 1"
        )
    )


def test_past_answers_go_and_the_present_one_stays_however_old(short: Village) -> None:
    short.add(A, 3)
    for short.day in (0, 1, 2):
        short.wave()
    short.day = 400

    counts = _tidy(short)

    assert _kept(short) == {1: False, 2: False, 3: True}
    assert (counts["answers"], counts["entries"], counts["documents"]) == (2, 6, 0)


def test_an_open_answer_stays_however_old(short: Village) -> None:
    house = short.add(A, 3)
    short.wave()
    house.announced = 4
    short.wave()
    short.day = 400

    _tidy(short)

    assert short.newest(A)[1] == "held"
    assert _kept(short) == {1: True, 2: True}


def test_of_an_older_day_only_the_last_admitted_answer_stays(
    short: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CBCCVC_KEEP_ANSWERS_DAYS", "100")
    get_settings.cache_clear()
    short.add(A, 2)
    for short.day in (0, 0, 1, 9, 9):
        short.wave()
    short.day = 10

    _tidy(short)

    kept = [number for number, is_there in _kept(short).items() if is_there]
    assert kept == [2, 3, 4, 5]


def test_a_document_that_nobody_refers_to_goes_and_a_dossiers_stays(short: Village) -> None:
    house = short.add(A, 3)
    good = deepcopy(house.people)
    short.wave()
    _spoil_number(house, 0)  # blocked: never behind a dossier
    house.main(1)["ho_va_ten"] = "Nguyễn Thị Sửa"  # admitted: a version for ever
    short.wave()
    house.people = good
    short.wave()
    short.day = 3
    short.wave()
    before = short.one(KEPT)

    counts = _tidy(short)

    assert counts["documents"] == 1
    assert short.one(KEPT) == before - 1 == 4


def test_the_last_good_document_behind_a_stale_dossier_stays(short: Village) -> None:
    house = short.add(A, 2)
    short.wave()
    _spoil_number(house, 0)
    for short.day in (1, 2, 10):
        short.wave()
    assert short.counts(A)["stale"] == 1

    _tidy(short)

    assert short.one(
        "SELECT bool_and(d.document_id IN (SELECT document_id FROM landing.document))"
        " FROM register.dossier AS d"
    )
    assert short.one(KEPT) == 3


def test_differing_documents_of_the_present_answer_all_stay(short: Village) -> None:
    house = short.add(A, 2)
    other = deepcopy(house.people[0])
    one(other, "person")["ho_va_ten"] = "Nguyễn Văn Khác"
    house.more = [house.document(other)]
    short.wave()
    short.day = 400

    assert _tidy(short)["documents"] == 0
    assert short.one(KEPT) == 3


def test_a_document_that_a_later_answer_brings_again_is_kept_again(short: Village) -> None:
    house = short.add(A, 3)
    good = deepcopy(house.people)
    short.wave()
    _spoil_number(house, 0)
    bad = deepcopy(house.people)
    short.wave()
    for short.day, house.people in ((1, good), (9, good)):
        short.wave()
    assert _tidy(short)["documents"] == 1
    house.people = bad

    short.wave()

    counts = short.counts(A)
    assert (counts["received"], counts["quarantined"], counts["stale"]) == (3, 1, 1)


def test_what_was_removed_is_not_replayed(short: Village) -> None:
    short.add(A, 2)
    for short.day in (0, 3):
        short.wave()
    _tidy(short)

    with pytest.raises(SyncError) as refused:
        replay(Order("1", "Mai", WHY), db=short.db, clock=short.clock)

    assert str(refused.value) == (
        "Housekeeping removed the documents of snapshot 1 on 2026-11-26: replay a newer one;"
        " list what is there with cbccvc snapshot list."
    )


def test_while_a_unit_is_being_pulled_its_documents_wait(short: Village) -> None:
    house = short.add(A, 2)
    good = deepcopy(house.people)
    _spoil_number(house, 0)
    short.wave()
    house.people = good
    short.wave()
    short.day = 3
    short.wave()
    with short.db.transaction() as conn:
        lock_pull(conn, A)
        first = _tidy(short)

    second = _tidy(short)

    assert (first["waiting"], first["documents"], first["entries"]) == (1, 0, 4)
    assert (second["waiting"], second["documents"], second["entries"]) == (0, 1, 0)


class _StoppedError(Exception):
    """Somebody pressed Ctrl-C."""


@pytest.mark.parametrize("batches", [1, 2, 3, 5])
def test_broken_off_anywhere_it_goes_on_and_the_ledger_has_the_sum(
    short: Village, batches: int
) -> None:
    house = short.add(A, 5)
    good = deepcopy(house.people)
    for position in range(4):
        _spoil_number(house, position)
    short.wave()
    house.people = good
    short.wave()
    short.day = 5
    short.wave()
    expected = _tidy(short, is_dry=True)
    seen: list[str] = []

    def stop(step: str, done: int, of: int) -> None:
        seen.append(step)
        if len(seen) == batches:
            raise _StoppedError

    with pytest.raises(_StoppedError):
        tidy_unit(A, db=short.db, clock=short.clock, progress=stop)
    _tidy(short)

    told = short.rows("SELECT figures FROM ledger.entry WHERE action = 'housekeeping'")
    of_the_unit = {
        name: count for name, count in expected.items() if count and name not in OF_NO_UNIT
    }
    assert [figures for (figures,) in told] == [of_the_unit]
    assert set(_tidy(short).values()) == {0}
    assert short.one("SELECT count(*) FROM landing.snapshot WHERE emptied_at IS NOT NULL") == 2


def test_the_ledger_has_one_entry_for_a_unit_that_lost_something_and_none_otherwise(
    short: Village,
) -> None:
    short.add(A, 2)
    short.wave()
    short.day = 1
    short.add(B, 2)
    for short.day in (1, 4):
        short.wave(B)

    _tidy(short)
    _tidy(short)

    assert short.rows(
        "SELECT unit_code, actor, figures FROM ledger.entry WHERE action = 'housekeeping'"
        " ORDER BY unit_code"
    ) == [
        (A, "pipeline", {"outcomes": 1}),
        (B, "pipeline", {"answers": 1, "entries": 2, "outcomes": 1}),
    ]


def _probe(village: Village, hour: int, *, is_ok: bool) -> None:
    with village.db.transaction() as conn:
        source = registry.get_source(conn, A, TODAY)
        at = village.clock() + timedelta(hours=hour)
        registry.add_probe(conn, source, at, ProbeResult(is_ok=is_ok, reason="", latency_ms=1))


def test_of_old_probes_each_days_last_good_one_stays_and_past_levels_with_it(
    short: Village,
) -> None:
    short.add(A, 2)
    for short.day in range(5):
        for hour, is_ok in ((-9, True), (0, True), (3, True), (5, False)):
            _probe(short, hour, is_ok=is_ok)
        short.wave()
    short.day = 6
    before = _past(short)

    counts = _tidy(short)

    assert counts["probes"] == 4 * 3
    assert _past(short) == before


def _past(village: Village) -> list[Any]:
    """Every past day computed again."""
    days = [TODAY + timedelta(days=day) for day in range(village.day)]
    return [build_status(day, db=village.db, clock=village.clock) for day in days]


def test_old_waves_go_but_those_that_answers_name_and_what_is_open_stay(
    short: Village,
) -> None:
    house = short.add(A, 2)
    short.wave()
    house.talk = lambda _: servers.Reply(b"{}", 401)
    short.wave()  # nothing came of it
    house.talk, house.announced = None, 3
    short.wave()  # held
    short.day = 9

    counts = _tidy(short)

    names = "SELECT count(*) FROM landing.wave", "SELECT count(*) FROM landing.wave_unit"
    assert (counts["waves"], counts["outcomes"]) == (1, 2)
    assert [short.one(statement) for statement in names] == [2, 1]
    assert short.one("SELECT count(*) FROM facts.unit_wave") == 3


def test_closed_findings_go_and_open_ones_stay(short: Village) -> None:
    house = short.add(A, 2)
    good = deepcopy(house.people)
    _spoil_number(house, 0)
    short.wave()
    house.people = good
    house.main(1)["ngay_sinh"] = "1980-02-31"
    short.wave()
    open_now = short.findings(A)
    short.day = 9

    counts = _tidy(short)

    assert counts["findings"] > 0
    assert short.findings(A) == open_now != []
    assert short.one("SELECT count(*) FROM quality.finding") == len(open_now)


def test_staging_of_answers_that_nobody_will_admit_goes(short: Village) -> None:
    short.add(A, 3)
    short.wave()
    assert short.one("SELECT count(*) FROM staging.document") == 3

    assert _tidy(short, is_dry=True)["staged"] == 3
    assert _tidy(short)["staged"] == 3
    assert short.one("SELECT count(*) FROM staging.document") == 0


def test_staging_that_is_still_to_be_admitted_stays(short: Village) -> None:
    short.add(A, 3)
    short.wave()
    _set(short, "UPDATE landing.snapshot SET state = 'checked'")

    assert _tidy(short)["staged"] == 0
    assert short.one("SELECT count(*) FROM staging.document") == 3


def test_every_unit_that_ever_had_a_source_is_tidied(short: Village) -> None:
    short.add(A, 1)
    short.wave()
    _set(short, "UPDATE registry.source SET unit_code = 'H29'")

    assert list_units(db=short.db) == [A, B]


def test_a_replay_of_an_old_answer_stays_as_long_as_it_is_the_present_one(
    short: Village,
) -> None:
    house = short.add(A, 3)
    short.wave()
    house.main(0)["ho_va_ten"] = "Nguyễn Thị Sửa"
    short.day = 1
    short.wave()
    replay(Order("1", "Mai", WHY), db=short.db, clock=short.clock)
    short.day = 90

    _tidy(short)

    assert _kept(short) == {1: False, 2: False, 3: True}
    before = short.typed_rows()
    replay(Order("3", "Mai", WHY), db=short.db, clock=short.clock)
    assert short.typed_rows() == before


def test_a_returned_answer_goes_with_its_time(short: Village) -> None:
    house = short.add(A, 2)
    short.wave()
    house.people.clear()
    short.wave()
    number = short.newest(A)[0]
    reject_snapshot(number, actor="Mai", reason=WHY, db=short.db, clock=short.clock)
    short.day = 9

    assert _tidy(short)["answers"] == 1
    assert _kept(short) == {1: True, 2: False}


def test_what_is_pulled_between_two_batches_keeps_its_documents(short: Village) -> None:
    house = short.add(A, 5)
    good = deepcopy(house.people)
    for position in range(5):
        _spoil_number(house, position)
    bad = deepcopy(house.people)
    short.wave()
    house.people[:] = deepcopy(good)
    for short.day in (1, 2, 3, 4):
        short.wave()
    short.day = 5

    def pull_once(step: str, done: int, of: int) -> None:
        if "documents" in step and house.people == good:
            house.people[:] = bad  # the very documents that nobody referred to
            short.open()
            list_due_units("race", "test", db=short.db, clock=short.clock)
            pull_unit(A, "race", db=short.db, clock=short.clock)

    tidy_unit(A, db=short.db, clock=short.clock, progress=pull_once)

    assert house.people == bad
    assert (
        short.one(
            "SELECT count(*) FROM landing.snapshot_entry AS e WHERE e.snapshot_id ="
            " (SELECT max(snapshot_id) FROM landing.snapshot) AND NOT EXISTS"
            " (SELECT FROM landing.document AS d WHERE d.document_id = e.document_id)"
        )
        == 0
    )
