"""`cbccvc claims` and `cbccvc contacts`: what is entered is kept and listed, or refused."""

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

ADD = [
    "claims",
    "add",
    "--on",
    "2026-01-15",
    "--by",
    "Một cuộc họp báo",
    "--source",
    "example.vn",
]
WORDS = ["--vi", "50 trên 56 đơn vị.", "--en", "50 of 56 units."]
CONTACTS = "unit_code,role,office,email,phone\nH26,records,Sở Nội vụ,tccb@h26.example,\n"


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


def test_a_claimed_figure_is_added_listed_and_withdrawn(run: CliRunner) -> None:
    told = run.invoke(app, [*ADD, *WORDS, "--connected", "50", "--of", "56"])
    newest = json.loads(run.invoke(app, ["claims", "list", "--json"]).output)[0]
    number = str(newest["claim_id"])
    table = run.invoke(app, ["claims", "list"]).output
    gone = run.invoke(app, ["claims", "withdraw", number, "--reason", "Entered twice."])
    left = json.loads(run.invoke(app, ["claims", "list", "--json"]).output)
    database_of().close()

    assert f"claimed figure {number} of 2026-01-15 is kept" in told.output
    assert (newest["connected_count"], newest["unit_count"]) == (50, 56)
    assert newest["stated_by"] == "Một cuộc họp báo"
    assert "4 in all" in table
    assert f"claimed figure {number} is withdrawn" in gone.output
    assert [claim["claim_id"] for claim in left].count(newest["claim_id"]) == 0


def test_a_claim_of_more_units_than_there_are_is_refused(run: CliRunner) -> None:
    told = run.invoke(app, [*ADD, *WORDS, "--connected", "57", "--of", "56"])
    database_of.cache_clear()

    assert isinstance(told.exception, ConfigurationError)
    assert "57 of 56" in str(told.exception)


def test_contacts_are_loaded_from_a_file_and_listed(run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(CONTACTS, encoding="utf-8")

    told = run.invoke(app, ["contacts", "load", str(path), "--from", "2026-01-01"])
    listed = json.loads(run.invoke(app, ["contacts", "list", "--unit", "H26", "--json"]).output)
    table = run.invoke(app, ["contacts", "list"]).output
    database_of().close()

    assert "1 contacts are kept" in told.output
    assert [(row["unit_code"], row["email"]) for row in listed] == [("H26", "tccb@h26.example")]
    assert "1 in all" in table


def test_a_file_that_cannot_be_read_is_named(run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(CONTACTS.encode("utf-16"))

    told = run.invoke(app, ["contacts", "load", str(path)])
    database_of.cache_clear()

    assert isinstance(told.exception, ConfigurationError)
    assert "contacts.csv cannot be read" in str(told.exception)
