"""A portal on a real socket over a real database with a plausible country in it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser
from sqlalchemy import text

from sync.portal.access import COMMITTEE, ensure_first_accounts, ensure_portal_secret
from sync.portal.app import Ways, create_app
from sync.store.database import Database
from sync.store.provision import DATABASE, clone_database, drop_database
from sync.store.server import SUPERUSER, EmbeddedServer
from tests.portal.figures import MEASURED_AT, insert_country
from tests.portal.windows import chromium


class Clock:
    """Time as an argument; a test may move it."""

    def __init__(self) -> None:
        self.now = MEASURED_AT

    def __call__(self) -> datetime:
        return self.now


def forgive(keeper: Database) -> None:
    """Forget wrong passwords of other tests: they share one database and one address."""
    with keeper.transaction() as conn:
        conn.execute(text("DELETE FROM portal.sign_in_failure"))
        conn.execute(text("UPDATE portal.account SET failure_count = 0, locked_until = NULL"))


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The application on a loopback port of its own; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
        portal = uvicorn.Server(config)
        thread = threading.Thread(
            target=portal.run, kwargs={"sockets": [listener]}, daemon=True
        )
        thread.start()
        while not portal.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            portal.should_exit = True
            thread.join(timeout=10)


@pytest.fixture(scope="session")
def country_url(server: EmbeddedServer) -> Iterator[Callable[[str], str]]:
    """The address, for a role, of one database with the country in it; read only."""
    superuser = server.url(SUPERUSER, SUPERUSER)
    clone_database(superuser, DATABASE, "portal_country")
    writer = Database.connect(server.url("sync_writer", "portal_country"))
    with writer.transaction() as conn:
        insert_country(conn)
    writer.close()
    yield lambda role: server.url(role, "portal_country")
    drop_database(superuser, "portal_country")


@pytest.fixture(scope="session")
def secrets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    ensure_portal_secret(folder)
    return folder


@pytest.fixture(scope="session")
def ways(country_url: Callable[[str], str], secrets_dir: Path) -> Iterator[Ways]:
    """The country as each role of the portal reaches it."""
    ways = Ways.open(country_url)
    ensure_first_accounts(secrets_dir, ways.keeper, lambda: MEASURED_AT)
    yield ways
    ways.close()


@pytest.fixture(scope="session")
def reader(ways: Ways) -> Database:
    """The country as the committee's role sees it."""
    return ways.reader


@pytest.fixture(scope="session")
def password(secrets_dir: Path) -> str:
    return ensure_portal_secret(secrets_dir)[COMMITTEE].read_text(encoding="utf-8").strip()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(ways: Ways, secrets_dir: Path, clock: Clock) -> FastAPI:
    forgive(ways.keeper)
    return create_app(ways, is_public=False, clock=clock, secrets_dir=secrets_dir)


@pytest.fixture
def portal(app: FastAPI) -> Iterator[str]:
    """The address of a portal that asks for a sign-in."""
    with running(app) as address:
        yield address


@pytest.fixture
def public_portal(ways: Ways, secrets_dir: Path, clock: Clock) -> Iterator[str]:
    """The address of a portal that anybody may read."""
    app = create_app(ways, is_public=True, clock=clock, secrets_dir=secrets_dir)
    with running(app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium of the module's own."""
    with chromium() as browser:
        yield browser
