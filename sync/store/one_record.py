"""One record's present document staged alone, with proposed values; the caller rolls back.

Its snapshot is none that a source sent: its number is negative, and no wave sees it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from sync.contract.record import record_groups
from sync.model.errors import NotFoundError
from sync.store.group_tables import COLUMN_TYPES
from sync.store.queries import named_query


@dataclass(frozen=True, slots=True)
class Proposed:
    """A value for one field of one row, as text in the form the database reads; None: none."""

    group: str
    row_no: int
    field: str
    value: str | None


def add_snapshot(conn: Connection, record_id: int, as_of: date) -> int:
    """A snapshot of this one record about a day; returns its negative number.

    Raises:
        NotFoundError: the record has no present answer.
    """
    snapshot_id: int | None = conn.execute(
        named_query("one_record/1_snapshot"), {"record_id": record_id, "as_of": as_of}
    ).scalar_one_or_none()
    if snapshot_id is None:
        raise NotFoundError(f"Record {record_id} has no present answer: choose another one.")
    conn.execute(
        named_query("one_record/2_entry"), {"record_id": record_id, "snapshot_id": snapshot_id}
    )
    return snapshot_id


def set_values(conn: Connection, snapshot_id: int, proposals: Iterable[Proposed]) -> None:
    """Lay proposed values over the staged rows; one that cannot be read is unreadable.

    Raises:
        NotFoundError: the record has no such field or row.
    """
    for each in proposals:
        place = f"{each.group}.{each.field}, row {each.row_no}"
        group = record_groups().get(each.group)
        kinds = {f.code: f.kind for f in group.fields if not f.is_secret} if group else {}
        if each.field not in kinds:
            raise NotFoundError(f"The record has no field {place}: choose one of the contract.")
        kind = COLUMN_TYPES[kinds[each.field]]
        is_readable = each.value is None or _is_readable(conn, each.value, kind)
        # An element taken away and one put back: a list names a field once.
        unreadable = "array_remove(unreadable_fields, :field)" + (
            "" if is_readable else " || CAST(:field AS text)"
        )
        done = conn.execute(
            text(
                f"UPDATE staging.{each.group} SET {each.field} = CAST(:value AS {kind}),"
                f" unreadable_fields = {unreadable},"
                " converted_fields = array_remove(converted_fields, :field)"
                " WHERE snapshot_id = :snapshot_id AND row_no = :row_no"
            ),
            {
                "field": each.field,
                "value": each.value if is_readable else None,
                "snapshot_id": snapshot_id,
                "row_no": each.row_no,
            },
        )
        if not done.rowcount:
            raise NotFoundError(f"The record has no row {place}: choose one of its rows.")


def _is_readable(conn: Connection, value: str, kind: str) -> bool:
    return bool(
        conn.execute(
            text("SELECT pg_input_is_valid(:value, :kind)"), {"value": value, "kind": kind}
        ).scalar_one()
    )
