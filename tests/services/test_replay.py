"""A replay reads kept documents again: the same state once, new findings, and no new proof."""

import json
import shutil
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from sync.demo.people import one
from sync.model.errors import ConfigurationError, NotFoundError, SyncError
from sync.services.context import expectations_dir
from sync.services.hold import reject_snapshot, release_snapshot
from sync.services.probe import probe_unit
from sync.services.replay import Order, open_replay, replay
from sync.services.status import build_status
from sync.services.sync import finish_snapshot
from sync.settings import get_settings
from sync.store.locks import lock_pull
from tests.services.test_settle import _claim, _starts
from tests.services.village import A, B, Village
from tests.sources import servers

WHY = "The delivery of Tuesday came from the school's test system."


def _replay(village: Village, target: str, reason: str = WHY) -> dict[str, int | str]:
    return replay(Order(target, "Mai", reason), db=village.db, clock=village.clock)


def _refusal(village: Village, target: str, reason: str = WHY) -> str:
    """What the operator is told; and that nothing was written."""
    count = (
        "SELECT (SELECT count(*) FROM landing.snapshot), (SELECT count(*) FROM landing.wave)"
    )
    before = village.rows(count), village.one("SELECT count(*) FROM ledger.entry")
    with pytest.raises(SyncError) as refused:
        open_replay(Order(target, "Mai", reason), "w", db=village.db, clock=village.clock)
    assert before == (village.rows(count), village.one("SELECT count(*) FROM ledger.entry"))
    return str(refused.value)


def _unit(village: Village, unit_code: str) -> dict[str, Any]:
    found = build_status(db=village.db, clock=village.clock)
    return next(unit for unit in found["units"] if unit["unit_code"] == unit_code)


def _standing(village: Village) -> dict[str, list[Any]]:
    """The register without its history, which only grows."""
    growing = ("dossier_version", "servant", "identity_alias")
    return {name: rows for name, rows in village.typed_rows().items() if name not in growing}


@pytest.fixture
def odd(village: Village) -> Village:
    """Two units with something of everything: blocked, stale, repeated, contested."""
    a, b = village.add(A, 12), village.add(B, 6)
    _starts(a.people[0], "2015-01-01")
    _claim(b, a.people[0], "2012-03-01")
    village.wave()
    a.main(1)["so_dinh_danh"] = "12345"  # its last good version stays
    a.raw[2] = lambda _: b'{"so_hieu": '
    a.more = [a.document(a.people[3])]
    other = deepcopy(a.people[4])
    one(other, "person")["noi_sinh"] = "01"
    a.more.append(a.document(other))
    a.main(5)["trang_thai"] = "10"
    village.wave()
    return village


def test_replaying_the_present_answer_twice_changes_nothing(odd: Village) -> None:
    before, findings = odd.typed_rows(), odd.findings(A)
    present, counts = odd.newest(A)[0], odd.counts(A)

    first = _replay(odd, A)
    once = odd.counts(A)
    second = _replay(odd, str(present))

    unchanged = counts["added"] + counts["changed"] + counts["unchanged"]
    assert (first["outcome"], second["outcome"]) == ("admitted", "admitted")
    assert odd.typed_rows() == before
    assert odd.findings(A) == findings
    assert once == odd.counts(A)
    assert (once["added"], once["changed"], once["unchanged"]) == (0, 0, unchanged)
    same = ("received", "unreadable", "duplicate", "quarantined", "waiting", "live_after")
    assert {name: once[name] for name in same} == {name: counts[name] for name in same}


def test_a_replay_reads_every_record_again(odd: Village) -> None:
    staged = "SELECT staged_count FROM landing.snapshot ORDER BY snapshot_id DESC LIMIT 1"
    records = odd.one("SELECT count(*) FROM landing.present WHERE unit_code = :u", u=A)

    _replay(odd, A)

    assert odd.one(staged) == records


def test_a_replay_is_a_new_snapshot_with_the_totals_and_times_of_the_old_one(
    odd: Village,
) -> None:
    original = odd.newest(A)[0]
    odd.day = 1

    made = _replay(odd, A)["snapshot_id"]

    taken = (
        "unit_code, source_code, announced_count, received_count, page_count, pages_sha256,"
        " key_list_sha256, profile_sha256, pulled_at, sealed_at, is_complete"
    )
    same = f"SELECT {taken} FROM landing.snapshot WHERE snapshot_id = :id"  # noqa: S608 - names above
    assert odd.rows(same, id=made) == odd.rows(same, id=original)
    news = "SELECT replay_of, seq, as_of FROM landing.snapshot WHERE snapshot_id = :id"
    seq = odd.rows(news, id=original)[0][1]
    assert odd.rows(news, id=made) == [(original, seq + 1, date(2026, 11, 24))]
    entries = (
        "SELECT record_id, document_id, entry_count FROM landing.snapshot_entry"
        " WHERE snapshot_id = :id ORDER BY 1, 2"
    )
    assert odd.rows(entries, id=made) == odd.rows(entries, id=original)


def test_who_replayed_what_and_why_stands_in_the_ledger(odd: Village) -> None:
    original = odd.newest(A)[0]

    made = _replay(odd, A)["snapshot_id"]

    entries = odd.rows(
        "SELECT action, actor, figures FROM ledger.entry WHERE snapshot_id = :id"
        " ORDER BY entry_id",
        id=made,
    )
    assert [entry[0] for entry in entries] == ["snapshot_replayed", "snapshot_admitted"]
    assert entries[0][1:] == ("Mai", {"replay_of": original, "reason": WHY})
    assert odd.rows("SELECT trigger FROM landing.wave ORDER BY started_at DESC LIMIT 1") == [
        ("replay",)
    ]


def test_a_replay_does_not_prove_that_the_source_can_be_reached(village: Village) -> None:
    village.add(A, 4)
    village.wave()
    reached = _unit(village, A)["last_success_at"]
    village.day = 2

    result = _replay(village, A)

    unit = _unit(village, A)
    assert result["outcome"] == "admitted"
    assert unit["level"] == 0
    assert unit["last_success_at"] == reached


def test_a_replay_does_not_prove_that_the_answer_is_fresh(village: Village) -> None:
    village.add(A, 4)
    village.wave()
    village.day = 4
    village.open()
    assert probe_unit(A, db=village.db, clock=village.clock)

    _replay(village, A)
    _replay(village, A)  # nor does a replay of a replay

    unit = _unit(village, A)
    assert unit["level"] == 1
    assert "72" in unit["reason"]
    assert village.one("SELECT level FROM facts.unit_day WHERE unit_code = :u AND as_of ="
                       " '2026-11-27'", u=A) == 1  # fmt: skip


def test_a_held_total_that_is_replayed_proves_nothing_either(village: Village) -> None:
    house = village.add(A, 4)
    house.announced = 5
    village.wave()
    reached = _unit(village, A)["last_success_at"]
    village.day = 1

    _replay(village, str(village.newest(A)[0]))

    assert _unit(village, A)["last_success_at"] == reached


def test_what_was_proved_before_a_replay_is_proved_after_it(village: Village) -> None:
    village.add(A, 4)
    village.wave()
    before = _unit(village, A)

    _replay(village, A)

    assert before["level"] == 3
    assert _unit(village, A) == before


def test_a_replay_after_a_rule_was_changed_brings_the_new_findings(
    village: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.add(A, 4)
    village.wave()
    before = village.findings(A)
    suites = Path(shutil.copytree(expectations_dir(), tmp_path / "suites"))
    monkeypatch.setenv("CBCCVC_EXPECTATIONS_DIR", str(suites))
    get_settings.cache_clear()
    _ask_for_a_longer_name(suites / "servant.json")

    _replay(village, A)

    found = village.findings(A)
    assert [item for item in found if item not in before] == [("TRY001", "ask")] * 4
    assert village.counts(A)["unchanged"] == 4


def _ask_for_a_longer_name(path: Path) -> None:
    suite = json.loads(path.read_text(encoding="utf-8"))
    like = next(
        each
        for each in suite["expectations"]
        if each["type"] == "expect_column_values_to_match_regex"
    )
    rule = deepcopy(like)
    rule["kwargs"] |= {"column": "ho_va_ten", "regex": "^.{200,}$"}
    rule["meta"] |= {"rule": "TRY001", "field": "ho_va_ten", "effect": "ask"}
    rule["meta"].pop("cause", None)
    rule["severity"] = "warning"
    suite["expectations"].append(rule)
    path.write_text(json.dumps(suite, ensure_ascii=False), encoding="utf-8")


def test_a_replay_of_an_older_answer_brings_its_state_back(village: Village) -> None:
    house = village.add(A, 8)
    village.wave()
    good, before = village.newest(A)[0], _standing(village)
    for person in house.people:
        one(person, "person")["ho_va_ten"] = "Thử Nghiệm"
    del house.people[5:]
    village.day = 1
    village.wave()
    assert _standing(village) != before

    result = _replay(village, str(good))

    assert (result["outcome"], result["added"], result["changed"]) == ("admitted", 3, 5)
    assert _standing(village) == before
    assert village.counts(A)["live_after"] == 8
    assert _unit(village, A)["level"] == 3


def test_an_earlier_state_comes_back_only_with_a_reason(village: Village) -> None:
    house = village.add(A, 3)
    village.wave()
    first = village.newest(A)[0]
    house.main(0)["ho_va_ten"] = "Thử Nghiệm"
    village.wave()
    second = village.newest(A)[0]

    assert _refusal(village, str(first), "  ") == (
        f"Snapshot {second} was admitted after {first}, so replaying {first} brings an earlier"
        " state back: say in one sentence why, with --reason."
    )
    assert _replay(village, str(second), "")["outcome"] == "admitted"


def test_a_brake_holds_a_replay_and_a_release_lets_it_through(village: Village) -> None:
    house = village.add(A, 2)
    village.wave()
    small = village.newest(A)[0]
    house.people += village.others(A, 2, 51)
    village.wave()
    _let_through(village, village.newest(A)[0])  # so many new people are held too
    before = village.typed_rows()

    held = _replay(village, str(small))

    assert held["outcome"] == "held"
    assert village.typed_rows() == before
    _let_through(village, int(held["snapshot_id"]))
    assert village.counts(A)["live_after"] == 2


def _let_through(village: Village, number: int) -> None:
    release_snapshot(number, actor="Mai", reason=WHY, db=village.db, clock=village.clock)
    assert finish_snapshot(number, db=village.db, clock=village.clock)["outcome"] == "admitted"


def test_the_next_wave_goes_on_from_a_replay(odd: Village) -> None:
    before = odd.typed_rows()
    _replay(odd, A)

    odd.wave()

    assert odd.newest(A)[1] == "admitted"
    assert odd.typed_rows() == before


def test_a_task_that_is_cleared_opens_no_second_replay(village: Village) -> None:
    village.add(A, 3)
    village.wave()
    order = Order(A, "Mai", WHY)

    first = open_replay(order, "replay w", db=village.db, clock=village.clock)
    again = open_replay(order, "replay w", db=village.db, clock=village.clock)

    assert first == again == village.newest(A)[0]


def _held(village: Village) -> int:
    """An answer of nobody after a good one; it is held."""
    house = village.add(A, 3)
    village.wave()
    house.people.clear()
    village.wave()
    number, state = village.newest(A)
    assert state == "held"
    return number


def test_a_newer_answer_must_be_decided_first_or_replayed_itself(village: Village) -> None:
    held = _held(village)
    good = held - 1

    assert _refusal(village, str(good)) == (
        f"A newer answer of unit {A} is under way (snapshot {held}, held): let its wave finish,"
        f" release or reject it first, or replay {held} instead of {good}."
    )
    assert _replay(village, A)["outcome"] == "held"
    assert village.one("SELECT state FROM landing.snapshot WHERE snapshot_id = :i", i=held) == (
        "superseded"
    )


def test_a_returned_answer_is_replayed_only_by_its_number(village: Village) -> None:
    held = _held(village)
    reject_snapshot(held, actor="Mai", reason=WHY, db=village.db, clock=village.clock)

    by_unit = _replay(village, A)
    by_number = _replay(village, str(held))

    assert (by_unit["outcome"], by_unit["unchanged"]) == ("admitted", 3)
    assert by_number["outcome"] == "held"


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("99", "There is no snapshot 99: list them with cbccvc snapshot list."),
        ("H99", "There is no unit H99: list them with cbccvc status."),
        (B, f"Unit {B} has no active source: add one to the registry."),
        (A, f"Unit {A} has no answer whose documents are kept: ask its source with cbccvc sync"
            f" --unit {A}."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_in_one_sentence(
    village: Village, target: str, says: str
) -> None:
    village.add(A, 1)

    assert _refusal(village, target) == says


@pytest.mark.parametrize("typed", ["001085000451", "Nguyễn Văn An", "", "1; 2", "h26"])
def test_what_is_no_target_is_refused_and_not_repeated(village: Village, typed: str) -> None:
    told = _refusal(village, typed)

    assert told.startswith("Name a snapshot by its number or a unit by its code")
    assert not typed or typed not in told


def test_a_unit_that_is_closed_today_is_not_replayed(village: Village) -> None:
    village.add(A, 2)
    village.wave()
    with village.db.transaction() as conn:
        conn.execute(
            text("UPDATE registry.unit SET valid_on = daterange(NULL, '2026-11-23')"
                 " WHERE unit_code = :u"), {"u": A},
        )  # fmt: skip

    says = f"Unit {A} is closed today: replay an answer of the unit that follows it."
    assert _refusal(village, A) == says
    assert _refusal(village, str(village.newest(A)[0])) == says


def test_an_answer_of_a_source_that_was_given_up_is_not_replayed(village: Village) -> None:
    village.add(A, 2)
    village.wave()
    with village.db.transaction() as conn:
        conn.execute(text("UPDATE registry.source SET source_code = 'H26-NEW'"))

    assert "which unit H26 has given up: replay an answer of H26-NEW" in _refusal(
        village, str(village.newest(A)[0])
    )


@pytest.mark.parametrize("state", ["failed", "superseded"])
def test_an_answer_of_which_nothing_was_kept_is_not_replayed(
    village: Village, state: str
) -> None:
    village.add(A, 2)
    village.wave()
    number = village.newest(A)[0]
    with village.db.transaction() as conn:
        conn.execute(text("DELETE FROM landing.snapshot_entry"))
        conn.execute(text("UPDATE landing.snapshot SET state = :s"), {"s": state})

    assert _refusal(village, str(number)) == (
        f"Nothing was kept of snapshot {number} ({state}): ask the source again with cbccvc"
        f" sync --unit {A}."
    )


def test_a_snapshot_that_failed_with_its_documents_kept_is_replayed(village: Village) -> None:
    house = village.add(A, 2)
    village.wave()
    house.main(0)["ho_va_ten"] = "Nguyễn Thị Sửa"
    village.wave()
    number = village.newest(A)[0]
    with village.db.transaction() as conn:
        conn.execute(text("UPDATE landing.snapshot SET state = 'failed' WHERE seq = 2"))

    assert _replay(village, A)["outcome"] == "admitted"
    assert village.one("SELECT max(replay_of) FROM landing.snapshot") == number


def test_while_a_unit_is_being_pulled_it_is_not_replayed(village: Village) -> None:
    village.add(A, 2)
    village.wave()
    with village.db.transaction() as conn:
        lock_pull(conn, A)

        assert _refusal(village, A) == (
            f"Unit {A} is being asked or tidied just now: try again when that is over."
        )


def test_a_replay_asks_no_source(village: Village) -> None:
    house = village.add(A, 2)
    village.wave()

    def refuse(_: servers.Request) -> servers.Reply:
        raise AssertionError("asked")

    house.talk = refuse
    village.open()

    assert _replay(village, A)["outcome"] == "admitted"


def test_the_kinds_of_refusal_tell_who_must_act(village: Village) -> None:
    village.add(A, 1)
    village.wave()
    number = village.newest(A)[0]
    village.wave()

    with pytest.raises(NotFoundError):
        _replay(village, "99")
    with pytest.raises(ConfigurationError):
        _replay(village, str(number), "")
