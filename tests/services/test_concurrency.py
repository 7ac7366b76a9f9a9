"""Waves at the same time, and what changes between one step and the next."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from sync.services import admit, check, pull, read, settle, wave
from sync.services.sync import run_wave
from sync.settings import get_settings
from sync.store import staging
from sync.store.credentials import ensure_password
from tests.conftest import Urls
from tests.services.test_settle import UNITS, _claim, _in_order, _live, _same_number, _starts
from tests.services.village import A, B, Village
from tests.sources import servers

PEOPLE = 12
LATER = servers.Reply(b"{}", 503)


@pytest.fixture
def three(village: Village) -> Village:
    """Three units; one person is claimed by two of them, and the second began earlier."""
    for unit_code in UNITS:
        village.add(unit_code, PEOPLE)
    person = village.houses[A].people[0]
    _starts(person, "2015-01-01")
    _claim(village.houses[B], person, "2012-03-01")
    return village


def _at_once(village: Village, *runs: Callable[[], Any]) -> list[BaseException]:
    """Run all at the same time; what any of them raised."""
    village.open()
    failed: list[BaseException] = []
    ready = threading.Barrier(len(runs))

    def guarded(run: Callable[[], Any]) -> None:
        ready.wait()
        try:
            run()
        except BaseException as error:  # noqa: BLE001 - the test looks at each
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def _wave(village: Village, unit_code: str | None = None) -> Callable[[], Any]:
    return lambda: run_wave(unit_code=unit_code, db=village.db, clock=village.clock)


def _expected(village: Village) -> list[Any]:
    """Who holds whom after one wave alone, by hand."""
    number = _same_number(village)
    return [
        (unit_code, "waiting" if (unit_code, own) == (A, number) else "live", own)
        for unit_code in UNITS
        for own in sorted(
            person["person"]["so_dinh_danh"]  # type: ignore[call-overload]  # a single group
            for person in village.houses[unit_code].people
        )
    ]


def _held(village: Village) -> list[Any]:
    return village.rows(
        "SELECT d.unit_code, d.state, a.identity_number FROM register.dossier AS d"
        " JOIN register.identity_alias AS a USING (servant_id) ORDER BY 1, 3"
    )


def _versions(village: Village) -> int:
    return int(village.one("SELECT count(*) FROM register.dossier_version"))


def test_two_whole_waves_at_once_leave_what_one_would(three: Village) -> None:
    expected = _expected(three)

    failed = _at_once(three, _wave(three), _wave(three))

    assert failed == []
    assert _held(three) == expected
    assert _versions(three) == 3 * PEOPLE + 1
    assert _live(three) == {A: PEOPLE - 1, B: PEOPLE + 1, UNITS[2]: PEOPLE}
    again = three.wave()
    assert sum(each["added"] + each["changed"] for each in again["admitted"]) == 0
    assert _held(three) == expected


def test_a_wave_beside_one_unit_leaves_what_one_would(three: Village) -> None:
    expected = _expected(three)

    failed = _at_once(three, _wave(three), _wave(three, UNITS[2]), _wave(three, UNITS[2]))

    assert failed == []
    assert _held(three) == expected
    assert _versions(three) == 3 * PEOPLE + 1
    assert three.one("SELECT count(*) FROM landing.snapshot WHERE state = 'sealed'") == 0


def test_the_command_twice_at_once(three: Village, urls: Urls) -> None:
    three.open()
    ensure_password(get_settings().secrets, "value_key")
    template = urls("sync_writer").replace("//sync_writer", "//{role}", 1)
    environment = os.environ | {  # noqa: TID251 - what a child process gets
        "CBCCVC_DATABASE_URL": template
    }
    command = [sys.executable, "-m", "sync.cli", "sync"]
    both = [
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]

    assert [process.returncode for process in both] == [0, 0], said
    assert _held(three) == _expected(three)
    assert _versions(three) == 3 * PEOPLE + 1


def test_a_slow_unit_keeps_no_other_of_its_product_waiting(three: Village) -> None:
    sealed = "SELECT count(*) FROM landing.snapshot WHERE unit_code = :unit_code"
    seen: list[bool] = []
    usual = three.houses[A].usual_talk()

    def slow(request: servers.Request) -> servers.Reply:
        for _ in range(50):  # five seconds at most
            if three.one(sealed, unit_code=B):
                break
            time.sleep(0.1)
        seen.append(three.one(sealed, unit_code=B) == 1)
        return usual(request)

    three.houses[A].talk = slow
    three.wave()

    assert seen
    assert all(seen)


def _tools(village: Village) -> dict[str, Any]:
    return {"db": village.db, "clock": village.clock}


def _pulled(village: Village, key: str) -> None:
    for unit_code in wave.list_due_units(key, **_tools(village)):
        pull.pull_unit(unit_code, key, **_tools(village))


def test_who_is_admitted_by_a_neighbour_wave_stays_admitted(three: Village) -> None:
    three.open()
    _pulled(three, "first")

    three.wave()  # pulls again: the answers of the first wave give way

    assert wave.count_outcomes("first", db=three.db) == {"superseded": 3}
    for verb in (read.read_sealed_snapshots, check.check_read_snapshots):
        verb("first", **_tools(three))
    assert _versions(three) == 3 * PEOPLE + 1


def test_nobody_is_decided_over_an_answer_that_is_still_coming(three: Village) -> None:
    number = _same_number(three)
    three.open()
    _pulled(three, "first")
    read.read_sealed_snapshots("first", **_tools(three))
    pull.pull_unit(B, "first", **_tools(three))  # as a second wave would: B's first gives way
    for snapshot in check.check_read_snapshots("first", **_tools(three)):
        admit.admit_snapshot(int(snapshot["snapshot_id"]), **_tools(three))

    settle.settle_claims("first", **_tools(three))
    assert three.states(number) == {A: "waiting"}

    _in_order(three, UNITS)
    assert three.states(number) == {A: "waiting", B: "live"}


def _checked(village: Village, key: str) -> list[int]:
    village.open()
    _pulled(village, key)
    read.read_sealed_snapshots(key, **_tools(village))
    ready = check.check_read_snapshots(key, **_tools(village))
    return [int(snapshot["snapshot_id"]) for snapshot in ready]


def _source_is_down(village: Village) -> None:
    for house in village.houses.values():
        house.talk = lambda _: LATER


def _admit_all(village: Village, snapshot_ids: list[int]) -> set[Any]:
    return {admit.admit_snapshot(each, **_tools(village))["outcome"] for each in snapshot_ids}


def _execute(village: Village, statement: str) -> None:
    with village.db.transaction() as conn:
        conn.execute(text(statement))


def test_a_basis_that_changed_after_the_check_puts_the_answer_back(three: Village) -> None:
    ready = _checked(three, "first")
    _execute(
        three, "UPDATE registry.code SET name_en = name_en || '.' WHERE list_name = 'genders'"
    )

    assert _admit_all(three, ready) == {"stale"}
    assert _versions(three) == 0
    with pytest.raises(wave.IncompleteWaveError):
        wave.raise_if_incomplete("first", **_tools(three))

    _source_is_down(three)
    three.wave()
    assert {state for _, state in map(three.newest, UNITS)} == {"admitted"}
    assert _live(three)[B] == PEOPLE + 1


def _crash(village: Village) -> None:
    """What a crash of the server does to unlogged tables."""
    names = ", ".join(f"staging.{name}" for name in staging.tables())
    _execute(village, f"TRUNCATE {names}")


def test_staging_lost_before_the_admit_is_not_read_as_nobody(three: Village) -> None:
    three.wave()
    before = three.typed_rows()
    for house in three.houses.values():
        house.main(1)["dien_thoai"] = "0812345678"
    ready = _checked(three, "second")
    _crash(three)

    assert _admit_all(three, ready) == {"stale"}
    assert three.typed_rows() == before

    three.wave()
    assert three.counts(A)["changed"] == 1
    assert three.counts(A)["left_count"] == 0


def test_staging_lost_before_the_check_is_read_again(three: Village) -> None:
    three.open()
    _pulled(three, "first")
    staged = read.read_sealed_snapshots("first", **_tools(three))
    _crash(three)

    ready = check.check_read_snapshots("first", **_tools(three))

    assert staged == 3 * PEOPLE + 1
    assert _admit_all(three, [int(each["snapshot_id"]) for each in ready]) == {"admitted"}
    assert _versions(three) == staged


def test_admitting_twice_is_admitting_once(three: Village) -> None:
    ready = _checked(three, "first")
    assert _admit_all(three, ready) == {"admitted"}
    before, entries = three.typed_rows(), three.one("SELECT count(*) FROM ledger.entry")

    assert _admit_all(three, ready) == {"gone"}

    assert three.typed_rows() == before
    assert three.one("SELECT count(*) FROM ledger.entry") == entries
