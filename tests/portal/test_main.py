"""The portal's process is made from the settings alone, and may live below a prefix."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.routing import Mount

from sync.model.errors import ConfigurationError
from sync.portal.access import KEY_FILE, PASSWORD_FILE, ensure_portal_secret
from sync.portal.main import create, thresholds_of
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
    app.state.database.close()

    assert answer.status_code == 200
    assert "Chưa có số liệu nào" in answer.text


@pytest.mark.usefixtures("_fresh_settings")
def test_beside_the_embedded_server_the_password_is_made_on_first_use(
    server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_dir = tmp_path / "secrets"
    shutil.copytree(server.secrets, secrets_dir)
    for name in (PASSWORD_FILE, KEY_FILE):
        (secrets_dir / name).unlink(missing_ok=True)
    monkeypatch.setenv("CBCCVC_HOME", str(server.home))
    monkeypatch.setenv("CBCCVC_SECRETS_DIR", str(secrets_dir))

    create()

    assert (secrets_dir / PASSWORD_FILE).read_text(encoding="utf-8").strip()


@pytest.mark.usefixtures("_fresh_settings")
def test_on_a_server_of_its_own_the_password_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "committee_reader").write_text("x")
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
