"""The next day: what changed is stored and read, nothing else; and people come and go."""

from collections.abc import Callable
from typing import Any

from sync.demo.days import Change
from sync.demo.units import Fault
from tests.services.pretend import Pretend
from tests.services.village import A, Village


def _changes(country: Pretend) -> tuple[int, int, int]:
    """Changed, left and joined overnight, of the units that answer whole."""
    told = country.country
    units = [u for u in told.units if u.fault in (Fault.NONE, Fault.SLOW)]
    kinds = [
        told._change(unit, position)
        for unit in units
        for position in range(unit.size)  # the plan's own word
    ]
    joined = sum(told._size(unit) - unit.size for unit in units)
    return kinds.count(Change.CHANGED), kinds.count(Change.LEFT), joined


def test_only_what_changed_is_stored_staged_and_written(
    pretend: Callable[..., Pretend],
) -> None:
    country = pretend(people=40)
    country.wave()
    documents = country.one("SELECT count(*) FROM landing.document")
    live = country.one("SELECT count(*) FROM register.dossier WHERE state = 'live'")
    country.serve(1)

    result = country.wave()

    changed, left, joined = _changes(country)
    assert changed > 0
    assert left > 0
    assert joined > 0
    total = {
        name: sum(int(each[name]) for each in result["admitted"])
        for name in ("added", "changed", "received", "unchanged")
    }
    stored = country.one("SELECT count(*) FROM landing.document") - documents
    assert (total["added"], total["changed"]) == (joined, changed + left)
    assert stored == joined + changed + left
    assert result["staged"] < stored + total["received"] // 10  # cross-record rules look again
    assert country.one("SELECT count(*) FROM register.dossier WHERE state = 'live'") == (
        live + joined - left
    )


def _with_bad_birth(village: Village) -> dict[str, str]:
    main = village.houses[A].main(1)
    main["ngay_sinh"] = "1980-02-31"
    return main


def _dossier(village: Village, position: int) -> tuple[str, bool]:
    rows: list[Any] = village.rows(
        "SELECT d.state, d.is_stale FROM register.dossier AS d JOIN landing.record AS r"
        " USING (record_id) WHERE r.local_key = :key",
        key=village.houses[A].main(position)["so_hieu_bndp"],
    )
    return rows[0]


def test_a_blocked_change_keeps_the_last_good_version_until_it_is_mended(
    village: Village,
) -> None:
    village.add(A, 3)
    village.wave()
    before = village.typed_rows()
    main = village.houses[A].main(1)
    good = main["ngay_sinh"]
    village.day = 1
    _with_bad_birth(village)
    village.wave()
    assert _dossier(village, 1) == ("live", True)
    assert village.typed_rows() == before
    assert ("CR011a", "block") in village.findings(A)
    assert village.counts(A)["stale"] == 1

    village.day = 2
    village.wave()  # still wrong: the same finding, not a second one
    assert village.one("SELECT count(*) FROM quality.finding WHERE rule_code <> 'TM001'") == 1
    assert village.counts(A)["quarantined"] == 1

    village.day = 3
    main["ngay_sinh"] = good
    main["dien_thoai"] = "0812345678"
    village.wave()
    counts = village.counts(A)
    assert _dossier(village, 1) == ("live", False)
    assert {rule for rule, _ in village.findings(A)} == {"TM001"}  # told without a date
    assert village.one("SELECT count(*) FROM quality.finding WHERE closed_at IS NOT NULL") == 1
    assert (counts["changed"], counts["unchanged"], counts["stale"]) == (1, 2, 0)


def test_a_change_taken_back_is_no_new_version(village: Village) -> None:
    village.add(A, 3)
    village.wave()
    versions = village.one("SELECT count(*) FROM register.dossier_version")
    good = village.houses[A].main(1)["ngay_sinh"]
    _with_bad_birth(village)
    village.wave()
    village.houses[A].main(1)["ngay_sinh"] = good

    village.wave()

    assert _dossier(village, 1) == ("live", False)
    assert village.counts(A)["unchanged"] == 3
    assert village.one("SELECT count(*) FROM register.dossier_version") == versions


def test_who_leaves_and_returns_is_live_again_as_the_same_person(village: Village) -> None:
    house = village.add(A, 3)
    village.wave()
    servants = village.one("SELECT count(*) FROM register.servant")
    gone = house.people.pop()
    key = gone["person"]["so_hieu_bndp"]  # type: ignore[call-overload]  # a single group
    village.day = 1
    village.wave()
    state = "SELECT state FROM register.dossier JOIN landing.record USING (record_id)"
    assert village.one(f"{state} WHERE local_key = :key", key=key) == "absent"
    assert village.counts(A)["left_count"] == 1

    village.day = 2
    house.people.append(gone)
    village.wave()

    counts = village.counts(A)
    assert village.one(f"{state} WHERE local_key = :key", key=key) == "live"
    assert (counts["added"], counts["entered"], counts["live_after"]) == (1, 1, 3)
    assert village.one("SELECT count(*) FROM register.servant") == servants


def test_an_open_question_closes_when_its_record_goes(village: Village) -> None:
    house = village.add(A, 3)
    house.main(2)["dien_thoai"] = "12"
    village.wave()
    assert village.findings(A) == [("ID017a", "ask")]
    house.people.pop()

    village.wave()

    assert village.findings(A) == []
    assert village.one("SELECT count(closed_snapshot_id) FROM quality.finding") == 1
