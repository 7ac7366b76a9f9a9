"""Set-up makes a whole service from nothing, and nothing of what is there already."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from sync.services.context import database_of, url_of
from sync.services.setup import embedded_server, set_up
from sync.services.status import build_status
from sync.settings import get_settings
from sync.store.server import SUPERUSER, EmbeddedServer


def forget() -> None:
    get_settings.cache_clear()
    database_of.cache_clear()


@pytest.fixture
def empty_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that another account may enter, as the server needs it for root."""
    folder = Path(tempfile.mkdtemp(prefix="cbccvc-setup-"))
    monkeypatch.setenv("CBCCVC_HOME", str(folder))
    forget()
    yield folder
    database_of().close()
    embedded_server().stop()
    forget()
    shutil.rmtree(folder)


def test_a_service_is_set_up_from_an_empty_folder_and_again(empty_home: Path) -> None:
    first = set_up()
    password = (empty_home / "secrets" / "sync_writer").read_text()

    assert set_up() == first
    assert first["unit"] == 123
    assert (empty_home / "secrets" / "sync_writer").read_text() == password
    assert build_status()["connected"]["count"] == 0


def test_another_server_is_set_up_where_its_superuser_is_known(
    server: EmbeddedServer, fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = make_url(server.url(SUPERUSER, SUPERUSER)).port
    shutil.copytree(server.secrets, tmp_path / "secrets")
    monkeypatch.setenv("CBCCVC_HOME", str(tmp_path))
    monkeypatch.setenv(
        "CBCCVC_DATABASE_URL",
        f"postgresql+psycopg2://{{role}}@127.0.0.1:{port}/{fresh_database}",
    )
    forget()

    counts = set_up()
    address = make_url(url_of("auditor"))
    forget()

    assert counts["unit"] == 123
    assert (address.username, address.port) == ("auditor", port)
