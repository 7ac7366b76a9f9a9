"""The portal below a path of another application: own guard, own links, no way round."""

import http.client
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from sync.model.desk import Role
from sync.portal.access import KEY_FILE, ensure_portal_secret
from sync.portal.mount import MountedPortal
from sync.services import accounts
from sync.services.context import utc_now
from sync.services.registry import load_registry
from sync.settings import get_settings
from sync.store.database import Database
from sync.store.server import EmbeddedServer
from tests.portal import dispatch
from tests.portal.browsing import Reader
from tests.portal.conftest import running

PASSWORD = "mot-mat-khau-du-dai"  # noqa: S105 - of these tests
HOST_PAGE = "a page of the host"
TRICKS = (
    "/sync/../", "/sync/../sync/dot", "/sync//dot", "/sync//example.org/", "//sync/dot",
    "/sync/%2e%2e/dot", "/sync/..%2fdot", "/sync/%2e%2e%2f", "/sync/dot/..", "/sync/dot/",
    "/sync/static/../dot", "/sync/static/..%2f..%2fmain.py", "/sync/static/%2e%2e/main.py",
    "/sync/%00", "/sync/dot%00", "/sync\\dot", "/sync;/dot", "/SYNC/dot", "/sync/./dot",
)  # fmt: skip
TARGETS = (
    "/sync/../", "/sync/%2e%2e/", "/sync/..%2f", "/sync/a/../../b", "//example.org/sync/",
    "/sync/\\example.org", "/sync/%5c%2fexample.org", "https://example.org/sync/", "/", "/dot",
    "/sync/\n/", "javascript:alert(1)",
)  # fmt: skip


@pytest.fixture
def _settings(
    server: EmbeddedServer, urls: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    at = make_url(urls("committee_reader"))
    template = f"postgresql+psycopg2://{{role}}@{at.host}:{at.port}/{at.database}"
    ensure_portal_secret(server.secrets)
    monkeypatch.setenv("CBCCVC_DATABASE_URL", template)
    monkeypatch.setenv("CBCCVC_SECRETS_DIR", str(server.secrets))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def mounted(_settings: None) -> Iterator[str]:
    """The address of a host that knows nothing of the portal but its path."""

    def host_page(request: Request) -> PlainTextResponse:
        return PlainTextResponse(HOST_PAGE)

    host = Starlette(routes=[Mount("/sync", MountedPortal()), Route("/{rest:path}", host_page)])
    with running(host) as address:
        yield address


@pytest.fixture
def engineer(mounted: str, urls: Callable[[str], str]) -> Reader:
    keeper = Database.connect(urls("portal_keeper"))
    wanted = accounts.Wanted("ky.su", "Kỹ sư", [(Role.ENGINEER, "")])
    accounts.ensure_account(wanted, PASSWORD, db=keeper)
    keeper.close()
    reader = Reader(mounted)
    reader.sign_in(PASSWORD, account="ky.su", path="/sync/dang-nhap")
    return reader


def raw(address: str, path: str, cookies: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, address it leads to, and page for a path sent as it stands."""
    at = urlsplit(address)
    talk = http.client.HTTPConnection(str(at.hostname), at.port, timeout=10)
    talk.putrequest("GET", path)
    if cookies:
        talk.putheader(
            "Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items())
        )
    talk.endheaders()
    answer = talk.getresponse()
    page = answer.read().decode()
    talk.close()
    return answer.status, answer.headers.get("Location", ""), page


def test_a_mounted_portal_asks_for_its_own_sign_in_and_says_that_it_lives(mounted: str) -> None:
    stranger = Reader(mounted)

    assert stranger.get("/sync/healthz").text == "ok\n"
    for path in ("/sync/", "/sync/dot", "/sync/don-vi/H26"):
        answer = stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sync/dang-nhap?next=%2Fsync%2F")
    assert stranger.get("/").text == HOST_PAGE


def test_below_the_mount_engineers_pages_lead_to_one_another_and_to_the_host(
    engineer: Reader, db: Database
) -> None:
    load_registry(db)
    key = dispatch.add_waves(db, utc_now(), 1)[0]

    for path in ("/sync/dot", f"/sync/dot/{key}", "/sync/tam-giu", "/sync/don-vi/H20/ky-thuat"):
        answer = engineer.get(path)
        links = set(re.findall(r'(?:href|action)="(/[^"]*)"', answer.text))
        assert answer.status_code == 200, path
        assert {link for link in links if not link.startswith(("/sync/", "/dags/"))} == set()
    run = engineer.get("/sync/dot").text
    assert 'href="/dags/sync_wave/runs/manual__' in run


def test_a_decision_below_the_mount_ends_below_it(engineer: Reader, db: Database) -> None:
    load_registry(db)
    dispatch.add_waves(db, utc_now(), 1)
    token = engineer.form_token("/sync/tam-giu")
    path = re.findall(r'action="(/sync/lan-gui/\d+)"', engineer.get("/sync/tam-giu").text)[0]

    answer = engineer.post(path, token=token, decision="reject", reason="Thiếu người.")

    assert answer.headers["location"] == f"{path}?done=rejected"


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_no_spelling_of_a_path_goes_round_the_guard_or_out_of_the_portal(
    mounted: str, engineer: Reader, is_signed_in: bool
) -> None:
    cookies = dict(engineer.session.cookies) if is_signed_in else {}
    for path in TRICKS:
        status, leads_to, page = raw(mounted, path, cookies)
        assert status in (303, 400, 404) or page == HOST_PAGE, path
        assert not leads_to or leads_to.startswith("/sync/dang-nhap?next="), path
        assert "create_app" not in page


def test_a_sign_in_leads_nowhere_but_into_the_portal(mounted: str, engineer: Reader) -> None:
    for target in TARGETS:
        reader = Reader(mounted)
        path = f"/sync/dang-nhap?{urlencode({'next': target})}"
        answer = reader.sign_in(PASSWORD, account="ky.su", path=path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sync/"), target


def test_a_portal_without_its_secrets_answers_so_and_is_there_once_they_are(
    server: EmbeddedServer, mounted: str, tmp_path: Path
) -> None:
    key = server.secrets / KEY_FILE
    kept = key.rename(tmp_path / "kept")
    try:
        without = Reader(mounted).get("/sync/healthz")
    finally:
        kept.rename(key)

    assert without.status_code == 503
    assert "portal" in without.text
    assert Reader(mounted).get("/").text == HOST_PAGE
    assert Reader(mounted).get("/sync/healthz").status_code == 200
