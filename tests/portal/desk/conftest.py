"""Two units with spoiled records in a real village, and the people who work at their desks."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.demo.people import Person, one
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
from tests.services.village import A, B, C, Village

NAME = "portal_desk"
PASSWORD = "mot-mat-khau-du-dai"  # noqa: S105 - of accounts that live as long as a test
OFFICER, APPROVER, OTHER, BOTH = "canbo.a", "duyet.a", "canbo.b", "canbo.haidonvi"
STEWARD, STAFF, IDLE = "quanly", "uyban.xem", "canbo.c"
GRANTS: dict[str, list[tuple[Role, str]]] = {
    OFFICER: [(Role.HR_OFFICER, A)],
    APPROVER: [(Role.HR_APPROVER, A), (Role.HR_OFFICER, A)],
    OTHER: [(Role.HR_OFFICER, B), (Role.HR_APPROVER, B)],
    BOTH: [(Role.HR_OFFICER, A), (Role.HR_OFFICER, B)],
    IDLE: [(Role.HR_OFFICER, C)],
    STEWARD: [(Role.STEWARD, "")],
    STAFF: [(Role.COMMITTEE, "")],
}
HOSTILE = "Nguyễn <script>alert(1)</script> '; DROP TABLE x;--"
UNKNOWN_RANK = "CV-01"
PEOPLE = 14


def now() -> datetime:
    """The real clock: the database's row-level security asks its own."""
    return datetime.now(UTC)  # noqa: TID251 - sessions are judged by the server's clock


def spoil(people: list[Person]) -> None:
    """An unknown code in four records, a number with blanks, a hostile name, a wrong day."""
    for person in people[:4]:
        one(person, "salary_current")["sal_ma_ngach"] = UNKNOWN_RANK
    number = one(people[4], "person")["so_dinh_danh"]
    one(people[4], "person")["so_dinh_danh"] = f"{number[:3]} {number[3:6]} {number[6:]}"
    one(people[5], "person")["ho_va_ten"] = HOSTILE
    one(people[6], "recruitment")["ngay_vao_co_quan"] = "1970-01-01"
    one(people[7], "recruitment")["ngay_vao_co_quan"] = "1970-01-01"
    one(people[8], "person")["ton_giao"] = "ZZ"


@pytest.fixture(scope="module")
def desk_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of the module's own; settings are read from it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("desk-home")
        patch.setenv("CBCCVC_HOME", str(folder))
        get_settings.cache_clear()
        yield folder
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def desk_urls(server: EmbeddedServer) -> Iterator[Callable[[str], str]]:
    """A database of the module's own, by role."""
    superuser = server.url(SUPERUSER, SUPERUSER)
    clone_database(superuser, DATABASE, NAME)
    yield lambda role: server.url(role, NAME)
    drop_database(superuser, NAME)


@pytest.fixture(scope="module")
def desk_village(desk_urls: Callable[[str], str], desk_home: Path) -> Iterator[Village]:
    """After one wave over two units with spoiled records and one without."""
    writer = Database.connect(desk_urls("sync_writer"))
    village = Village(writer, desk_home)
    spoil(village.add(A, PEOPLE).people)
    spoil(village.add(B, PEOPLE, "hrm_con_tro").people)
    village.add(C, 2)
    village.wave()
    yield village
    village.close()
    writer.close()


@pytest.fixture(scope="module")
def desk_ways(desk_urls: Callable[[str], str], desk_village: Village) -> Iterator[Ways]:
    ways = Ways.open(desk_urls)
    for login, grants in GRANTS.items():
        wanted = Wanted(login, f"Cán bộ {login}", grants)
        ensure_account(wanted, PASSWORD, db=ways.keeper, clock=now)
    yield ways
    for way in (ways.reader, ways.keeper, ways.desk, ways.checker):
        way.close()


@pytest.fixture(scope="module")
def desk_portal(desk_ways: Ways, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a portal over the village."""
    secrets = tmp_path_factory.mktemp("desk-secrets")
    ensure_portal_secret(secrets)
    app = create_app(desk_ways, is_public=False, clock=now, secrets_dir=secrets)
    with running(app) as address:
        yield address


@pytest.fixture(scope="module")
def signed_in(desk_portal: str) -> Callable[[str], Reader]:
    """A reader signed in with one of the accounts; the same one for a module."""
    known: dict[str, Reader] = {}

    def sign_in(login: str) -> Reader:
        if login not in known:
            reader = Reader(desk_portal)
            answer = reader.sign_in(PASSWORD, account=login)
            assert answer.status_code == 303, login
            known[login] = reader
        return known[login]

    return sign_in


@pytest.fixture(scope="module")
def records_of(desk_village: Village) -> Callable[[str], list[int]]:
    """The record ids of a unit, in the order of its people."""

    def listed(unit_code: str) -> list[int]:
        rows = desk_village.rows(
            "SELECT record_id FROM landing.record WHERE unit_code = :u ORDER BY record_id",
            u=unit_code,
        )
        return [row[0] for row in rows]

    return listed
