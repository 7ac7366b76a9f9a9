"""The portal's process is made from the settings alone, and may live below a prefix."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.routing import Mount

from sync.model.errors import ConfigurationError
from sync.portal.access import FIRST_ACCOUNTS, ensure_portal_secret
from sync.portal.app import ROLES
from sync.portal.main import create, thresholds_of
from sync.services.setup import embedded_server, set_up
from sync.settings import Settings, get_settings
from sync.store.server import EmbeddedServer
from tests.portal.browsing import Reader
from tests.portal.conftest import running


@pytest.fixture
def _fresh_settings() -> Iterator[None]:
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("_fresh_settings")
def test_the_process_serves_from_its_settings(
    server: EmbeddedServer, urls: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = make_url(urls("committee_reader"))
    ensure_portal_secret(server.secrets)
    template = f"postgresql+psycopg2://{{role}}@{at.host}:{at.port}/{at.database}"
    monkeypatch.setenv("CBCCVC_DATABASE_URL", template)
    monkeypatch.setenv("CBCCVC_SECRETS_DIR", str(server.secrets))
    monkeypatch.setenv("CBCCVC_PORTAL_IS_PUBLIC", "true")
    app = create()

    with running(app) as address:
        answer = Reader(address).get("/")
    app.state.ways.close()

    assert answer.status_code == 200
    assert "Chưa có số liệu nào" in answer.text


@pytest.mark.usefixtures("_fresh_settings")
def test_beside_the_embedded_server_first_accounts_are_made_on_first_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = Path(tempfile.mkdtemp(prefix="cbccvc-portal-"))  # the server's account enters it
    monkeypatch.setenv("CBCCVC_HOME", str(home))
    try:
        set_up()
        app = create()
        passwords = [
            (home / "secrets" / name).read_text(encoding="utf-8").strip()
            for _, _, name, _ in FIRST_ACCOUNTS
        ]
        with running(app) as address:
            statuses = [
                Reader(address).sign_in(password, account=login).status_code
                for password, (login, _, _, _) in zip(passwords, FIRST_ACCOUNTS, strict=True)
            ]
        app.state.ways.close()
    finally:
        embedded_server().stop()
        shutil.rmtree(home)

    assert statuses == [303, 303]
    assert len(set(passwords)) == 2


@pytest.mark.usefixtures("_fresh_settings")
def test_on_a_server_of_its_own_the_password_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ROLES:
        (tmp_path / role).write_text("x")
    monkeypatch.setenv("CBCCVC_DATABASE_URL", "postgresql+psycopg2://{role}@127.0.0.1:1/cbccvc")
    monkeypatch.setenv("CBCCVC_SECRETS_DIR", str(tmp_path))

    with pytest.raises(ConfigurationError, match="portal_committee"):
        create()


def test_the_page_explains_the_limits_that_are_measured_by() -> None:
    settings = Settings(level_answer_h=48, level_complete_ratio=0.9)

    limits = thresholds_of(settings)

    assert limits.answer_h == 48
    assert limits.complete_ratio == 0.9


def test_below_a_prefix_every_link_stays_below_it(app: FastAPI, password: str) -> None:
    with running(Starlette(routes=[Mount("/sync", app)])) as address:
        reader = Reader(address)
        asked = reader.get("/sync/don-vi/H26")
        signed_in = reader.sign_in(password, path=asked.headers["location"])
        page = reader.get("/sync/")
        links = re.findall(r'(?:href|action)="(/[^"]*)"', page.text)
        style = next(link for link in links if "portal.css" in link)

        assert signed_in.headers["location"] == "/sync/don-vi/H26"
        assert len(links) > 56
        assert {link for link in links if not link.startswith("/sync/")} == set()
        assert reader.get(style).status_code == 200
        assert reader.get("/sync/don-vi/H26").status_code == 200
