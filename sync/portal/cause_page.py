"""A cause's page: its people, and what may be done with the chosen ones at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from sync.model.desk import FlagState, Role
from sync.portal.deps import find_viewer
from sync.portal.desk_deps import (
    LONGEST_REASON,
    LONGEST_VALUE,
    Problem,
    words_of,
)
from sync.portal.desk_words import Words, find_field
from sync.portal.pages import render
from sync.portal.refusals import status_of
from sync.services.code_fields import lists_of_fields, unknown_code_rules
from sync.services.record import profile_named
from sync.services.suggest import suggest_value
from sync.store import desk
from sync.store.database import Database
from sync.store.desk import CauseFacts, PersonFlag, Place
from sync.store.sent import sent_path

PEOPLE_SHOWN = 25
LONGEST_WAIVER = timedelta(days=365)
Asked = tuple[str, str, bytes]  # unit, rule, cause


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form brought, to show it again when something in it is wrong."""

    flag_ids: Sequence[int] = ()
    value: str = ""
    values: Mapping[int, str] = field(default_factory=dict)
    reason: str = ""
    until: str = ""
    code: str = ""
    is_taken: bool = False
    is_waiver: bool = False
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One flag with what its source sent and what could be meant."""

    flag: PersonFlag
    sent: str | None
    suggestion: str | None
    can_act: bool


def show_cause_page(
    request: Request,
    db: Database,
    asked: Asked,
    *,
    after: int = 0,
    said: tuple[Typed, Sequence[Problem]] = (Typed(), ()),
) -> HTMLResponse:
    """The page, with what was typed and is wrong.

    Raises:
        NotFoundError: nothing of the cause is open.
    """
    unit_code, rule_code, cause = asked
    words = words_of(request)
    typed, problems = said
    with db.transaction() as conn:
        facts = desk.get_cause(conn, unit_code, rule_code, cause)
        flags = desk.list_people_of_cause(conn, asked, after, PEOPLE_SHOWN + 1)
        code_list = mappable_list(rule_code, facts)
        choices = choices_of(conn, facts.field_code or "", code_list, words)
        lines = lines_of(conn, flags[:PEOPLE_SHOWN], unit_code)
    if typed.is_all:
        typed = replace(typed, flag_ids=[line.flag.flag_id for line in lines if line.can_act])
    field_code = facts.field_code or ""
    actor = find_viewer(request).actor
    return render(
        request,
        "desk_cause.html",
        status=status_of(problems),
        unit_code=unit_code,
        rule=words.rule(rule_code),
        cause=cause.hex(),
        facts=facts,
        field=find_field(field_code),
        lines=sorted(lines, key=lambda line: line.flag.sort_key),
        next_after=flags[PEOPLE_SHOWN - 1].flag_id if len(flags) > PEOPLE_SHOWN else None,
        code_list=code_list,
        choices=choices,
        can_waive=any(flag.effect == "ask" for flag in flags)
        and actor.has(Role.HR_APPROVER, unit_code),
        can_propose=actor.has(Role.HR_OFFICER, unit_code)
        and find_field(field_code) is not None,
        latest=words.today + LONGEST_WAIVER,
        words=words,
        typed=typed,
        problems=problems,
        longest_reason=LONGEST_REASON,
        longest_value=LONGEST_VALUE,
    )


def mappable_list(rule_code: str, facts: CauseFacts) -> str:
    """The national list for this cause's code; '' where it is none, or may not be quoted."""
    if rule_code not in unknown_code_rules() or not facts.label:
        return ""
    return lists_of_fields().get(facts.field_code or "", "")


def choices_of(conn: Connection, field_code: str, code_list: str, words: Words) -> list[Any]:
    """The national codes that the field may have today, for a choice."""
    name = code_list or lists_of_fields().get(field_code, "")
    return list(desk.list_national_codes(conn, name, words.today)) if name else []


def lines_of(conn: Connection, flags: Sequence[PersonFlag], unit_code: str) -> list[PersonLine]:
    """Flags with what was sent and what could be meant."""
    profile = profile_named(desk.find_profile_name(conn, unit_code))
    places: list[Place] = []
    for flag in flags:
        path = profile and sent_path(profile, flag.group_name, flag.row_no, flag.field_code)
        places.append(Place(flag.record_id, path or ("",)))
    sent = desk.list_sent_values(conn, places)
    return [
        PersonLine(
            flag,
            value,
            suggest_value(find_field(flag.field_code), value, profile),
            flag.state == FlagState.OPEN,
        )
        for flag, value in zip(flags, sent, strict=True)
    ]
