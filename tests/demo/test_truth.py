"""The truth about the pretend country against what the suites find in whole waves."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.demo import mechanical
from sync.demo.catalogue import ALL_KINDS, LATE_RECRUIT
from sync.demo.country import USUAL_AS_OF
from sync.demo.defects_beside import TOLD_LATE
from sync.services.registry import load_registry
from sync.settings import get_settings
from sync.store.database import Database
from tests.demo.truth import committed_suites, compare, rules_of_a_wave
from tests.services.pretend import Pretend

NEWS = {rule for kind in ALL_KINDS if kind.from_day for rule in kind.rules} | set(
    LATE_RECRUIT.rules
)  # found only where the unit answered before

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


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_every_injected_defect_is_found_by_its_rules_and_nothing_else_is(
    build: Build, seed: int
) -> None:
    pretend = build(seed)
    pretend.wave()
    pretend.verify()
    pretend.wave()  # what the population register said shows in the next wave
    result = compare(pretend.db, pretend.country.truth())

    assert result.missed == {}
    assert result.extra == {}
    assert _about_deliveries(pretend) == (["nobody"], [])  # the empty answer is meant
    # a rule that is always true would be missing here
    assert set(result.found) == rules_of_a_wave(USUAL_AS_OF) - NEWS


def _about_deliveries(pretend: Pretend) -> tuple[list[str], list[str]]:
    """Why deliveries are held, and what is asked or counted about whole ones."""
    held = pretend.rows("SELECT reason_code FROM landing.snapshot WHERE state = 'held'")
    asked = pretend.rows("SELECT rule_code FROM quality.unit_finding WHERE closed_at IS NULL")
    return [reason for (reason,) in held], [rule for (rule,) in asked]


def test_the_next_day_brings_no_defect_that_was_not_put_there(build: Build) -> None:
    pretend = build(4)
    pretend.wave()
    pretend.verify()
    pretend.serve(1)
    pretend.wave()
    result = compare(pretend.db, pretend.country.truth())

    assert (result.missed, result.extra) == ({}, {})


def test_news_that_come_late_are_counted_and_news_in_time_are_not(build: Build) -> None:
    pretend = build(6)
    for day in (0, TOLD_LATE - 1, TOLD_LATE):
        pretend.serve(day)
        pretend.wave()
    ours = (line for line in pretend.country.truth() if not line.is_elsewhere)
    result = compare(pretend.db, ours)

    assert (result.missed, result.extra) == ({}, {})
    assert set(result.found) >= NEWS


def test_no_rule_could_be_always_true_unnoticed() -> None:
    """Each rule in force is the finder of some kind, and no kind names another."""
    named = {rule for kind in ALL_KINDS for rule in kind.rules}

    assert named == rules_of_a_wave(USUAL_AS_OF)
    assert len(committed_suites().rules) > 270


def test_there_are_many_kinds_of_defect_beside_the_mechanical_ones() -> None:
    codes = {kind.code for kind in ALL_KINDS} - {kind.code for kind in mechanical.KINDS}

    assert len(codes) >= 60
