"""Every rule has one passing and one failing example beside its suite."""

import json
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import Connection, column, select, table

from sync.checks.locate import clause_of
from sync.checks.run import Compiled
from sync.checks.stored import RuleCondition
from sync.checks.suites import Suites, load_suites
from tests.checks.conftest import AS_OF, EXPECTATIONS
from tests.checks.staged import Row, stand_in

EXAMPLES = {
    code: (path.stem, example)
    for path in sorted((EXPECTATIONS / "examples").glob("*.json"))
    for code, example in json.loads(path.read_text(encoding="utf-8")).items()
}


def failing(conn: Connection, rule: RuleCondition, rows: Sequence[Row]) -> list[bool]:
    """Which rows the rule finds, in their order."""
    stand_in(conn, rule.rule.suite, rows)
    condition = clause_of(rule.condition_sql, AS_OF)
    found = select(condition).select_from(table("checked")).order_by(column("row_no"))
    return [bool(each) for each in conn.execute(found).scalars()]


def test_every_rule_has_examples_and_every_example_a_rule(suites: Suites) -> None:
    assert {code: suite for code, (suite, _) in EXAMPLES.items()} == {
        rule.code: rule.suite for rule in suites.rules
    }


@pytest.mark.parametrize("suite", sorted(load_suites(EXPECTATIONS).contents))
def test_each_rule_passes_its_sound_rows_and_finds_the_last_failing_one(
    conn: Connection, compiled: Compiled, suite: str
) -> None:
    wrong: Mapping[str, list[str]] = {"flags a sound row": [], "misses the failing row": []}
    for rule in compiled[suite]:
        _, example = EXAMPLES[rule.rule.code]
        if any(failing(conn, rule, example["pass"])):
            wrong["flags a sound row"].append(rule.rule.code)
        if not failing(conn, rule, example["fail"])[-1]:
            wrong["misses the failing row"].append(rule.rule.code)
    assert wrong == {"flags a sound row": [], "misses the failing row": []}
