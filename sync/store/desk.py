"""What the pages of the desk read of people, flags and proposals, under row-level security.

Values of people leave the database here, for the page of the officer whose unit's they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, RowMapping, text

from sync.model.errors import NotFoundError
from sync.store import registry
from sync.store.queries import named_query
from sync.store.registry import Unit

WHOLE = 2**31 - 1  # characters


@dataclass(frozen=True, slots=True)
class PersonFlag:
    """One flag of a cause with the person it is about."""

    flag_id: int
    record_id: int
    unit_code: str
    group_name: str
    row_no: int
    field_code: str
    rule_code: str
    effect: str
    state: str
    since: datetime
    due_on: date
    name: str = field(repr=False)
    number: str = field(repr=False)
    sort_key: str = field(repr=False)
    correction_id: int | None
    new_value: str | None = field(repr=False)
    until_on: date | None
    record_class: str


@dataclass(frozen=True, slots=True)
class CauseFacts:
    """How big a cause is, and the code that it is about where one may be quoted."""

    record_count: int
    flag_count: int
    open_count: int
    due_on: date | None
    since: datetime | None
    field_code: str | None
    label: str


@dataclass(frozen=True, slots=True)
class ProposedValue:
    """A value that somebody proposed, and what became of it."""

    correction_id: int
    unit_code: str
    record_id: int
    group_name: str
    row_no: int
    field_code: str
    flag_id: int | None
    old_value: str | None = field(repr=False)
    new_value: str | None = field(repr=False)
    reason: str
    state: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    ended_at: datetime | None
    name: str = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """When a unit last delivered, and what became of it."""

    admitted_at: datetime | None
    last_state: str | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class NationalCode:
    """One code of a national list."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands in somebody's present document."""

    record_id: int
    path: tuple[str, ...]


def get_cause(conn: Connection, unit_code: str, rule_code: str, cause: bytes) -> CauseFacts:
    """One open cause of a unit.

    Raises:
        NotFoundError: nothing of it is open here, or not for this viewer.
    """
    row = _cause_rows(conn, "cause", (unit_code, rule_code, cause)).one()
    if not row.flag_count:
        raise NotFoundError(
            f"Unit {unit_code} has no open flag of rule {rule_code} and this cause."
        )
    return CauseFacts(**row._mapping)


def list_people_of_cause(
    conn: Connection,
    cause: tuple[str, str, bytes],
    after: int,
    row_count: int,
    *,
    only: Sequence[int] | None = None,
) -> list[PersonFlag]:
    """Flags of (unit, rule, cause) after a flag, with their people, in the flags' order."""
    among = None if only is None else list(only)
    rows = _cause_rows(
        conn, "cause_people", cause, after=after, row_count=row_count, only=among
    )
    return [PersonFlag(**_renamed(row)) for row in rows.mappings()]


def count_waiting(conn: Connection, unit_code: str, login: str) -> int:
    """Proposals of a unit that wait for this person's word: those that somebody else made."""
    return int(
        conn.execute(
            text(
                "SELECT count(*) FROM register.correction WHERE unit_code = :unit_code"
                " AND state = 'proposed' AND proposed_by <> :login"
            ),
            {"unit_code": unit_code, "login": login},
        ).scalar_one()
    )


def list_waiting(
    conn: Connection, unit_code: str, after: int, row_count: int
) -> list[ProposedValue]:
    """Proposals of a unit that wait for its second officer, oldest first."""
    rows = conn.execute(
        named_query("desk/waiting"),
        {"unit_code": unit_code, "after": after, "row_count": row_count},
    )
    return [ProposedValue(**row) for row in rows.mappings()]


def list_proposals(conn: Connection, correction_ids: Sequence[int]) -> list[ProposedValue]:
    """These proposals, as far as the viewer may see them."""
    rows = conn.execute(
        named_query("desk/corrections_by_id"), {"correction_ids": list(correction_ids)}
    )
    return [ProposedValue(**row) for row in rows.mappings()]


def get_delivery(conn: Connection, unit_code: str) -> Delivery:
    """The unit's last deliveries."""
    row = conn.execute(named_query("desk/delivery"), {"unit_code": unit_code}).mappings().one()
    return Delivery(**row)


def list_unit_names(conn: Connection, unit_codes: Sequence[str]) -> list[Unit]:
    """These units as they were last, by code."""
    return [registry.get_unit(conn, code) for code in sorted(unit_codes)]


def find_profile_name(conn: Connection, unit_code: str) -> str | None:
    """The profile of the unit's newest source."""
    name: str | None = conn.execute(
        text(
            "SELECT profile_name FROM registry.source WHERE unit_code = :unit_code"
            " ORDER BY upper(valid_on) DESC NULLS FIRST LIMIT 1"
        ),
        {"unit_code": unit_code},
    ).scalar_one_or_none()
    return name


def list_national_codes(conn: Connection, list_name: str, as_of: date) -> list[NationalCode]:
    """The codes of a national list that hold on a day."""
    rows = conn.execute(
        named_query("desk/national_codes"), {"list_name": list_name, "as_of": as_of}
    )
    return [NationalCode(**row) for row in rows.mappings()]


def find_code_names(
    conn: Connection, codes: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], NationalCode]:
    """What these (list, code) are called, as far as they are known."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    rows = conn.execute(
        named_query("desk/code_names"),
        {"lists": [name for name, _ in wanted], "codes": [code for _, code in wanted]},
    )
    return {
        (row.list_name, row.code): NationalCode(row.code, row.name_vi, row.name_en)
        for row in rows
    }


def list_sent_values(
    conn: Connection, places: Sequence[Place], *, longest: int = WHOLE
) -> list[str | None]:
    """What the present documents say at these places, in their order, no longer than asked."""
    found = conn.execute(
        named_query("desk/sent_values"),
        {
            "place_nos": list(range(len(places))),
            "record_ids": [place.record_id for place in places],
            "paths": [_array(place.path) for place in places],
            "longest": longest,
        },
    )
    said = {row.place_no: row.value for row in found}
    return [said.get(number) for number in range(len(places))]


def codes_of(
    proposals: Sequence[ProposedValue], lists: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The (list, code) that proposals of coded fields speak of. `lists`: field → code list."""
    return [
        (lists[each.field_code], value)
        for each in proposals
        if each.field_code in lists
        for value in (each.old_value, each.new_value)
        if value is not None
    ]


def _array(path: Sequence[str]) -> str:
    """A path as PostgreSQL writes text[]."""
    quoted = ('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in path)
    return "{" + ",".join(quoted) + "}"


def _cause_rows(
    conn: Connection, name: str, cause: tuple[str, str, bytes], **more: object
) -> CursorResult[Any]:
    unit_code, rule_code, cause_hmac = cause
    values = {"unit_code": unit_code, "rule_code": rule_code, "cause_hmac": cause_hmac}
    return conn.execute(named_query(f"desk/{name}"), values | more)


def _renamed(row: RowMapping) -> dict[str, Any]:
    return {("record_class" if key == "class" else key): value for key, value in row.items()}
