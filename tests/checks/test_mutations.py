"""A rule that is changed a little no longer agrees with its example rows."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, column, select, table
from sqlalchemy.exc import DBAPIError

from sync.checks.conditions import build_suite, folded_conditions
from sync.checks.locate import clause_of
from sync.checks.run import Compiled
from sync.checks.stored import as_stored, relation_of
from sync.checks.suites import Suites, load_suites
from tests.checks.conftest import EXPECTATIONS
from tests.checks.mutants import mutants
from tests.checks.staged import stand_in
from tests.checks.test_examples import EXAMPLES, cases
from tests.conftest import Urls

NOTHING = "the larger of count and share decides, and the other one is nothing already"
# Changes that no row can tell, each with its reason.
EQUIVALENT: dict[str, str] = {
    "CR008: pattern may begin anywhere": "no closed code of the packaged ranks has a V inside",
    "ID005: dummies has 999099000000 too": "it has no serial, so it is a dummy already",
    "SNP001: min_ratio is a unit less than 0": NOTHING,
    "SNP002: max_count is a unit less than 0": NOTHING,
    "SNP002: max_ratio is a unit less than 0": NOTHING,
    "XO005: max_count is a unit less than 0": NOTHING,
    "XO005: max_ratio is a unit less than 0": NOTHING,
    "XO006: max_count is a unit less than 0": NOTHING,
    "XO007: min_count is a unit less than 0": NOTHING,
    "XO009: max_count is a unit less than 0": NOTHING,
    "XO009: max_ratio is a unit less than 0": NOTHING,
    "XO011: max_ratio is a unit less than 0": "twenty nulls are more than no share already",
}


def changed_rules(suites: Suites, name: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every mutant of one suite: number -> (rule and change, expectation)."""
    found = {}
    for expectation in suites.contents[name]["expectations"]:
        code = expectation["meta"]["rule"]
        example = EXAMPLES[code][1]
        for what, kwargs in mutants(expectation["kwargs"], example["pass"] + example["fail"]):
            number = f"M{len(found)}"
            meta = {**expectation["meta"], "rule": number}
            found[number] = (f"{code}: {what}", {**expectation, "kwargs": kwargs, "meta": meta})
    return found


def compiled_mutants(url: str, suites: Suites, name: str) -> dict[str, str]:
    """Condition of every mutant, all in one question."""
    found = changed_rules(suites, name)
    content = {"name": name, "expectations": [each for _, each in found.values()]}
    suite = build_suite(Suites((), {name: content}, ""), name)
    conditions = folded_conditions(url, suite, relation_of(name)) if found else {}
    return {found[number][0]: as_stored(folded) for number, folded in conditions.items()}


def answer(conn: Connection, condition_sql: str, day: date) -> list[bool] | str:
    """What a condition says of the rows that stand in; a crash is loud, and says so."""
    said = clause_of(f"coalesce({condition_sql}, false)", day)
    asked = select(said).select_from(table("checked")).order_by(column("row_no"))
    try:
        with conn.begin_nested():
            return list(conn.execute(asked).scalars())
    except DBAPIError:
        return "crashed"


def survivors(conn: Connection, rule: tuple[str, str], changed: dict[str, str]) -> set[str]:
    """Changes to one rule that its examples do not notice."""
    code, condition_sql = rule
    unnoticed = set(changed)
    for day, _, rows in cases(code):
        stand_in(conn, EXAMPLES[code][0], rows)
        known = answer(conn, condition_sql, day)
        unnoticed = {what for what in unnoticed if answer(conn, changed[what], day) == known}
    return unnoticed


@pytest.mark.parametrize("name", sorted(load_suites(EXPECTATIONS).contents))
def test_examples_notice_every_change_to_a_rule(
    conn: Connection, urls: Urls, suites: Suites, compiled: Compiled, name: str
) -> None:
    conditions = compiled_mutants(urls("sync_writer"), suites, name)
    found: set[str] = set()
    for each in compiled[name]:
        code = each.rule.code
        changed = {w: sql for w, sql in conditions.items() if w.split(":")[0] == code}
        changed |= {f"{code}: never fires": "false", f"{code}: always fires": "true"}
        found |= survivors(conn, (code, each.condition_sql), changed)
    known = {what for what in EQUIVALENT if EXAMPLES[what.split(":")[0]][0] == name}
    assert sorted(found - known) == []
    assert sorted(known - found) == []  # a row tells it after all: take it off the list
