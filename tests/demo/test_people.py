"""Invented people: well-formed, unique, rich enough, the same every time."""

import csv
import re
import time
import tracemalloc
from datetime import date
from pathlib import Path

import orjson
import pytest

from sync.contract.record import record_groups
from sync.demo import reference
from sync.demo.country import USUAL_AS_OF, Country, build_country
from sync.demo.days import Change
from sync.demo.defects_beside import ABROAD
from sync.demo.people import Person, many, one

DEPUTIES = Path(__file__).parents[1] / "data" / "deputies_xiii.csv"
ARTEFACT = re.compile(
    "[\u00a1-\u00bf]|[ÄÅÆÇËÎÏÐÖ×ØÛÜÞßäåæçëîïðö÷øûüþÿ]|aâ|aê|aù|aõ|eâ|eã|oâ|où|oõ"
)


@pytest.fixture(scope="module")
def country() -> Country:
    return build_country()


@pytest.fixture(scope="module")
def untouched(country: Country) -> list[Person]:
    """Everybody without a defect."""
    return [
        entry.person
        for unit in country.units
        for entry in country.entries(unit.unit_code)
        if not getattr(country.plan.at(unit.unit_code, entry.position), "kinds", ())
        and entry.position < unit.size
    ]


def _bytes(country: Country, unit_code: str) -> bytes:
    return b"".join(orjson.dumps(e.person) for e in country.entries(unit_code))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    first, again, other = build_country(7), build_country(7), build_country(8)
    code = first.units[40].unit_code

    assert _bytes(first, code) == _bytes(again, code)
    assert _bytes(first, code) != _bytes(other, code)
    assert b"".join(x.json() for x in first.truth()) == b"".join(
        x.json() for x in again.truth()
    )


def test_units_can_be_built_in_any_order_and_from_any_place(country: Country) -> None:
    code = country.units[20].unit_code
    whole = list(build_country().entries(code))

    assert list(country.entries(code, 3, 6)) == whole[3:6]


def test_fifty_six_units_differ_fiftyfold_around_the_mean(country: Country) -> None:
    sizes = [unit.size for unit in country.units]

    assert len(sizes) == 56
    assert sum(sizes) == 56 * 200
    assert max(sizes) >= 50 * min(sizes)


def test_every_person_has_nine_rows_in_list_groups_and_every_single_group(
    untouched: list[Person],
) -> None:
    for person in untouched:
        rows = sum(len(part) for part in person.values() if isinstance(part, list))
        assert rows >= 9
        assert {"person", "recruitment", "salary_current", "qualification"} <= person.keys()


def test_only_fields_of_the_contract_are_used(untouched: list[Person]) -> None:
    known = {name: {f.code for f in group.fields} for name, group in record_groups().items()}
    for person in untouched[:3000]:
        for group, content in person.items():
            for row in content if isinstance(content, list) else [content]:
                assert row.keys() <= known[group]


def test_identity_numbers_are_unique_and_agree_with_sex_and_birth(
    country: Country, untouched: list[Person]
) -> None:
    pairs = sum(1 for line in country.truth() if line.edge == "transferred_in")
    numbers = [one(person, "person")["so_dinh_danh"] for person in untouched]

    assert len(set(numbers)) == len(numbers) - pairs
    for person in untouched:
        main = one(person, "person")
        number, birth = main["so_dinh_danh"], main["ngay_sinh"]
        assert number[:3] in (*reference.PREFIXES, ABROAD)
        assert int(number[3]) % 2 == (0 if main["gioi_tinh"] == "1" else 1)
        assert 19 + int(number[3]) // 2 == int(birth[:2])
        assert number[4:6] == birth[2:4]


def test_names_are_well_formed_and_many_peoples_are_there(untouched: list[Person]) -> None:
    names = [one(person, "person")["ho_va_ten"] for person in untouched]

    assert all(len(name.split(" ")) >= 2 and "  " not in name for name in names)
    assert not [name for name in names if ARTEFACT.search(name)]
    assert any(name.startswith("Y ") for name in names)
    assert any(" A " in name for name in names)
    assert any("H'" in name for name in names)
    assert any(name.startswith("KPă ") for name in names)


def test_pay_follows_the_table_and_history_ends_in_the_present(untouched: list[Person]) -> None:
    for person in untouched:
        pay, history = one(person, "salary_current"), many(person, "salary_history")
        group = reference.GROUP_OF_RANK[pay["sal_ma_ngach"]]
        kind = reference.STAFF_KIND[one(person, "person")["phan_loai_ho_so"]]
        table = reference.GRADES[kind, group].coefficients
        assert table[int(pay["sal_bac"]) - 1] == pay["sal_he_so"]
        assert history[-1]["sh_he_so"] == pay["sal_he_so"]
        starts = [row["sh_tu_ngay"] for row in history]
        assert starts == sorted(starts)


def test_nobody_is_recruited_before_eighteen(untouched: list[Person]) -> None:
    for person in untouched:
        born = date.fromisoformat(one(person, "person")["ngay_sinh"])
        day = date.fromisoformat(one(person, "recruitment")["ngay_tuyen_dung"])
        assert (day.year - born.year, (day.month, day.day)) >= (18, (born.month, born.day)) or (
            day.year - born.year > 18
        )


def test_nobody_is_a_listed_deputy(untouched: list[Person]) -> None:
    with DEPUTIES.open(encoding="utf-8") as lines:
        listed = {(row["name"], row["birth_date"]) for row in csv.DictReader(lines)}
    mains = [one(person, "person") for person in untouched]
    born = {(main["ho_va_ten"], main["ngay_sinh"]) for main in mains}

    assert len(listed) == 92
    assert not born & listed


def test_a_country_of_millions_is_built_unit_by_unit_in_little_memory() -> None:
    country = build_country(people=40_000)
    unit = max(country.units, key=lambda known: known.size)
    began = time.perf_counter()
    next(country.entries(unit.unit_code))  # decides who is special
    tracemalloc.start()
    count = sum(1 for _ in country.entries(unit.unit_code, 100_000, 101_000))
    spent = time.perf_counter() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert sum(known.size for known in country.units) == 2_240_000
    assert count == 1000
    assert spent < 60
    assert peak < 5_000_000


def test_the_next_day_a_few_changed_left_and_joined() -> None:
    today, later = build_country(3), build_country(3, day=1)
    code = max(today.units, key=lambda unit: unit.size).unit_code
    before = {e.local_key: e for e in today.entries(code)}
    after = {e.local_key: e for e in later.entries(code)}
    changed = [
        k for k in before if orjson.dumps(before[k].person) != orjson.dumps(after[k].person)
    ]
    left = [k for k in changed if one(after[k].person, "person")["trang_thai"] == "11"]

    assert later.today == date(2026, 11, 24)
    assert 0.002 < len(changed) / len(before) < 0.04
    assert 0 < len(after) - len(before) < 0.02 * len(before)
    assert 0 < len(left) < len(changed)
    assert today.serving(code) + len(after) - len(before) - len(left) == later.serving(code)
    assert Change.NONE == ""
    assert _bytes(later, code) == _bytes(build_country(3, USUAL_AS_OF, day=1), code)
