"""A pretend country over real sockets, and the services on a real database."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.settings import get_settings
from sync.store.database import Database
from tests.services.adding_up import differences
from tests.services.pretend import Pretend
from tests.services.village import Village

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own; settings are read from it."""
    monkeypatch.setenv("CBCCVC_HOME", str(tmp_path))
    monkeypatch.setenv("CBCCVC_HTTP_ATTEMPTS", "3")
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Noon of the day the pretend country speaks of."""
    return lambda: NOON


@pytest.fixture
def pretend(db: Database, home: Path) -> Iterator[Callable[..., Pretend]]:
    """Builds pretend countries: `pretend(seed=1, people=20)`; they end with the test."""
    from sync.services.registry import load_registry

    load_registry(db)
    made: list[Pretend] = []

    def build(*, seed: int = 1, people: int = 20, day: int = 0) -> Pretend:
        country = Pretend(db, home, seed=seed, people=people, day=day)
        made.append(country)
        return country

    yield build
    for country in made:
        country.close()


@pytest.fixture
def village(db: Database, home: Path) -> Iterator[Village]:
    """A registry without sources yet: `village.add(unit_code, count)`."""
    made = Village(db, home)
    yield made
    made.close()
    assert differences(db) == []  # whatever a test did, what pages count adds up
