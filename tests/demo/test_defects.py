"""Defects: enough of each, alone and together, and the truth about every one."""

from collections import Counter
from pathlib import Path

import orjson
import pytest

from sync.contract.record import field as contract_field
from sync.contract.record import record_groups
from sync.demo.catalogue import ALL_KINDS, EDGES, KINDS, NAMESAKES, TRANSFER
from sync.demo.country import Country, TruthLine, build_country
from sync.demo.defects_beside import TOLD_LATE

LEAST_OF_RARE = 4
TOLD = [kind for kind in KINDS if not kind.from_day]
NEWS = [kind for kind in ALL_KINDS if kind.from_day]


@pytest.fixture(scope="module", params=[1, 2, 3])
def country(request: pytest.FixtureRequest) -> Country:
    return build_country(request.param)


@pytest.fixture(scope="module")
def truth(country: Country) -> list[TruthLine]:
    return list(country.truth())


def test_every_kind_is_there_twenty_times(truth: list[TruthLine]) -> None:
    counts = Counter(line.kind for line in truth if line.kind)
    common = [kind for kind in TOLD if not kind.is_rare]

    assert len(common) >= 25
    assert not [kind.code for kind in common if counts[kind.code] < 20]
    assert not [k.code for k in TOLD if k.is_rare and counts[k.code] < LEAST_OF_RARE]
    assert counts["person_in_two_units"] == 40
    assert counts["number_twice_in_unit"] == 20
    assert counts["number_one_digit_off"] == counts["old_card_of_another"] == 20
    assert counts["birth_year_only"] >= 12


def test_news_are_told_on_their_day_only(country: Country, truth: list[TruthLine]) -> None:
    later = build_country(country.seed, day=TOLD_LATE)
    counts = Counter(line.kind for line in later.truth())

    assert {line.kind for line in truth}.isdisjoint(kind.code for kind in NEWS)
    assert not [kind.code for kind in NEWS if counts[kind.code] < LEAST_OF_RARE]
    assert counts["recruit_told_late"] > 20


def test_some_records_have_two_or_three_defects(truth: list[TruthLine]) -> None:
    per_record = Counter((line.unit_code, line.local_key) for line in truth if line.kind)
    sizes = Counter(per_record.values())

    assert sizes[2] > 50
    assert sizes[3] > 10
    assert max(sizes) == 3


def test_every_rarity_is_there_and_carries_no_defect(truth: list[TruthLine]) -> None:
    edges = {line.edge for line in truth if line.edge}
    rare = {(line.unit_code, line.local_key) for line in truth if line.edge}
    wrong = {(line.unit_code, line.local_key) for line in truth if line.kind}

    assert edges == {edge.code for edge in (*EDGES, *TRANSFER, *NAMESAKES)}
    assert not rare & wrong
    assert not [line for line in truth if line.edge and line.rules]


def test_only_units_that_answer_carry_defects(country: Country, truth: list[TruthLine]) -> None:
    faulty = {unit.unit_code for unit in country.units if unit.fault}

    assert len(faulty) == 4
    assert not [line for line in truth if line.unit_code in faulty]


def test_most_units_stay_below_five_percent_blocked(
    country: Country, truth: list[TruthLine]
) -> None:
    blocked: dict[str, set[str]] = {}
    for line in truth:
        if line.is_blocking:
            blocked.setdefault(line.unit_code, set()).add(line.local_key)
    share = {
        unit.unit_code: len(blocked.get(unit.unit_code, ())) / unit.size
        for unit in country.units
    }

    assert sum(1 for value in share.values() if value > 0.05) <= 8


def test_every_line_names_a_rule_a_group_and_a_field_of_the_contract(
    truth: list[TruthLine],
) -> None:
    for line in truth:
        if line.edge:
            continue
        assert line.rules
        assert not line.group or line.group in record_groups()
        assert not line.field or contract_field(line.field)


def test_a_defect_changes_its_record(country: Country) -> None:
    for kind in TOLD:
        if kind.transport in {"repeated_key", "secret", "malformed"}:
            continue
        line = next(x for x in country.truth() if x.kind == kind.code)
        position = int(line.local_key[-6:]) - 1
        entry = country.entry(line.unit_code, position)
        assert entry.person["person"], kind.code


def test_a_person_in_two_units_is_told_from_both_sides(
    country: Country, truth: list[TruthLine]
) -> None:
    sides = {(x.unit_code, x.local_key): x for x in truth if x.kind == "person_in_two_units"}
    for line in sides.values():
        other_unit = line.partner.rpartition("-")[0]
        assert sides[other_unit, line.partner].partner == line.local_key
        mine = country.entry(line.unit_code, int(line.local_key[-6:]) - 1).person["person"]
        theirs = country.entry(other_unit, int(line.partner[-6:]) - 1).person["person"]
        assert isinstance(mine, dict)
        assert isinstance(theirs, dict)
        for name in ("so_dinh_danh", "ho_va_ten", "ngay_sinh", "gioi_tinh"):
            assert mine[name] == theirs[name]


def test_the_truth_is_written_as_one_object_a_line(country: Country, tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    country.write_truth(path)
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    read = [TruthLine(**{**line, "rules": tuple(line["rules"])}) for line in lines]

    assert read == list(country.truth())


@pytest.mark.parametrize("people", [5, 40, 1000])
def test_defects_scale_with_the_country(people: int) -> None:
    small = build_country(1, people=people)
    total = sum(unit.size for unit in small.units)
    wrong = {(line.unit_code, line.local_key) for line in small.truth() if line.kind}

    assert total == 56 * people
    assert 0 < len(wrong) < 0.8 * total
