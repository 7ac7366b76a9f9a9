"""Every rule has one passing and one failing example beside its suite."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

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


def cases(code: str) -> Iterator[tuple[date, str, list[Row]]]:
    """(day, "pass" or "fail", rows) of a rule's examples; further cases stand under `also`."""
    example = EXAMPLES[code][1]
    for case in (example, *example.get("also", ())):
        day = date.fromisoformat(case["as_of"]) if "as_of" in case else AS_OF
        yield from ((day, kind, case[kind]) for kind in ("pass", "fail") if kind in case)


def failing(
    conn: Connection, rule: RuleCondition, rows: Sequence[Row], day: date = AS_OF
) -> list[bool]:
    """Which rows the rule finds, in their order."""
    stand_in(conn, rule.rule.suite, rows)
    condition = clause_of(rule.condition_sql, day)
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
        is_window = "OVER (" in rule.condition_sql  # its rows are one case: the last one fails
        for day, kind, rows in cases(rule.rule.code):
            found = failing(conn, rule, rows, day)
            if kind == "pass" and any(found):
                wrong["flags a sound row"].append(rule.rule.code)
            if kind == "fail" and not (found[-1] if is_window else all(found)):
                wrong["misses the failing row"].append(rule.rule.code)
    assert wrong == {"flags a sound row": [], "misses the failing row": []}


TELLS_WHAT_TO_DO = {
    "vi": r"[;,] .*\b(hãy|đề nghị|cần|phải) ",
    "en": r"[;,] (the two must |please )?(add|agree|approve|ask|bring|change|check|choose|"
    r"compare|compute|convert|correct|create|enter|fill|give|keep|make|mend|move|raise|record|"
    r"remove|send|stop|use|write)\b",
}


@pytest.mark.parametrize(("name", "instruction"), TELLS_WHAT_TO_DO.items())
def test_every_sentence_says_what_to_do(suites: Suites, name: str, instruction: str) -> None:
    sentences = {rule.code: getattr(rule, f"sentence_{name}") for rule in suites.rules}
    assert {c: told for c, told in sentences.items() if not re.search(instruction, told)} == {}


@pytest.mark.parametrize("suite", ["register", "snapshot"])
def test_rules_across_records_never_block_but_for_one_number_twice_in_a_unit(
    suites: Suites, suite: str
) -> None:
    rules = [rule for rule in suites.rules if rule.suite == suite]
    assert {rule.code for rule in rules if rule.effect == "block"} <= {"XO002"}
