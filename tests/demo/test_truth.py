"""The truth about the pretend country against what the suites find in a whole wave."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.demo.catalogue import KINDS, TWICE_IN_UNIT, TWO_UNITS
from sync.demo.country import Country
from sync.services.registry import load_registry
from sync.settings import get_settings
from sync.store.database import Database
from tests.services.pretend import Pretend

SUITES = Path(__file__).parents[2] / "expectations"
FOUND = """
    SELECT finding.unit_code, record.local_key, finding.rule_code
    FROM quality.finding AS finding
    LEFT JOIN landing.record AS record USING (record_id)
    WHERE finding.closed_at IS NULL
"""

Build = Callable[[int], Pretend]


@pytest.fixture
def build(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """Serves the country of a seed in its usual size."""
    monkeypatch.setenv("CBCCVC_HOME", str(tmp_path))
    monkeypatch.setenv("CBCCVC_POPULATION_REQUESTS_PER_S", "1000")
    get_settings.cache_clear()
    load_registry(db)
    made: list[Pretend] = []

    def make(seed: int) -> Pretend:
        made.append(Pretend(db, tmp_path, seed=seed, people=200))
        return made[-1]

    yield make
    for country in made:
        country.close()
    get_settings.cache_clear()


def _injected(country: Country) -> tuple[dict[tuple[str, str], set[str]], Counter[str]]:
    """Rules by record; and how many records without a key each unit sent."""
    rules: dict[tuple[str, str], set[str]] = defaultdict(set)
    keyless: Counter[str] = Counter()
    for line in country.truth():
        if line.is_keyless:
            keyless[line.unit_code] += 1
        elif line.rules:
            rules[line.unit_code, line.local_key].update(line.rules)
    return dict(rules), keyless


def _found(pretend: Pretend) -> tuple[dict[tuple[str, str], set[str]], Counter[str]]:
    rules: dict[tuple[str, str], set[str]] = defaultdict(set)
    keyless: Counter[str] = Counter()
    for unit_code, local_key, rule in pretend.rows(FOUND):
        if rule == "DOC002":
            keyless[unit_code] += 1
        else:
            rules[unit_code, local_key].add(rule)
    return dict(rules), keyless


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_injected_defect_is_found_by_its_rules_and_nothing_else_is(
    build: Build, seed: int
) -> None:
    pretend = build(seed)
    pretend.wave()
    pretend.verify()
    pretend.wave()  # what the population register said shows in the next wave
    wanted, wanted_keyless = _injected(pretend.country)
    found, found_keyless = _found(pretend)

    missed = Counter(
        rule for key, rules in wanted.items() for rule in rules - found.get(key, set())
    )
    extra = Counter(
        rule for key, rules in found.items() for rule in rules - wanted.get(key, set())
    )
    assert not missed
    assert not extra
    assert found_keyless == wanted_keyless
    fired = {rule for rules in found.values() for rule in rules} | {"DOC002"}
    assert fired == _known_rules()  # a rule that is always true would be missing here


def _known_rules() -> set[str]:
    return {
        expectation["meta"]["rule"]
        for path in SUITES.glob("*.json")
        for expectation in json.loads(path.read_text("utf-8"))["expectations"]
    }


def test_the_next_day_brings_no_defect_that_was_not_put_there(build: Build) -> None:
    pretend = build(4)
    pretend.wave()
    pretend.verify()
    pretend.serve(1)
    pretend.wave()
    wanted, _ = _injected(pretend.country)
    found, _ = _found(pretend)

    assert found == wanted


def test_no_rule_could_be_always_true_unnoticed() -> None:
    """Each rule of the suites is the finder of some kind, and no kind names another."""
    known = _known_rules()
    named = {rule for kind in (*KINDS, TWO_UNITS, TWICE_IN_UNIT) for rule in kind.rules}

    assert len(known) >= 40
    assert known == named
