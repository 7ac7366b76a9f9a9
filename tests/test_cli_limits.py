"""`cbccvc limits`: what a steward says is kept and listed, or refused in a sentence."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync.cli import app
from sync.model.errors import ConfigurationError
from sync.services.context import database_of
from sync.services.registry import load_registry
from sync.settings import get_settings
from sync.store.database import Database
from tests.conftest import Urls

SET = ["limits", "set", "H26", "XO008", "--reason", "Two schools close.", "--actor", "Mai"]


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


def test_a_limit_is_kept_with_who_and_why(run: CliRunner) -> None:
    told = run.invoke(app, [*SET, "--count", "120", "--ratio", "0.1", "--from", "2026-01-01"])
    listed = json.loads(run.invoke(app, ["limits", "list", "--json"]).output)
    table = run.invoke(app, ["limits", "list"]).output
    database_of().close()

    assert "XO008 for H26 holds from 2026-01-01" in told.output
    assert listed == [
        {
            "unit_code": "H26",
            "rule_code": "XO008",
            "count": 120,
            "ratio": 0.1,
            "valid_from": "2026-01-01",
            "valid_to": None,
            "stated_by": "Mai",
            "reason": "Two schools close.",
        }
    ]
    assert "XO008" in table


def test_a_limit_without_a_number_is_refused(run: CliRunner) -> None:
    told = run.invoke(app, SET)
    database_of.cache_clear()

    assert isinstance(told.exception, ConfigurationError)
    assert "--count" in str(told.exception)
