"""Whom to ask in a unit: offices with their own mailbox, dated, shown at once."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from sync.model.desk import Actor, Role
from sync.model.errors import ConfigurationError, NotFoundError, PermissionDeniedError
from sync.services.contacts import list_contacts, read_contacts, set_contacts
from sync.services.permissions import operator
from sync.services.registry import load_registry
from sync.store.database import Database

HEAD = "unit_code,role,office,email,phone\n"
FILE = (
    HEAD + "H26,records,Sở Nội vụ,tccb@h26.example,024 0000 0000\n"
    "H26,technical,Trung tâm dữ liệu,,024 0000 0001\n"
    "H29,records,Sở Nội vụ,tccb@h29.example,\n"
)
ACTOR = operator("mai")


def noon() -> datetime:
    return datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
def tools(db: Database) -> dict[str, Any]:
    load_registry(db)
    return {"db": db, "clock": noon}


def test_a_file_of_offices_is_kept_and_shown_at_once(tools: dict[str, Any]) -> None:
    count = set_contacts(read_contacts("\ufeff" + FILE), actor=ACTOR, **tools)

    found = list_contacts(db=tools["db"])
    assert count == len(found) == 3
    assert found[0] == {
        "unit_code": "H26",
        "role": "records",
        "office": "Sở Nội vụ",
        "email": "tccb@h26.example",
        "phone": "024 0000 0000",
        "since": "2026-11-23",
    }
    assert [row["unit_code"] for row in list_contacts("H29", db=tools["db"])] == ["H29"]


def test_a_later_file_replaces_what_it_names_and_the_past_stays(tools: dict[str, Any]) -> None:
    set_contacts(read_contacts(FILE), actor=ACTOR, valid_from=date(2026, 1, 1), **tools)
    later = read_contacts(HEAD + "H26,records,Phòng Tổ chức,phong@h26.example,\n")
    for _ in range(2):
        set_contacts(later, actor=ACTOR, **tools)

    offices = {(row["unit_code"], row["role"]): row for row in list_contacts(db=tools["db"])}
    with tools["db"].transaction() as conn:
        dated = conn.execute(
            text(
                "SELECT office, valid_on::text FROM registry.contact WHERE unit_code = 'H26'"
                " AND role = 'records' ORDER BY valid_on"
            )
        ).all()
        actions = conn.execute(text("SELECT action, unit_code FROM ledger.entry")).all()
    assert offices["H26", "records"]["office"] == "Phòng Tổ chức"
    assert offices["H26", "technical"]["office"] == "Trung tâm dữ liệu"
    assert [tuple(row) for row in dated] == [
        ("Sở Nội vụ", "[2026-01-01,2026-11-23)"),
        ("Phòng Tổ chức", "[2026-11-23,)"),
    ]
    assert sorted(tuple(row) for row in actions) == [
        *[("contacts_set", "H26")] * 3,
        ("contacts_set", "H29"),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("H26,boss,Sở Nội vụ,a@b.example,", "role must be"),
        ("H26,records,,a@b.example,", "name the office"),
        ("H26,records,Sở Nội vụ,,", "e-mail or phone"),
        ("H26,records,Sở Nội vụ,a b@c,", "e-mail is none"),
        ("H26,records,Sở Nội vụ,so.noi.vu@Gmail.com,", "own mailbox"),
        ("H26,records,Sở Nội vụ,,call me", "phone is none"),
    ],
)
def test_a_line_that_is_no_office_is_refused_by_its_number(line: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=f"Line 2 is no contact: .*{told}"):
        read_contacts(HEAD + line + "\n")


def test_a_file_without_the_columns_a_unknown_unit_and_two_offices_are_refused(
    tools: dict[str, Any],
) -> None:
    with pytest.raises(ConfigurationError, match="needs the columns"):
        read_contacts("unit;role\n")
    with pytest.raises(NotFoundError, match="no unit H99"):
        set_contacts(read_contacts(FILE.replace("H29", "H99")), actor=ACTOR, **tools)
    with pytest.raises(ConfigurationError, match="H26 records"):
        set_contacts(read_contacts(FILE.replace("H29", "H26")), actor=ACTOR, **tools)

    assert list_contacts(db=tools["db"]) == []


def test_only_a_steward_says_whom_to_ask(tools: dict[str, Any]) -> None:
    committee = Actor("x", frozenset({(Role.COMMITTEE, "")}))

    with pytest.raises(PermissionDeniedError, match="steward"):
        set_contacts(read_contacts(FILE), actor=committee, **tools)
