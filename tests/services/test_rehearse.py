"""A rehearsal tells what changed rules would do, and then do; it changes nothing itself."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.model.errors import ConfigurationError
from sync.services.rehearse import Rehearsal, rehearse_suite
from sync.settings import get_settings
from tests.checks.conftest import EXPECTATIONS
from tests.services.village import A, B, Village

PEOPLE = 30
Bend = Callable[[dict[str, Any]], None]


@pytest.fixture
def country(village: Village) -> Village:
    """Two units; in one of them some codes are unknown and one day is none."""
    house = village.add(A, PEOPLE)
    village.add(B, 5, "hrm_con_tro")
    for position in range(4):
        house.main(position)["dan_toc"] = "DT-77"
    house.main(6)["ngay_sinh"] = "1980-02-31"
    village.wave()
    return village


def bent(path: Path, suite: str, code: str, bend: Bend) -> Path:
    """A file with one changed rule of a suite."""
    content = json.loads((EXPECTATIONS / f"{suite}.json").read_text(encoding="utf-8"))
    rule = next(e for e in content["expectations"] if e["meta"]["rule"] == code)
    bend(rule)
    path.write_text(json.dumps({"name": suite, "expectations": [rule]}), encoding="utf-8")
    return path


def rehearsed(country: Village, path: Path, **words: bool) -> Rehearsal:
    return rehearse_suite(path, db=country.db, clock=country.clock, **words)


def everything(country: Village) -> dict[str, list[Any]]:
    """A hash of every row of every table that is not staging."""
    tables = country.rows(
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
        " WHERE table_schema IN ('registry', 'landing', 'quality', 'register', 'ledger',"
        " 'facts', 'rehearsal', 'staging') AND table_type = 'BASE TABLE' ORDER BY 1"
    )
    return {
        name: country.rows(f"SELECT md5(t::text) FROM {name} AS t ORDER BY 1")  # noqa: S608 - our own table
        for (name,) in tables
    }


def test_a_stricter_rule_adds_findings_and_blocked_records(
    country: Village, tmp_path: Path
) -> None:
    def block_all(rule: dict[str, Any]) -> None:
        rule["kwargs"]["from_years"] = 70
        rule["meta"]["effect"] = "block"

    before = everything(country)

    found = rehearsed(country, bent(tmp_path / "x.json", "servant", "ID010", block_all))

    assert found.record_count == PEOPLE + 5
    assert found.by_rule() == {"ID010": (PEOPLE - 1 + 5, 0)}  # one has no day of birth to read
    first, second = found.by_unit()
    assert (first["unit_code"], first["findings_added"]) == (A, PEOPLE - 1)
    assert (first["blocked_before"], first["blocked_after"]) == (1, PEOPLE)
    assert (second["blocked_before"], second["blocked_after"]) == (0, 5)
    assert (first["would_hold"], second["would_hold"]) == (["SNP004"], [])
    assert everything(country) == before


def test_a_looser_rule_takes_findings_away(country: Village, tmp_path: Path) -> None:
    path = bent(
        tmp_path / "x.json", "servant", "ID012b", lambda e: e["kwargs"].update(list_name="x")
    )
    everybody = rehearsed(country, path)
    assert everybody.by_rule() == {"ID012b": (PEOPLE - 4 - 1 + 5 + 1, 0)}
    path = bent(
        tmp_path / "y.json",
        "servant",
        "ID012b",
        lambda e: e["meta"].update(valid_to="2020-01-01"),
    )

    found = rehearsed(country, path)

    assert found.by_rule() == {"ID012b": (0, 4)}
    assert [unit["unit_code"] for unit in found.by_unit()] == [A]


def test_a_new_rule_of_a_list_is_rehearsed_on_its_rows(
    country: Village, tmp_path: Path
) -> None:
    def new(rule: dict[str, Any]) -> None:
        rule["meta"]["rule"] = "NEW001"
        rule["kwargs"]["list_name"] = "discipline_forms"

    rows = country.one("SELECT count(*) FROM register.reward WHERE rw_hinh_thuc IS NOT NULL")

    found = rehearsed(country, bent(tmp_path / "x.json", "reward", "COD014", new))

    assert found.changes.added == ("NEW001",)
    assert rows > 0
    assert found.by_rule()["NEW001"][0] >= rows


def test_a_whole_suite_takes_away_what_it_lacks(country: Village, tmp_path: Path) -> None:
    content = json.loads((EXPECTATIONS / "servant.json").read_text(encoding="utf-8"))
    content["expectations"] = [
        e for e in content["expectations"] if e["meta"]["rule"] not in ("ID012b", "CR011a")
    ]
    path = tmp_path / "servant.json"
    path.write_text(json.dumps(content), encoding="utf-8")

    found = rehearsed(country, path, is_whole=True)

    assert found.changes.removed == ("CR011a", "ID012b")
    assert found.by_rule() == {"CR011a": (0, 1), "ID012b": (0, 4)}
    (unit,) = found.by_unit()
    assert (unit["blocked_before"], unit["blocked_after"]) == (1, 0)


def test_what_was_rehearsed_is_what_happens(
    country: Village, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stricter(rule: dict[str, Any]) -> None:
        rule["kwargs"]["from_years"] = 45

    path = bent(tmp_path / "x.json", "servant", "ID010", stricter)
    said = rehearsed(country, path).by_rule()["ID010"]
    folder = home / "expectations"
    shutil.copytree(EXPECTATIONS, folder)
    content = json.loads((folder / "servant.json").read_text(encoding="utf-8"))
    for rule in content["expectations"]:
        if rule["meta"]["rule"] == "ID010":
            stricter(rule)
    (folder / "servant.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setenv("CBCCVC_EXPECTATIONS_DIR", str(folder))
    get_settings.cache_clear()

    country.wave()

    found = country.one(
        "SELECT count(*) FROM quality.finding WHERE rule_code = 'ID010' AND closed_at IS NULL"
    )
    assert said == (found, 0)
    assert 0 < found < PEOPLE


def test_how_a_document_came_is_not_asked_anew(country: Village, tmp_path: Path) -> None:
    """It does not come again: late news stay late news, whatever the limit will be."""
    country.houses[B].main(0)["ho_va_ten"] = "Nguyễn Thị Khác"
    country.day = 1
    country.wave()
    assert ("TM001", "count") in country.findings(B)

    def loosen(rule: dict[str, Any]) -> None:
        rule["kwargs"]["days"] = 30

    found = rehearsed(country, bent(tmp_path / "x.json", "register", "TM001", loosen))

    assert found.by_rule() == {"TM001": (0, 0)}


def test_better_sentences_are_nothing_to_rehearse(country: Village, tmp_path: Path) -> None:
    path = bent(
        tmp_path / "x.json",
        "servant",
        "ID010",
        lambda e: e["meta"].update(sentence_en="Better."),
    )
    with pytest.raises(ConfigurationError, match="changes no rule"):
        rehearsed(country, path)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("no json", "not a suite"),
        ('{"name": "no_relation", "expectations": []}', "not a suite"),
    ],
)
def test_what_is_no_suite_is_refused(
    country: Village, tmp_path: Path, content: str, word: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=word):
        rehearsed(country, path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        rehearsed(country, tmp_path / "none.json")


def test_a_rule_that_cannot_run_is_named_and_nothing_stays(
    country: Village, tmp_path: Path
) -> None:
    before = everything(country)

    def broken(rule: dict[str, Any]) -> None:
        rule["type"] = "expect_column_values_to_match_regex"
        rule["kwargs"] = {"column": "email", "regex": "(unclosed"}

    with pytest.raises(ConfigurationError, match="ID010"):
        rehearsed(country, bent(tmp_path / "x.json", "servant", "ID010", broken))
    assert everything(country) == before
