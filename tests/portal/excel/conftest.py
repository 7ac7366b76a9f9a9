"""Two units with spoiled records in a real village, and officers who take and bring sheets."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.demo.people import one
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
from tests.services.sheet_unit import spoiled
from tests.services.village import A, B, Village

NAME = "portal_excel"
PASSWORD = "mot-mat-khau-du-dai"  # noqa: S105 - of accounts that live as long as a test
OFFICER, COLLEAGUE, APPROVER, OTHER = "canbo.a", "canbo.a2", "duyet.a", "canbo.b"
GRANTS: dict[str, list[tuple[Role, str]]] = {
    OFFICER: [(Role.HR_OFFICER, A)],
    COLLEAGUE: [(Role.HR_OFFICER, A)],
    APPROVER: [(Role.HR_APPROVER, A)],
    OTHER: [(Role.HR_OFFICER, B)],
}
HOSTILE = "Nguyễn <script>alert(1)</script> '; DROP TABLE x;--"


def now() -> datetime:
    """The real clock: the database's row-level security asks its own."""
    return datetime.now(UTC)  # noqa: TID251 - sessions are judged by the server's clock


@pytest.fixture(scope="module")
def excel_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of the module's own; settings are read from it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("excel-home")
        patch.setenv("CBCCVC_HOME", str(folder))
        get_settings.cache_clear()
        yield folder
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def excel_urls(server: EmbeddedServer) -> Iterator[Callable[[str], str]]:
    """A database of the module's own, by role."""
    superuser = server.url(SUPERUSER, SUPERUSER)
    clone_database(superuser, DATABASE, NAME)
    yield lambda role: server.url(role, NAME)
    drop_database(superuser, NAME)


@pytest.fixture(scope="module")
def excel_village(excel_urls: Callable[[str], str], excel_home: Path) -> Iterator[Village]:
    """After one wave over two units with spoiled records."""
    writer = Database.connect(excel_urls("sync_writer"))
    village = Village(writer, excel_home)
    other = village.add(B, 3, "hrm_con_tro").people
    one(other[0], "person")["email"] = "not an address"
    one(other[1], "person")["ho_va_ten"] = HOSTILE
    spoiled(village)
    yield village
    village.close()
    writer.close()


@pytest.fixture(scope="module")
def excel_ways(excel_urls: Callable[[str], str], excel_village: Village) -> Iterator[Ways]:
    ways = Ways.open(excel_urls)
    for login, grants in GRANTS.items():
        wanted = Wanted(login, f"Cán bộ {login}", grants)
        ensure_account(wanted, PASSWORD, db=ways.keeper, clock=now)
    yield ways
    for way in (ways.reader, ways.keeper, ways.desk, ways.checker):
        way.close()


@pytest.fixture(scope="module")
def excel_portal(excel_ways: Ways, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a portal over the village."""
    secrets = tmp_path_factory.mktemp("excel-secrets")
    ensure_portal_secret(secrets)
    app = create_app(excel_ways, is_public=False, clock=now, secrets_dir=secrets)
    with running(app) as address:
        yield address


@pytest.fixture(scope="module")
def signed_in(excel_portal: str) -> Callable[[str], Reader]:
    """A reader signed in with one of the accounts; the same one for a module."""
    known: dict[str, Reader] = {}

    def sign_in(login: str) -> Reader:
        if login not in known:
            reader = Reader(excel_portal)
            answer = reader.sign_in(PASSWORD, account=login)
            assert answer.status_code == 303, login
            known[login] = reader
        return known[login]

    return sign_in
