"""A question stays the same question until its field is clean, and tells nobody's value."""

from datetime import datetime
from typing import Any

import pytest

from sync.demo.people import many
from sync.services.findings import list_causes, list_findings
from sync.services.replay import Order, replay
from tests.services.village import A, Village

PEOPLE = 8


@pytest.fixture
def unit(village: Village) -> Village:
    """One unit of sound people."""
    village.add(A, PEOPLE)
    return village


def rows(village: Village, rule: str) -> list[Any]:
    """(id, row, since, is open, snapshot that closed it) of a rule's findings, oldest first."""
    return village.rows(
        "SELECT finding_id, row_no, since, closed_at IS NULL, closed_snapshot_id"
        " FROM quality.finding WHERE rule_code = :rule ORDER BY finding_id",
        rule=rule,
    )


def since(village: Village, rule: str) -> datetime:
    """Since when the newest finding of a rule has been asked."""
    return rows(village, rule)[-1][2]


def test_a_finding_seen_again_is_the_same_finding(unit: Village) -> None:
    main = unit.houses[A].main(1)
    main["email"] = "not an address"
    unit.wave()
    before = rows(unit, "ID017b")
    unit.day = 1
    main["noi_o"] = "Somewhere else"  # the document changed, the question did not

    unit.wave()

    assert len(before) == 1
    assert rows(unit, "ID017b") == before


def test_another_wrong_value_is_another_finding_of_the_same_age(unit: Village) -> None:
    main = unit.houses[A].main(1)
    main["email"] = "not an address"
    unit.wave()
    asked = since(unit, "ID017b")
    unit.day = 1
    main["email"] = "nor is this"

    unit.wave()

    first, second = rows(unit, "ID017b")
    assert (first[3], second[3]) == (False, True)
    assert first[4] == unit.newest(A)[0]
    assert second[2] == asked


def test_an_age_ends_when_the_field_is_clean(unit: Village) -> None:
    main = unit.houses[A].main(1)
    good = main["email"]
    for day, said in enumerate(("not an address", good, "not an address")):
        unit.day, main["email"] = day, said
        unit.wave()

    first, second = rows(unit, "ID017b")
    assert first[3:] == (False, unit.newest(A)[0] - 1)  # the snapshot that fixed it
    assert second[2] > first[2]


def test_a_row_that_moves_in_its_list_takes_its_finding_along(unit: Village) -> None:
    rewards = many(unit.houses[A].people[1], "reward")
    rewards.append({"rw_hinh_thuc": "K-01", "rw_ngay_qd": "2025-05-19"})
    unit.wave()
    before = rows(unit, "COD014")
    unit.day = 1
    rewards.insert(0, {"rw_hinh_thuc": "GK", "rw_ngay_qd": "2026-01-19"})

    unit.wave()

    ((identity, row, *_),) = rows(unit, "COD014")
    assert (identity, row) == (before[0][0], before[0][1] + 1)


def test_two_rows_that_say_the_same_are_two_findings_and_one_goes_alone(unit: Village) -> None:
    rewards = many(unit.houses[A].people[1], "reward")
    rewards += [
        {"rw_hinh_thuc": "K-01", "rw_ngay_qd": f"202{year}-05-19"} for year in (3, 4, 5)
    ]
    unit.wave()
    assert [each[3] for each in rows(unit, "COD014")] == [True] * 3
    unit.day = 1
    del rewards[-2]

    unit.wave()

    assert [each[3] for each in rows(unit, "COD014")] == [True, True, False]


def causes(village: Village) -> dict[tuple[str, str], tuple[int, int]]:
    """(rule, label) → records and findings."""
    return {
        (each["rule_code"], each["label"]): (each["records"], each["findings"])
        for each in list_causes(A, db=village.db)
        if each["rule_code"] != "TM001"  # the village dates no change: it is late news
    }


def test_a_code_is_quoted_once_three_records_say_it(unit: Village) -> None:
    house = unit.houses[A]
    for position in (0, 1):
        house.main(position)["dan_toc"] = "DT-77"
    unit.wave()
    assert causes(unit) == {("ID012b", ""): (2, 2)}
    house.main(2)["dan_toc"] = "DT-77"
    house.main(3)["dan_toc"] = "DT-78"
    unit.day = 1

    unit.wave()

    assert causes(unit) == {("ID012b", "DT-77"): (3, 3), ("ID012b", ""): (1, 1)}


@pytest.mark.parametrize(
    "said",
    [
        "Nguyễn Văn An",
        "NGUYEN VAN AN",
        "001080000777",
        "0010.8000.0777",
        "1961-07-13",
        "trong kin",
    ],
)
def test_what_could_name_somebody_is_never_quoted(unit: Village, said: str) -> None:
    for position in range(5):
        unit.houses[A].main(position)["dan_toc"] = said

    unit.wave()

    assert causes(unit) == {("ID012b", ""): (5, 5)}


def test_a_shape_is_quoted_not_the_number(unit: Village) -> None:
    for position in range(4):
        unit.houses[A].main(position)["dien_thoai"] = f"84-90{position}"

    unit.wave()

    assert causes(unit) == {("ID017a", "99-999"): (4, 4)}


def test_a_cause_is_gone_with_its_last_finding(unit: Village) -> None:
    house = unit.houses[A]
    good = [house.main(position)["dan_toc"] for position in range(3)]
    for position in range(3):
        house.main(position)["dan_toc"] = "DT-77"
    unit.wave()
    for position in range(2):
        house.main(position)["dan_toc"] = good[position]
    unit.day = 1
    unit.wave()
    assert causes(unit) == {("ID012b", ""): (1, 1)}  # too few to be quoted
    del house.people[2]
    unit.day = 2

    unit.wave()

    assert causes(unit) == {}
    assert {each["rule_code"] for each in list_findings(A, db=unit.db)} == {"TM001"}


def test_findings_and_causes_say_since_when_and_what_to_do(unit: Village) -> None:
    unit.houses[A].main(1)["dan_toc"] = "DT-77"
    unit.wave()

    finding, cause = list_findings(A, db=unit.db)[0], list_causes(A, db=unit.db)[0]

    assert finding["since"] == cause["since"] == "2026-11-23T05:00:00+00:00"
    assert "hãy" in finding["sentence"]
    assert cause["sentence_en"] == finding["sentence_en"] != ""


def test_a_change_that_came_late_came_late_until_another_comes(unit: Village) -> None:
    """Reading the same document again, for whatever reason, is no news."""
    main = unit.houses[A].main(0)
    unit.wave()
    main["dien_thoai"] = "0812345678"
    unit.day = 1
    unit.wave()
    assert unit.findings(A) == [("TM001", "count")]

    replay(Order(A, "Mai"), db=unit.db, clock=unit.clock)
    assert unit.findings(A) == [("TM001", "count")]

    main["dien_thoai"] = "0812345679"
    unit.day = 2
    main["updated_at"] = "2026-11-25T11:00:00+07:00"
    unit.wave()
    assert unit.findings(A) == []


def test_no_hash_in_a_finding_can_be_made_without_the_key(unit: Village) -> None:
    """A sex or a day is one of few: their plain hashes could be tried, these cannot."""
    unit.houses[A].main(1)["dan_toc"] = "DT-77"
    unit.wave()

    found = unit.one("SELECT value_hmac FROM quality.finding WHERE rule_code = 'ID012b'")
    plain = unit.one("SELECT sha256('DT-77'::bytea)")
    assert len(bytes(found)) == 32
    assert bytes(found) != bytes(plain)
