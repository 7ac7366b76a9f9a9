"""Commands of the desk: two people and a steward at the server."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import make_url
from typer.testing import CliRunner

from sync.cli import app
from sync.model.errors import SyncError
from sync.services.context import database_of
from sync.settings import get_settings
from sync.store.database import Database
from sync.store.server import EmbeddedServer
from tests.conftest import Urls
from tests.services.desk import flag_id, knowing_rules, remember_rules
from tests.services.village import A, Village

GOOD = "dung@example.org"
Run = Callable[..., Result]


@pytest.fixture
def village(
    db: Database,
    server: EmbeddedServer,
    urls: Urls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Village]:
    """A unit with an address that asks, and a code of its own in four records."""
    where = make_url(urls("sync_writer"))
    template = f"postgresql+psycopg2://{{role}}@{where.host}:{where.port}/{where.database}"
    monkeypatch.setenv("CBCCVC_HOME", str(tmp_path))
    monkeypatch.setenv("CBCCVC_DATABASE_URL", template)
    shutil.copytree(server.secrets, tmp_path / "secrets")
    get_settings.cache_clear()
    database_of.cache_clear()
    made = Village(db, tmp_path)
    knowing_rules(made).add(A, 8)
    made.houses[A].main(1)["email"] = "not an address"
    for position in range(4):
        made.houses[A].main(position)["dan_toc"] = "DT-77"
    made.wave()
    remember_rules(made)
    yield made
    made.close()
    for role in ("sync_writer", "desk_checker"):
        database_of(role).close()
    database_of.cache_clear()
    get_settings.cache_clear()


@pytest.fixture
def run() -> Run:
    def run(*words: str, said: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=said)

    return run


def told(result: Result) -> Any:  # noqa: ANN401 - whatever the command printed
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_correction_from_flag_to_overlay(village: Village, run: Run) -> None:
    (listed,) = told(run("flags", "list", "--unit", A, "--rule", "ID017b", "--json"))
    flag = str(listed["flag_id"])
    assert flag == str(flag_id(village, "ID017b"))

    propose = ("corrections", "propose", "--flag", flag, "--reason", "Read aloud.")
    refused = run(*propose, "--actor", "an", said="nor this\n")
    assert isinstance(refused.exception, SyncError)
    assert "ID017b" in str(refused.exception)
    proposed = run(*propose, "--actor", "an", said=f"{GOOD}\n")
    assert "waits for a second officer" in proposed.output
    (waiting,) = told(run("corrections", "list", "--unit", A, "--json"))
    assert "new_value" not in waiting
    (shown,) = told(run("corrections", "list", "--unit", A, "--values", "--json"))
    assert (shown["old_value"], shown["new_value"]) == ("not an address", GOOD)
    number = str(waiting["correction_id"])
    alone = run("corrections", "approve", number, "--actor", "an")
    assert "second officer" in str(alone.exception)
    assert "approved" in run("corrections", "approve", number, "--actor", "binh").output
    village.day = 1
    village.wave()

    queue = told(run("flags", "queue", "--unit", A, "--json"))
    assert queue["corrected_by_last_delivery"] == 1
    assert [cause["code_list"] for cause in queue["causes"]] == ["ethnic_groups"]
    assert "0 overdue" in run("flags", "queue", "--unit", A).output
    assert "withdrawn" in run("corrections", "withdraw", number).output
    assert "choose one of" in run("corrections", "list", "--unit", A, "--state", "x").output


def test_a_waiver_and_a_mapping_from_the_server(village: Village, run: Run) -> None:
    flag = str(flag_id(village, "ID017b"))
    until = (date(2026, 11, 25) + timedelta(days=30)).isoformat()
    words = ("--until", until, "--reason", "Nobody knows it.", "--actor", "binh")
    made = run("waivers", "add", flag, *words)
    assert f"until {until}" in made.output, made.exception
    (waiver,) = told(run("waivers", "list", "--unit", A, "--json"))
    ended = run("waivers", "end", str(waiver["waiver_id"]), "--reason", "It is known.")
    assert "withdrawn" in ended.output
    assert len(told(run("waivers", "list", "--unit", A, "--ended", "--json"))) == 1

    new = ("mappings", "propose", A, "ethnic_groups", "DT-77", "01", "--reason", "Our list.")
    assert "waits for a steward" in run(*new, "--actor", "an").output
    (mapping,) = told(run("mappings", "list", "--json"))
    number = str(mapping["mapping_id"])
    assert "declined" in run("mappings", "decline", number, "--reason", "No.").output
    run(*new, "--actor", "an")
    (mapping,) = told(run("mappings", "list", "--unit", A, "--json"))
    number = str(mapping["mapping_id"])
    assert "approved" in run("mappings", "approve", number).output
    assert "withdrawn" in run("mappings", "withdraw", number, "--reason", "A slip.").output
    assert "DT-77" not in run("mappings", "list").output
