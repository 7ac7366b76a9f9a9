"""What happens seldom, in an order nobody planned: no claim lost, no question left wrong."""

from copy import deepcopy
from datetime import date
from itertools import permutations

import pytest

from sync.demo.people import one
from sync.services.hold import reject_snapshot, release_snapshot
from sync.services.registry import register_sources
from sync.services.status import build_status
from sync.settings import get_settings
from tests.services.test_settle import _claim, _forget, _in_order, _starts
from tests.services.village import A, B, C, Village

WHY = "Agreed by telephone with the head of personnel."
MANY = 53


@pytest.mark.parametrize("batch", ["1", "100000"])
def test_a_claim_is_seen_across_batches_of_reading(
    village: Village, monkeypatch: pytest.MonkeyPatch, batch: str
) -> None:
    monkeypatch.setenv("CBCCVC_READ_BATCH_DOCUMENTS", batch)
    get_settings.cache_clear()
    for unit_code in (A, B, C):
        village.add(unit_code, 2)
    _starts(village.houses[A].people[0], "2015-01-01")
    number = _claim(village.houses[B], village.houses[A].people[0], "2012-03-01")

    seen = []
    for order in permutations((A, B, C)):
        _in_order(village, order)
        seen.append(village.states(number))
        assert ("XO001", "case") in village.findings(A)
        assert ("XO001", "case") in village.findings(B)
        _forget(village)

    assert all(states == {A: "waiting", B: "live"} for states in seen)


@pytest.mark.parametrize("order", list(permutations((A, B))), ids=str)
def test_a_secondment_is_held_at_home_and_is_no_dispute(
    village: Village, order: tuple[str, ...]
) -> None:
    for unit_code in (A, B):
        village.add(unit_code, 2)
    number = _claim(village.houses[B], village.houses[A].people[0], "2012-03-01")
    village.houses[A].main(0)["trang_thai"] = "01"

    _in_order(village, order)

    assert village.states(number) == {A: "live", B: "waiting"}
    assert village.one("SELECT count(*) FROM quality.conflict_case") == 0
    assert "XO001" not in {rule for rule, _ in village.findings(A) + village.findings(B)}


def test_a_release_passes_only_the_brake_it_was_shown(village: Village) -> None:
    house = village.add(A, MANY)
    village.wave()
    house.announced = MANY + 1
    village.wave()
    snapshot_id = village.newest(A)[0]
    words = {"actor": "Mai", "reason": WHY, "db": village.db, "clock": village.clock}

    release_snapshot(snapshot_id, **words)
    del house.people[2:]
    house.announced = 3
    village.wave()
    first = village.word(A)
    live_between = village.counts(A)["live_after"]
    second = village.release(village.newest(A)[0])

    assert first == (  # one record too few is accepted; nobody had seen that 51 are gone
        "held",
        "The delivery lacks 51 of 53 live people (limit 50); on hold.",
    )
    assert live_between == MANY
    assert second["outcome"] == "admitted"
    assert village.counts(A)["live_after"] == 2
    assert village.rows(
        "SELECT outcome, live_after FROM facts.unit_wave WHERE unit_code = :u"
        " ORDER BY started_at DESC LIMIT 1",
        u=A,
    ) == [("admitted", 2)]


@pytest.mark.parametrize("is_bad_first", [False, True])
def test_an_answer_that_was_returned_leaves_no_wrong_question(
    village: Village, is_bad_first: bool
) -> None:
    house = village.add(A, MANY)
    good = house.main(0)["so_dinh_danh"]
    says = ["12345", good] if is_bad_first else [good, "12345"]
    house.main(0)["so_dinh_danh"] = says[0]
    village.wave()
    before = village.findings(A)
    everybody = deepcopy(house.people)
    house.main(0)["so_dinh_danh"] = says[1]
    house.people = house.people[:1] + house.people[52:]
    village.wave()
    held = village.newest(A)
    reject_snapshot(held[0], actor="Mai", reason=WHY, db=village.db, clock=village.clock)
    house.people = everybody

    village.wave()

    assert held[1] == "held"
    assert ("ID001b", "block") in before or not is_bad_first
    assert village.findings(A) == before
    assert village.counts(A)["quarantined"] == int(is_bad_first)


def test_a_person_who_comes_back_under_a_new_key_is_not_their_own_double(
    village: Village,
) -> None:
    house = village.add(A, 3)
    village.wave()
    back = deepcopy(house.people[0])
    one(back, "person")["so_hieu_bndp"] = f"{A}-900001"
    house.people[0] = back

    village.wave()

    assert village.counts(A)["quarantined"] == 0
    assert village.counts(A)["live_after"] == 3
    assert "XO002" not in {rule for rule, _ in village.findings(A)}


def test_a_corrected_number_keeps_its_servant(village: Village) -> None:
    house = village.add(A, 3)
    village.wave()
    servants = village.rows("SELECT DISTINCT servant_id FROM register.dossier ORDER BY 1")
    number = house.main(0)["so_dinh_danh"]
    corrected = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    house.main(0)["so_dinh_danh"] = house.main(0)["ma_ho_so"] = corrected

    village.wave()

    assert (
        village.rows("SELECT DISTINCT servant_id FROM register.dossier ORDER BY 1") == servants
    )
    assert village.one("SELECT count(*) FROM register.servant") == 3
    assert village.one(
        "SELECT count(*) FROM register.identity_alias WHERE identity_number = :n"
        " AND until IS NOT NULL",
        n=number,
    )


def test_a_past_day_stays_what_it_was_when_a_source_ends(village: Village) -> None:
    village.add(A, 3)
    village.wave()
    today = date(2026, 11, 23)
    before = build_status(today, db=village.db, clock=village.clock)
    village.day = 5
    with village.db.transaction() as conn:
        conn.exec_driver_sql(
            "UPDATE registry.source SET valid_on = daterange(NULL, '2026-11-25')"
        )

    after = build_status(today, db=village.db, clock=village.clock)
    now = build_status(db=village.db, clock=village.clock)

    assert after == before
    levels = {unit["unit_code"]: unit["level"] for unit in now["units"]}
    assert levels[A] == 0


def test_a_stewards_new_figure_ends_the_one_before(village: Village) -> None:
    village.add(A, 3)
    for day, figure in ((date(2026, 6, 1), 99), (date(2026, 6, 1), 98), (date(2026, 8, 1), 98)):
        register_sources([], {A: figure}, valid_from=day, stated_by="s", db=village.db)

    assert village.rows(
        "SELECT lower(valid_on), headcount FROM registry.expected_headcount ORDER BY 1"
    ) == [(date(2026, 1, 1), 3), (date(2026, 6, 1), 98)]
