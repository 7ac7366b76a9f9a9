"""Suites are refused early, with the rule named."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from sync.checks.conditions import build_suite, compile_suite
from sync.checks.document import render_rules
from sync.checks.stored import relation_of
from sync.checks.suites import Suites, fields_of, load_suites
from sync.model.errors import ConfigurationError
from sync.store.server import EmbeddedServer


def write(folder: Path, meta: dict[str, Any] | None = None, **changes: object) -> Path:
    """A folder with one suite of one rule, bent as asked."""
    expectation = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "ngay_sinh"},
        "severity": "warning",
        "meta": {
            "rule": "XX001",
            "field": "ngay_sinh",
            "effect": "ask",
            "sentence_vi": "Thiếu.",
            "sentence_en": "Missing.",
            "basis_vi": "Của dự án",
            "basis": "ours",
            **(meta or {}),
        },
        **changes,
    }
    content = {"name": "servant", "expectations": [expectation]}
    (folder / "servant.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_rules_are_listed_without_great_expectations() -> None:
    program = (
        "import sys; from pathlib import Path; from sync.checks.suites import load_suites;"
        "from sync.checks.document import render_rules;"
        "load_suites(Path('expectations')); render_rules();"
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_great_expectations_sends_nothing_home() -> None:
    program = (
        "import os, sys; import sync.checks.conditions;"
        "sys.exit(os.environ['GX_ANALYTICS_ENABLED'] != 'false' or 'posthog' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("meta", "word"),
    [
        ({"rule": "nonsense"}, "code"),
        ({"effect": "explode"}, "effect"),
        ({"field": "no_such_field"}, "field"),
        ({"sentence_vi": " "}, "sentence_vi"),
        ({"basis": ""}, "basis"),
        ({"basis_vi": " "}, "basis_vi"),
        ({"valid_from": "soon"}, "yyyy-mm-dd"),
    ],
)
def test_a_rule_that_says_too_little_is_refused(
    tmp_path: Path, meta: dict[str, Any], word: str
) -> None:
    with pytest.raises(ConfigurationError, match=word):
        load_suites(write(tmp_path, meta))


def test_only_rules_about_whole_snapshots_can_hold_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="only suite snapshot can"):
        load_suites(write(tmp_path, {"effect": "hold"}))


def test_a_limit_is_looked_for_under_the_code_of_its_own_rule(suites: Suites) -> None:
    kept = suites.contents["snapshot"]["expectations"]
    assert [e["kwargs"]["code"] for e in kept] == [e["meta"]["rule"] for e in kept]


def test_a_code_used_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path) / "servant.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["expectations"] *= 2
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="XX001 stands twice"):
        load_suites(tmp_path)


def test_an_empty_folder_is_no_set_of_rules(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No rule"):
        load_suites(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "expect_the_moon"},
        {"severity": "shrill"},
        {"kwargs": {"column": "ngay_sinh", "no_such_argument": 1}},
    ],
)
def test_an_expectation_nobody_knows_is_named(tmp_path: Path, changes: dict[str, Any]) -> None:
    suites = load_suites(write(tmp_path, **changes))
    with pytest.raises(ConfigurationError, match="XX001"):
        build_suite(suites, "servant")


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "expect_column_values_to_be_dateutil_parseable"},
        {"type": "expect_column_values_to_be_unique"},
        {"kwargs": {"column": "no_such_column"}},
    ],
)
def test_an_expectation_without_a_condition_of_its_own_is_named(
    tmp_path: Path, changes: dict[str, Any], server: EmbeddedServer
) -> None:
    suites = load_suites(write(tmp_path, **changes))
    with pytest.raises(ConfigurationError, match="XX001"):
        compile_suite(server.url("sync_writer"), suites, "servant")


@pytest.mark.parametrize("name", ["register", "snapshot"])
def test_rules_across_units_and_about_whole_snapshots_have_suites_of_their_own(
    tmp_path: Path, name: str
) -> None:
    path = write(tmp_path, {"field": ""}) / "servant.json"
    content = json.loads(path.read_text(encoding="utf-8")) | {"name": name}
    path.rename(tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    assert [(rule.suite, rule.group) for rule in load_suites(tmp_path).rules] == [(name, name)]


@pytest.mark.parametrize(
    ("field", "cause"),
    [
        ("ho_va_ten", "pattern"),
        ("ngay_sinh", "code"),
        ("thuong_tru", "pattern"),
        ("email", "code"),
        ("gioi_tinh", "nonsense"),
    ],
)
def test_a_cause_that_could_name_somebody_is_refused(
    tmp_path: Path, field: str, cause: str
) -> None:
    with pytest.raises(ConfigurationError, match="XX001 cannot have the cause"):
        load_suites(write(tmp_path, {"field": field, "cause": cause}))


def test_the_page_of_rules_is_the_one_committed(suites: Suites) -> None:
    committed = Path(__file__).parents[2] / "docs" / "rules.md"
    assert committed.read_text(encoding="utf-8") == render_rules(suites)


def test_a_rule_points_to_a_field_that_its_relation_has(
    conn: Connection, suites: Suites
) -> None:
    """The value of that field is hashed where the rule fails."""
    rows = conn.execute(
        text(
            "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
            " WHERE relnamespace = 'staging'::regnamespace AND attnum > 0"
        )
    )
    columns = {(row.relname, row.attname) for row in rows}
    lacking = [
        rule.code
        for rule in suites.rules
        if rule.field in fields_of(rule.suite)
        and (relation_of(rule.suite), rule.field) not in columns
    ]
    assert lacking == []


ENGLISH = re.compile(r"\b(Decree|Law|Art|ours|logic|general|rules|record|the|and)\b")


def test_every_basis_is_told_in_vietnamese_and_cites_the_same_numbers() -> None:
    """The same decree, law or circular in both: no number of one is lost."""
    cited = re.compile(r"(?<!\w)\d+/\d{4}")
    rules = load_suites(Path("expectations")).rules

    english = {rule.code: rule.basis_vi for rule in rules if ENGLISH.search(rule.basis_vi)}
    apart = {
        rule.code: (rule.basis_vi, rule.basis)
        for rule in rules
        if set(cited.findall(rule.basis)) - set(cited.findall(rule.basis_vi))
    }

    assert len(rules) > 200
    assert english == {}
    assert apart == {}
