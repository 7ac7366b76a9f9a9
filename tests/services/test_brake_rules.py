"""Each brake at its limit and one beyond; a held delivery leaves nothing behind."""

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from sync.model.reasons import sentence
from sync.services.show import show_snapshot
from sync.settings import get_settings
from tests.checks.conftest import EXPECTATIONS
from tests.services.village import A, B, Village

MANY = 53
Bend = Callable[[Village, int], None]


@pytest.fixture
def full(village: Village) -> Village:
    """A unit with some more people than any brake needs, once admitted."""
    village.add(A, MANY)
    village.wave()
    return village


def _announce(village: Village, more: int) -> None:
    village.houses[A].announced = MANY + more


def _leave(village: Village, count: int) -> None:
    del village.houses[A].people[MANY - count :]


def _repeat(village: Village, count: int) -> None:
    village.houses[A].more = village.houses[A].documents()[:count]


def _block(village: Village, count: int) -> None:
    for position in range(count):
        village.houses[A].main(position)["so_dinh_danh"] = f"1234{position}"


def _spoil_phones(village: Village, count: int) -> None:
    for position in range(count):
        village.houses[A].main(position)["dien_thoai"] = "112"


def _empty(village: Village, count: int) -> None:
    for position in range(count):
        village.houses[A].main(position).pop("que_quan", None)


BRAKES = [
    ("total_mismatch", _announce, 0, 1, ("54", "53")),
    ("vanished", _leave, 50, 51, ("51", "53")),
    ("volume", _repeat, 50, 51, ("104", "53")),
    ("blocked_share", _block, 19, 20, ("20/53", "0/53")),
    ("rule_share", _spoil_phones, 49, 50, ("50/53", "0/53", "ID017a")),
    ("null_drift", _empty, 19, 20, ("20/53", "0/53", "que_quan")),
]
NAMES = [brake[0] for brake in BRAKES]


@pytest.mark.parametrize(("code", "bend", "most", "more", "numbers"), BRAKES, ids=NAMES)
def test_the_limit_passes_and_one_more_is_held_with_both_numbers(
    full: Village, code: str, bend: Bend, most: int, more: int, numbers: tuple[str, ...]
) -> None:
    bend(full, most)
    full.wave()
    assert full.newest(A)[1] == "admitted"


@pytest.mark.parametrize(("code", "bend", "most", "more", "numbers"), BRAKES, ids=NAMES)
def test_one_beyond_the_limit_is_held_and_leaves_nothing(
    full: Village, code: str, bend: Bend, most: int, more: int, numbers: tuple[str, ...]
) -> None:
    before = (full.typed_rows(), full.findings(A), _standing(full))

    bend(full, more)
    result = full.wave()

    reason, figures = full.rows(
        "SELECT reason_code, figures FROM landing.wave_unit ORDER BY updated_at DESC LIMIT 1"
    )[0]
    assert result["outcomes"] == {"held": 1}
    assert (full.newest(A)[1], reason) == ("held", code)
    for english in (False, True):
        said = sentence(reason, figures, english=english)
        assert [number for number in numbers if number not in said] == []
    assert (full.typed_rows(), full.findings(A), _standing(full)) == before


def _standing(village: Village) -> list[Any]:
    """What a held delivery must leave alone, beside the register."""
    return [
        village.rows(f"SELECT t::text FROM {name} AS t ORDER BY 1")  # noqa: S608 - our own tables
        for name in ("landing.present", "quality.unit_finding", "quality.rule_share")
    ]


@pytest.mark.parametrize("bend", [_spoil_phones, _empty], ids=["rule_share", "null_drift"])
def test_a_first_delivery_has_nothing_to_be_compared_with(village: Village, bend: Bend) -> None:
    village.add(A, MANY)
    bend(village, MANY)

    village.wave()

    assert village.newest(A)[1] == "admitted"


def test_a_first_delivery_that_is_mostly_blocked_is_held(village: Village) -> None:
    village.add(A, MANY)
    _block(village, 20)

    village.wave()

    assert village.newest(A)[1] == "held"
    assert village.findings(A) == []


def test_what_was_so_before_is_not_held_again(full: Village) -> None:
    _spoil_phones(full, 50)
    full.wave()
    full.release(full.newest(A)[0])
    _spoil_phones(full, MANY)

    full.wave()

    assert full.newest(A)[1] == "admitted"
    assert full.findings(A).count(("ID017a", "ask")) == MANY


@pytest.mark.parametrize(
    ("rule", "bend", "figure", "count", "ratio", "state"),
    [
        ("SNP002", _announce, 2, 2, None, "admitted"),
        ("SNP002", _announce, 3, 2, None, "held"),
        ("SNP004", _block, 21, 22, None, "admitted"),
        ("SNP004", _block, 4, 4, 0.05, "held"),
        ("SNP005", _spoil_phones, 51, None, 0.97, "admitted"),
        ("SNP005", _spoil_phones, 20, 10, 0.3, "held"),
        ("XO011", _empty, 5, 5, None, "admitted"),
        ("XO011", _empty, 6, 5, None, "held"),
    ],
)
def test_a_unit_may_have_a_looser_or_stricter_limit(
    full: Village,
    rule: str,
    bend: Bend,
    figure: int,
    count: int | None,
    ratio: float | None,
    state: str,
) -> None:
    full.limit(A, rule, count=count, ratio=ratio)
    bend(full, figure)

    full.wave()

    assert full.newest(A)[1] == state


def test_a_release_passes_a_newer_delivery_within_its_figures_and_holds_a_worse_one(
    full: Village,
) -> None:
    everybody = list(full.houses[A].people)
    _leave(full, 51)
    full.wave()
    first = full.newest(A)[0]
    _release_only(full, first)

    full.houses[A].people = everybody[:1]  # 52 are gone now
    full.wave()
    worse = full.newest(A)
    full.houses[A].people = everybody[:2]  # 51, as was accepted
    full.wave()

    assert worse[1] == "held"
    assert full.newest(A)[1] == "admitted"
    assert full.counts(A)["live_after"] == 2
    assert full.rows(
        "SELECT rule_code, part, part_of, snapshot_id, actor, reason, ended_snapshot_id"
        " FROM quality.release WHERE rule_code = 'XO008'"
    ) == [("XO008", 51, MANY, first, "Mai", "Closed.", full.newest(A)[0])]


def _release_only(village: Village, snapshot_id: int) -> None:
    """The person's word alone: nothing is finished with it yet."""
    from sync.services.hold import release_snapshot

    release_snapshot(
        snapshot_id, actor="Mai", reason="Closed.", db=village.db, clock=village.clock
    )


def test_a_release_ends_with_the_next_admitted_delivery(full: Village) -> None:
    _spoil_phones(full, 50)
    full.wave()
    assert full.release(full.newest(A)[0])["outcome"] == "admitted"
    for position in range(50):
        full.houses[A].main(position)["dien_thoai"] = "0912345678"
    full.wave()
    assert full.newest(A)[1] == "admitted"
    _spoil_phones(full, 50)

    full.wave()

    assert full.newest(A)[1] == "held"


def test_a_release_accepts_its_own_field_and_no_other(full: Village) -> None:
    _empty(full, 20)
    full.wave()
    _release_only(full, full.newest(A)[0])
    for position in range(20):
        full.houses[A].main(position).pop("ton_giao", None)

    full.wave()

    assert full.newest(A)[1] == "held"
    assert "ton_giao" in full.word(A)[1]


def test_several_brakes_at_once_name_the_first_and_show_all(full: Village) -> None:
    _announce(full, 0)
    _leave(full, MANY)

    full.wave()

    snapshot_id = full.newest(A)[0]
    figures = full.one(
        "SELECT figures FROM landing.snapshot WHERE snapshot_id = :i", i=snapshot_id
    )
    assert [figures["rule"], *(each["rule"] for each in figures["also"])] == [
        "SNP002",
        "SNP001",
        "XO008",
        "SNP003",
    ]
    shown = show_snapshot(snapshot_id, db=full.db)
    assert {each["rule_code"] for each in shown["broken"]} >= {"SNP001", "XO008"}
    assert (shown["source_state"]["vanished"], shown["source_state"]["live"]) == (MANY, MANY)
    assert full.release(snapshot_id)["outcome"] == "admitted"


def test_a_good_delivery_after_a_held_one_is_admitted_as_if_nothing_was(full: Village) -> None:
    before = (full.typed_rows(), full.findings(A))
    _empty(full, MANY)
    full.wave()
    held = full.newest(A)[1]
    for position, person in enumerate(full.others(A, 0, MANY)):
        full.houses[A].people[position] = person

    full.wave()

    assert (held, full.newest(A)[1]) == ("held", "admitted")
    assert (full.typed_rows(), full.findings(A)) == before


def test_another_units_delivery_goes_on_beside_a_held_one(full: Village) -> None:
    full.add(B, 3, "hrm_con_tro")
    _leave(full, 51)

    result = full.wave()

    assert result["outcomes"] == {"admitted": 1, "held": 1}
    assert full.counts(B)["live_after"] == 3


def test_the_ledger_says_who_held_and_who_released_with_the_figures(full: Village) -> None:
    _block(full, 20)
    full.wave()
    full.release(full.newest(A)[0])

    rows = full.rows(
        "SELECT action, actor, reason_code, figures FROM ledger.entry WHERE action IN"
        " ('snapshot_held', 'snapshot_released') ORDER BY entry_id"
    )
    assert [row[:3] for row in rows] == [
        ("snapshot_held", "pipeline", "blocked_share"),
        ("snapshot_released", "Mai", "blocked_share"),
    ]
    assert [(row[3]["blocked"], row[3]["present"]) for row in rows] == [(20, MANY)] * 2
    assert "12340" not in json.dumps(rows)


def test_a_new_brake_holds_before_anybody_wrote_it_a_sentence(
    full: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = full.home / "expectations"
    shutil.copytree(EXPECTATIONS, folder)
    path = folder / "snapshot.json"
    content = json.loads(path.read_text("utf-8"))
    rule = next(e for e in content["expectations"] if e["meta"]["rule"] == "XO009")
    rule["kwargs"]["column_list"][:2] = ["women", "people"]
    rule["meta"]["effect"] = "hold"
    path.write_text(json.dumps(content), "utf-8")
    monkeypatch.setenv("CBCCVC_EXPECTATIONS_DIR", str(folder))
    get_settings.cache_clear()

    full.wave()

    assert full.newest(A)[1] == "held"
    assert full.word(A)[1].startswith("The delivery breaks rule XO009 (")
    assert full.release(full.newest(A)[0])["outcome"] == "admitted"


def test_a_unit_that_changed_after_the_check_is_checked_again(full: Village) -> None:
    from sync.services import admit, check, pull, read, wave

    tools: dict[str, Any] = {"db": full.db, "clock": full.clock}
    full.open()
    for unit_code in wave.list_due_units("by hand", **tools):
        pull.pull_unit(unit_code, "by hand", **tools)
    read.read_sealed_snapshots("by hand", **tools)
    (ready,) = check.check_read_snapshots("by hand", **tools)
    with full.db.transaction() as conn:
        conn.exec_driver_sql(
            "UPDATE register.dossier SET state = 'waiting' WHERE record_id ="
            " (SELECT min(record_id) FROM register.dossier)"
        )

    assert admit.admit_snapshot(int(ready["snapshot_id"]), **tools)["outcome"] == "stale"
