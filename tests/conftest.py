"""A real PostgreSQL for every test that asks: one server a session, one clone a test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.store.credentials import ensure_password, ensure_passwords
from sync.store.database import Database
from sync.store.provision import (
    DATABASE,
    ROLE_NAMES,
    clone_database,
    drop_database,
    provision,
)
from sync.store.server import SUPERUSER, EmbeddedServer

# The server of a test run is thrown away: it need not survive a power cut.
FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "256MB",
    "autovacuum": "off",
    "max_wal_size": "1GB",
}

Urls = Callable[[str], str]


@pytest.fixture(scope="session")
def bare_server() -> Iterator[EmbeddedServer]:
    """A running server with databases and roles, and no tables."""
    # Not pytest's own folder: it closes that to other accounts again, and as root the server
    # runs as another account.
    home = Path(tempfile.mkdtemp(prefix="cbccvc-test-"))
    server = EmbeddedServer(home, overrides=FORGETFUL)
    try:
        server.start()
        passwords = ensure_passwords(server.secrets, ROLE_NAMES)
        provision(server.url(SUPERUSER, SUPERUSER), passwords)
        ensure_password(server.secrets, "value_key")
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def server(bare_server: EmbeddedServer) -> EmbeddedServer:
    """The server with all migrations run once; tests use clones of its database."""
    from sync.store.migrate import upgrade

    upgrade(bare_server.url("migrator"))
    return bare_server


@pytest.fixture(scope="session")
def _clone_names() -> Iterator[str]:
    return (f"test_{os.getpid()}_{number}" for number in itertools.count())


@pytest.fixture
def fresh_database(server: EmbeddedServer, _clone_names: Iterator[str]) -> Iterator[str]:
    """The name of a fresh copy of the migrated database, gone after the test."""
    name = next(_clone_names)
    superuser = server.url(SUPERUSER, SUPERUSER)
    clone_database(superuser, DATABASE, name)
    yield name
    drop_database(superuser, name)


@pytest.fixture
def urls(server: EmbeddedServer, fresh_database: str) -> Urls:
    """The address of the fresh copy for a role: `urls("committee_reader")`."""
    return lambda role: server.url(role, fresh_database)


@pytest.fixture
def db(urls: Urls) -> Iterator[Database]:
    """The fresh copy as the pipeline sees it."""
    database = Database.connect(urls("sync_writer"))
    yield database
    database.close()
