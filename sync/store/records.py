"""One record for its page: where it stands, its rows, its versions, who did what."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from sync.model.errors import NotFoundError
from sync.model.value_key import ValueKey
from sync.store.desk import ProposedValue
from sync.store.queries import named_query
from sync.store.typed_rows import spoken_groups

Row = dict[str, Any]
Rows = dict[str, list[Row]]  # group → rows; a value is text as the database prints it


@dataclass(frozen=True, slots=True)
class RecordHead:
    """Where a record stands; `record_class` is None when it is no part of the last answer."""

    record_id: int
    unit_code: str
    local_key: str = field(repr=False)
    has_key: bool
    name: str = field(repr=False)
    number: str = field(repr=False)
    record_class: str | None
    document_id: int | None
    differing_count: int | None
    dossier_state: str | None
    is_stale: bool
    changed_at: datetime | None
    overlay_ids: Sequence[int]
    profile_name: str | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the population register said of the values held now."""

    status: str
    answer: str
    fields: Sequence[str]
    is_name_close: bool
    checked_at: datetime
    valid_until: datetime
    dispute_reason: str | None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One open finding of the record, with its flag where HR is asked."""

    finding_id: int
    group_name: str
    row_no: int
    field_code: str
    rule_code: str
    effect: str
    since: datetime
    flag_id: int | None
    state: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the dossier; `doc` is None where its document is no longer kept."""

    version_id: int
    document_id: int
    recorded_at: datetime
    pulled_at: datetime | None
    doc: Any = field(repr=False)
    version_count: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """A deviation that was accepted until a day."""

    waiver_id: int
    unit_code: str
    record_id: int
    group_name: str
    field_code: str
    rule_code: str
    until_on: date
    reason: str
    state: str
    stated_by: str
    stated_at: datetime
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Deed:
    """A ledger entry about the record."""

    entry_id: int
    action: str
    actor: str
    recorded_at: datetime
    reason: str | None


def get_record(conn: Connection, record_id: int) -> RecordHead:
    """A record that the viewer may see.

    Raises:
        NotFoundError: there is none, or it is not theirs; the answer is the same.
    """
    row = conn.execute(named_query("desk/record"), {"record_id": record_id}).mappings().first()
    if row is None:
        raise NotFoundError(f"There is no record {record_id} here: open one of your list.")
    return RecordHead(**{("record_class" if key == "class" else key): row[key] for key in row})


def find_document(conn: Connection, document_id: int | None) -> Any:  # noqa: ANN401 - JSON
    """What the source said, as JSON; None where it could not be read as such."""
    return conn.execute(
        text("SELECT doc FROM landing.document WHERE document_id = :id"), {"id": document_id}
    ).scalar_one_or_none()


def register_rows(conn: Connection, record_id: int) -> Rows:
    """The register's rows of a record by group."""
    return _rows(conn, "register", "g.record_id = :id", record_id)


def staged_rows(conn: Connection, snapshot_id: int) -> Rows:
    """What was read of the one record of a snapshot."""
    return _rows(conn, "staging", "g.snapshot_id = :id", snapshot_id)


def _rows(conn: Connection, schema: str, scope: str, number: int) -> Rows:
    """One statement for all groups; figures stay text, so that 3.00 is not 3."""
    parts = ", ".join(
        f"'{group.name}', (SELECT jsonb_agg(to_jsonb(g) ORDER BY g.row_no)"
        f" FROM {schema}.{group.name} AS g WHERE {scope})"
        for group in spoken_groups()
    )
    said = conn.execute(
        text(f"SELECT jsonb_build_object({parts})::text"), {"id": number}
    ).scalar_one()
    found: Mapping[str, list[Row] | None] = json.loads(said, parse_float=str, parse_int=str)
    return {name: rows for name, rows in found.items() if rows}


def find_verdict(conn: Connection, record_id: int, key: ValueKey) -> Verdict | None:
    """What the population register said of the values held now, if anything."""
    row = conn.execute(
        named_query("desk/verdict"),
        {"record_id": record_id, "inner_pad": key.inner, "outer_pad": key.outer},
    ).one_or_none()
    return Verdict(**row._mapping) if row else None


def list_questions(conn: Connection, record_id: int) -> list[OpenQuestion]:
    """Open findings, blocking first, oldest first."""
    rows = conn.execute(named_query("desk/findings"), {"record_id": record_id})
    return [OpenQuestion(**row) for row in rows.mappings()]


def list_versions(conn: Connection, record_id: int, row_count: int) -> list[Version]:
    """The newest versions, newest first."""
    return [Version(**row) for row in _newest(conn, "versions", record_id, row_count)]


def list_corrections(conn: Connection, record_id: int, row_count: int) -> list[ProposedValue]:
    """Values proposed for the record, newest first."""
    return [ProposedValue(**row) for row in _newest(conn, "corrections", record_id, row_count)]


def list_accepted(conn: Connection, record_id: int, row_count: int) -> list[Accepted]:
    """Accepted deviations, newest first."""
    return [Accepted(**row) for row in _newest(conn, "waivers", record_id, row_count)]


def list_waivers(conn: Connection, waiver_ids: Sequence[int]) -> list[Accepted]:
    """These accepted deviations, as far as the viewer may see them."""
    rows = conn.execute(named_query("desk/waivers_by_id"), {"waiver_ids": list(waiver_ids)})
    return [Accepted(**row) for row in rows.mappings()]


def list_deeds(conn: Connection, record_id: int, row_count: int) -> list[Deed]:
    """Ledger entries that name the record, newest first; values have lists of their own."""
    return [Deed(**row) for row in _newest(conn, "entries", record_id, row_count)]


def _newest(conn: Connection, name: str, record_id: int, row_count: int) -> Any:  # noqa: ANN401 - rows
    return conn.execute(
        named_query(f"desk/{name}"), {"record_id": record_id, "row_count": row_count}
    ).mappings()
