"""`cbccvc accounts`: what was said is done and printed, a secret once and alone."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync.cli import app
from sync.model.errors import ConfigurationError, NotFoundError
from sync.services import links, sessions, tokens
from sync.services.context import database_of
from sync.settings import get_settings
from sync.store.database import Database
from sync.store.links import Vouched
from tests.conftest import Urls
from tests.units import know_units


@pytest.fixture
def run(urls: Urls, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Commands that find the test's database."""
    know_units(db, "H26")
    template = urls("portal_keeper").replace("//portal_keeper", "//{role}", 1)
    monkeypatch.setenv("CBCCVC_DATABASE_URL", template)
    monkeypatch.setenv("CBCCVC_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("CBCCVC_OIDC_ISSUER", "https://login.example")
    get_settings.cache_clear()
    database_of.cache_clear()
    return CliRunner()


def said(run: CliRunner, *words: str) -> str:
    answer = run.invoke(app, ["accounts", *words])
    assert answer.exit_code == 0, answer.exception
    return answer.output.strip()


def test_an_account_is_added_listed_changed_reset_linked_and_closed(run: CliRunner) -> None:
    first = said(run, "add", "lan", "--name", "Lan", "--role", "hr_officer:H26")
    assert sessions.sign_in("lan", first, "127.0.0.1") is not None
    assert said(run, "roles", "lan", "--role", "steward", "--role", "auditor") == (
        "lan: steward, auditor"
    )
    reset = said(run, "reset", "lan")
    assert sessions.sign_in("lan", first, "127.0.0.1") is None
    assert sessions.sign_in("lan", reset, "127.0.0.1") is not None
    said(run, "link", "lan", "subject-1")
    assert sessions.sign_in_vouched("https://login.example", "subject-1") is not None
    code = said(run, "link-code", "lan")
    visit = links.wait_for_code(Vouched("https://login.example", "subject-2", "/"))
    bound = links.bind(visit, code, "127.0.0.1")
    assert bound is not None
    assert sessions.sign_in_vouched("https://login.example", "subject-1") is None
    said(run, "close", "lan", "--actor", "Mai")
    listed = json.loads(said(run, "list", "--json"))
    table = said(run, "list")
    database_of("portal_keeper").close()

    assert [each["login"] for each in listed] == ["lan"]
    assert listed[0]["roles"] == ["auditor", "steward"]
    assert listed[0]["closed_at"]
    assert "lan" in table
    assert reset not in table


def test_a_token_is_issued_listed_and_revoked(run: CliRunner) -> None:
    said(run, "add", "lan", "--name", "Lan")
    token = said(run, "token", "issue", "lan", "--name", "Trung tâm", "--days", "30")
    found = tokens.find_token(token)
    listed = json.loads(said(run, "token", "list", "--json"))
    told = said(run, "token", "revoke", str(listed[0]["token_id"]))
    table = said(run, "token", "list")
    after = tokens.find_token(token)
    database_of("portal_keeper").close()

    assert found == {"scorecard"}
    assert "revoked" in told
    assert "Trung tâm" in table
    assert token not in table + str(listed)
    assert after is None


def test_what_cannot_be_done_is_said_in_a_sentence(run: CliRunner) -> None:
    wrong = run.invoke(app, ["accounts", "add", "lan", "--name", "Lan", "--role", "boss"])
    unknown = run.invoke(app, ["accounts", "reset", "ai-do"])
    nowhere = run.invoke(
        app, ["accounts", "add", "lan", "--name", "Lan", "--role", "hr_approver:h99"]
    )
    database_of("portal_keeper").close()

    assert isinstance(wrong.exception, ConfigurationError)
    assert isinstance(unknown.exception, NotFoundError)
    assert "no unit H99" in str(nowhere.exception)
