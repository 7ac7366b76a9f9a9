"""`cbccvc notices`: who is written to, what waits, what was sent, or a refusal."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync.cli import app
from sync.model.errors import ConfigurationError, NotFoundError
from sync.services.context import database_of, today
from sync.services.registry import load_registry
from sync.settings import get_settings
from sync.store.database import Database
from tests.conftest import Urls
from tests.services.mailbox import Mailbox

OFFICE = "vanthu@donvi.gov.vn"
SET = ["set", "H26", OFFICE, "--actor", "Mai"]


class Runner:
    """Commands of `cbccvc notices`; what they print, or the error they end in."""

    def __call__(self, *arguments: str) -> str:
        told = CliRunner().invoke(app, ["notices", *arguments], env={"COLUMNS": "200"})
        if told.exception is not None:
            raise told.exception
        return told.output


@pytest.fixture
def run(
    db: Database, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Runner]:
    load_registry(db)
    template = urls("sync_writer").replace("//sync_writer", "//{role}", 1)
    monkeypatch.setenv("CBCCVC_DATABASE_URL", template)
    monkeypatch.setenv("CBCCVC_SECRETS_DIR", str(tmp_path))
    get_settings.cache_clear()
    database_of.cache_clear()
    yield Runner()
    database_of().close()
    database_of.cache_clear()
    get_settings.cache_clear()


def test_an_address_is_set_listed_and_ended(run: Runner) -> None:
    told = run(*SET, "--kind", "hold", "--kind", "digest", "--from", "2026-01-01")
    listed = json.loads(run("addresses", "--json"))
    table = run("addresses")
    ended = run("set", "H26", OFFICE, "--end")

    assert "H26: the address gets digest, hold from 2026-01-01" in told
    assert listed == [
        {
            "unit_code": "H26",
            "email": OFFICE,
            "kinds": "digest, hold",
            "from": "2026-01-01",
            "to": "",
            "stated_by": "Mai",
        }
    ]
    assert OFFICE in table
    assert "gets nothing from today on" in ended
    assert json.loads(run("addresses", "--json")) == []


def test_silence_is_visible_with_its_end_until_it_is_over(run: Runner) -> None:
    until = (today() + timedelta(days=5)).isoformat()
    told = run("mute", "H26", "digest", "--until", until, "--reason", "They move.")
    listed = json.loads(run("list", "--json"))["mutes"]
    table = run("list", "--unit", "H26")
    others = json.loads(run("list", "--unit", "H29", "--json"))["mutes"]
    over = run("unmute", "H26")

    assert f"no digest notices until {until}" in told
    assert listed == [
        {
            "unit_code": "H26",
            "kind": "digest",
            "until_on": until,
            "stated_by": "operator",
            "reason": "They move.",
        }
    ]
    assert until in table
    assert others == []
    assert "kinds told again: 1" in over
    assert "was not mute" in run("unmute", "H26")


def test_what_is_queued_waits_for_a_mail_server_and_is_sent_once(
    run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*SET)
    queued = [run("queue"), run("queue")]
    waiting = run("send")
    mailbox = Mailbox().open()
    monkeypatch.setenv("CBCCVC_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("CBCCVC_SMTP_PORT", str(mailbox.port))
    monkeypatch.setenv("CBCCVC_SMTP_FROM", "thongbao@example.vn")
    monkeypatch.setenv("CBCCVC_SMTP_TLS", "none")
    get_settings.cache_clear()
    sent = [run("send"), run("send")]
    mailbox.close()
    mails = json.loads(run("list", "--json"))["mails"]

    assert [line.strip() for line in queued] == [
        "levels 0, holds 0, digests 1",
        "levels 0, holds 0, digests 0",
    ]
    assert "No mail server is set (CBCCVC_SMTP_HOST); mails waiting: 1" in waiting
    assert [line.strip() for line in sent] == [
        "sent 1, later 0, failed 0, dropped 0",
        "sent 0, later 0, failed 0, dropped 0",
    ]
    assert mailbox.addressed() == [OFFICE]
    assert [(mail["email"], mail["state"], mail["smtp_code"]) for mail in mails] == [
        (OFFICE, "sent", 250)
    ]


def test_what_cannot_hold_is_refused_in_a_sentence(run: Runner) -> None:
    with pytest.raises(ConfigurationError, match="not one plain mailbox"):
        run("set", "H26", "Mai <mai@donvi.gov.vn>")
    with pytest.raises(NotFoundError, match="no unit Z99"):
        run("set", "Z99", OFFICE)
    with pytest.raises(ConfigurationError, match="Silence ends on a day from"):
        run("mute", "H26", "digest", "--until", "2020-01-01", "--reason", "x")
