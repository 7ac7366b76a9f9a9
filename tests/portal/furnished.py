"""A portal on a real socket over a village after a wave, with accounts that may sign in."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from sync.model.desk import Role
from sync.portal.access import ensure_portal_secret
from sync.portal.app import Ways, create_app
from sync.services.accounts import Wanted, ensure_account
from sync.settings import get_settings
from sync.store.database import Database
from sync.store.provision import DATABASE, clone_database, drop_database
from sync.store.server import SUPERUSER, EmbeddedServer
from tests.portal.browsing import Reader
from tests.portal.conftest import running
from tests.services.village import Village

PASSWORD = "mot-mat-khau-du-dai"  # noqa: S105 - of accounts that live as long as a test
HOSTILE = "Nguyễn <script>alert(1)</script> '; DROP TABLE x;--"
Grants = Mapping[str, list[tuple[Role, str]]]


def now() -> datetime:
    """The real clock: the database's row-level security asks its own."""
    return datetime.now(UTC)  # noqa: TID251 - sessions are judged by the server's clock


@dataclass
class Furnished:
    """A village, the address of its portal, and who is signed in there."""

    village: Village
    address: str
    app: FastAPI
    _readers: dict[str, Reader] = field(default_factory=dict)

    def signed_in(self, login: str) -> Reader:
        """A reader signed in with one of the accounts; the same one as long as this lasts."""
        if login not in self._readers:
            reader = Reader(self.address)
            assert reader.sign_in(PASSWORD, account=login).status_code == 303, login
            self._readers[login] = reader
        return self._readers[login]


@contextmanager
def furnished(
    server: EmbeddedServer,
    folder: Path,
    fill: Callable[[Village], object],
    grants: Grants,
) -> Iterator[Furnished]:
    """A database and a home of its own; settings are read from that home meanwhile."""
    superuser, name = server.url(SUPERUSER, SUPERUSER), folder.name.replace("-", "_")
    clone_database(superuser, DATABASE, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CBCCVC_HOME", str(folder))
        get_settings.cache_clear()
        writer = Database.connect(server.url("sync_writer", name))
        village = Village(writer, folder)
        fill(village)
        ways = Ways.open(lambda role: server.url(role, name))
        for login, wanted in grants.items():
            account = Wanted(login, f"Cán bộ {login}", wanted)
            ensure_account(account, PASSWORD, db=ways.keeper, clock=now)
        secrets = folder / "portal-secrets"
        ensure_portal_secret(secrets)
        app = create_app(ways, is_public=False, clock=now, secrets_dir=secrets)
        with running(app) as address:
            yield Furnished(village, address, app)
        ways.close()
        village.close()
        writer.close()
    get_settings.cache_clear()
    drop_database(superuser, name)
