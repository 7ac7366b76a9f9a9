"""Suites, a migrated database with the packaged lists, and conditions compiled once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from sync.checks.conditions import compile_suites
from sync.checks.run import Compiled
from sync.checks.suites import Suites, load_suites
from sync.model.value_key import ValueKey
from sync.services.registry import load_registry
from sync.store.database import Database
from sync.store.server import EmbeddedServer

EXPECTATIONS = Path(__file__).parents[2] / "expectations"
AS_OF = date(2026, 11, 23)
KEY = ValueKey.of("a key of tests")


@pytest.fixture(scope="session")
def suites() -> Suites:
    """The rules as committed."""
    return load_suites(EXPECTATIONS)


@pytest.fixture(scope="session")
def compiled(server: EmbeddedServer, suites: Suites) -> Compiled:
    """Every condition."""
    return compile_suites(server.url("sync_writer"), suites)


@pytest.fixture
def conn(db: Database) -> Iterator[Connection]:
    """A transaction on a fresh copy that knows the packaged lists."""
    load_registry(db)
    with db.transaction() as connection:
        yield connection
