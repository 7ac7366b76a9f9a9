"""A database of its own for a whole module: Airflow's tasks commit."""

import os
from collections.abc import Iterator

import pytest

from sync.store.provision import DATABASE, clone_database, drop_database
from sync.store.server import SUPERUSER, EmbeddedServer


@pytest.fixture(scope="module")
def cloned(server: EmbeddedServer) -> Iterator[tuple[EmbeddedServer, str]]:
    """The server and the name of a fresh copy of the migrated database."""
    name = f"e2e_{os.getpid()}"
    superuser = server.url(SUPERUSER, SUPERUSER)
    clone_database(superuser, DATABASE, name)
    yield server, name
    drop_database(superuser, name)
