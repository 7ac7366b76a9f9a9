"""`cbccvc credential`: until when a key is good, or a sentence why it is not kept."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync.cli import app
from sync.model.errors import NotFoundError
from sync.model.source import Source
from sync.services.context import database_of
from sync.services.registry import load_registry
from sync.settings import get_settings
from sync.store import registry
from sync.store.database import Database
from tests.conftest import Urls


@pytest.fixture
def run(db: Database, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Commands that find the test's database."""
    load_registry(db)
    template = urls("sync_writer").replace("//sync_writer", "//{role}", 1)
    monkeypatch.setenv("CBCCVC_DATABASE_URL", template)
    monkeypatch.setenv("CBCCVC_SECRETS_DIR", str(tmp_path))
    get_settings.cache_clear()
    database_of.cache_clear()
    return CliRunner()


def test_an_end_is_kept_told_and_taken_back(db: Database, run: CliRunner) -> None:
    with db.transaction() as conn:
        registry.set_sources(conn, [Source("S26", "H26", "rest_page", "hrm_trang", "http://x")])

    kept = run.invoke(app, ["credential", "H26", "--ends-on", "2027-01-31", "--actor", "Mai"])
    with db.transaction() as conn:
        ends_on = registry.get_source(conn, "H26", date(2026, 11, 23)).credential_ends_on
    undone = run.invoke(app, ["credential", "H26"])
    with db.transaction() as conn:
        after = registry.get_source(conn, "H26", date(2026, 11, 23)).credential_ends_on
    database_of().close()

    assert "credential of S26 ends on 2027-01-31" in kept.output
    assert (ends_on, after) == (date(2027, 1, 31), None)
    assert "nobody told us" in undone.output


def test_a_unit_without_a_source_has_no_credential(run: CliRunner) -> None:
    refused = run.invoke(app, ["credential", "H26", "--ends-on", "2027-01-31"])
    database_of().close()

    with pytest.raises(NotFoundError, match="has no active source"):
        raise refused.exception or AssertionError(refused.output)
