"""What others announced is kept with who, when, where; never mixed with what is proved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from sync.model.desk import Actor, Role
from sync.model.errors import (
    ConfigurationError,
    DatabaseRefusedError,
    NotFoundError,
    PermissionDeniedError,
)
from sync.services.claimed import add_claim, list_claims, withdraw_claim
from sync.services.permissions import operator
from sync.services.registry import CLAIMS, load_registry
from sync.store.claimed import Claimed
from sync.store.database import Database

ACTOR = operator("mai")
CLAIM = Claimed(
    claimed_on=date(2026, 10, 1),
    claim_vi="50 trên 56 đơn vị đã kết nối, 40 đã đồng bộ.",
    claim_en="50 of 56 units connected, 40 synchronised.",
    connected_count=50,
    synchronised_count=40,
    unit_count=56,
    stated_by="Một cuộc họp báo",
    source="example.vn",
)


def noon() -> datetime:
    return datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
def tools(db: Database) -> dict[str, Any]:
    load_registry(db)
    return {"db": db, "clock": noon}


def entries(db: Database) -> list[tuple[str, str, str, dict[str, Any]]]:
    with db.transaction() as conn:
        rows = conn.execute(
            text("SELECT unit_code, action, actor, figures FROM ledger.entry ORDER BY entry_id")
        )
        return [tuple(row) for row in rows]


def test_a_figure_is_kept_and_the_ledger_says_who_kept_it(tools: dict[str, Any]) -> None:
    claim_id = add_claim(CLAIM, actor=ACTOR, **tools)

    newest = list_claims(**tools)[0]
    assert newest["claim_id"] == claim_id
    assert (newest["connected_count"], newest["synchronised_count"]) == (50, 40)
    assert (newest["unit_count"], newest["stated_by"]) == (56, "Một cuộc họp báo")
    figures = {"connected_count": 50, "synchronised_count": 40, "unit_count": 56}
    assert entries(tools["db"]) == [
        (
            *("*", "claim_added", "mai"),
            figures | {"claim_id": claim_id, "claimed_on": "2026-10-01"},
        )
    ]


def test_setting_up_again_keeps_what_people_added(tools: dict[str, Any]) -> None:
    add_claim(CLAIM, actor=ACTOR, **tools)
    before = list_claims(**tools)

    load_registry(tools["db"])

    assert list_claims(**tools) == before
    assert len(before) == len(CLAIMS) + 1


def test_a_withdrawn_figure_is_shown_no_more_and_setting_up_does_not_bring_it_back(
    tools: dict[str, Any],
) -> None:
    packaged = list_claims(**tools)[0]["claim_id"]
    withdraw_claim(packaged, "The source was read wrongly.", actor=ACTOR, **tools)

    load_registry(tools["db"])

    assert packaged not in [claim["claim_id"] for claim in list_claims(**tools)]
    assert entries(tools["db"])[-1][1] == "claim_withdrawn"
    with pytest.raises(NotFoundError, match=f"no claimed figure {packaged}"):
        withdraw_claim(packaged, "Again.", actor=ACTOR, **tools)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"stated_by": " "}, "needs stated_by"),
        ({"source": ""}, "needs source"),
        ({"claimed_on": date(2026, 11, 24)}, "is to come"),
        ({"connected_count": 57}, "57 of 56"),
        ({"synchronised_count": -1}, "-1 of 56"),
    ],
)
def test_a_figure_that_cannot_be_defended_is_refused(
    tools: dict[str, Any], wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        add_claim(replace(CLAIM, **wrong), actor=ACTOR, **tools)

    assert entries(tools["db"]) == []


def test_the_same_words_of_a_day_are_one_claim(tools: dict[str, Any]) -> None:
    add_claim(CLAIM, actor=ACTOR, **tools)

    with pytest.raises(ConfigurationError, match="already"):
        add_claim(CLAIM, actor=ACTOR, **tools)


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_committee_and_stewards_keep_the_register(
    tools: dict[str, Any], role: Role
) -> None:
    actor = Actor("x", frozenset({(role, "")}))

    with pytest.raises(PermissionDeniedError, match="committee or steward"):
        add_claim(CLAIM, actor=actor, **tools)
    with pytest.raises(PermissionDeniedError, match="committee or steward"):
        withdraw_claim(1, "No.", actor=actor, **tools)


def test_the_database_refuses_more_units_than_there_are_and_the_reader_writes_none(
    tools: dict[str, Any], urls: Callable[[str], str]
) -> None:
    reader = Database.connect(urls("committee_reader"))
    for database, sqlstate in ((tools["db"], "23514"), (reader, "25006|42501")):
        with (
            pytest.raises(DatabaseRefusedError, match=sqlstate),
            database.transaction() as conn,
        ):
            conn.execute(text("UPDATE facts.claimed SET connected_count = 97"))
    reader.close()
