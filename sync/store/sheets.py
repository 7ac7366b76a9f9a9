"""What a sheet is made of: rows with open questions, values as read, choices of code lists.

Values are read from documents staged alone; the caller rolls back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as hidden
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from sync.contract.record import record_groups
from sync.store.corrections import Place, columns_of
from sync.store.queries import run_named

WHO = ("so_hieu_bndp", "ho_va_ten", "so_dinh_danh")
Row = tuple[int, str, int]  # record, group, row
START: Row = (0, "", 0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which open questions of a unit; what is None does not restrict."""

    unit_code: str
    rule_code: str | None = None
    cause_hmac: bytes | None = None
    effect: str | None = None


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One row of a group of a record, and what is asked of which of its fields."""

    record_id: int
    group_name: str
    row_no: int
    fields: Sequence[str]
    rules: Sequence[str]

    @property
    def place(self) -> Row:
        """Where it is."""
        return self.record_id, self.group_name, self.row_no


@dataclass(frozen=True, slots=True)
class AsRead:
    """Values of one row as text the database reads, before corrections."""

    unreadable: frozenset[str]
    values: Mapping[str, str | None] = hidden(repr=False)


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list."""

    list_name: str
    code: str
    name_vi: str
    name_en: str


def list_columns(conn: Connection, chosen: Chosen) -> list[tuple[str, str]]:
    """(group, field) that the questions are about, in no order; a field may be ''."""
    rows = run_named(conn, "sheets/columns", asdict(chosen))
    return [(row.group_name, row.field_code) for row in rows]


def count_rows(conn: Connection, chosen: Chosen) -> tuple[int, int]:
    """How many rows a sheet has, about how many records."""
    row = run_named(conn, "sheets/counts", asdict(chosen)).one()
    return row.row_count, row.record_count


def list_rows(conn: Connection, chosen: Chosen, after: Row, limit: int) -> list[AskedRow]:
    """One page of rows, by record, group and row."""
    place = dict(zip(("after_record", "after_group", "after_row"), after, strict=True))
    rows = run_named(conn, "sheets/rows", {**asdict(chosen), **place, "row_limit": limit})
    return [AskedRow(**row) for row in rows.mappings()]


def list_values(
    conn: Connection, snapshot_id: int, group_name: str, fields: Sequence[str]
) -> dict[tuple[int, int], AsRead]:
    """(record, row) -> values of these fields of a group, as the staged documents say."""
    known = [f.code for f in record_groups()[group_name].fields if f.code in set(fields)]
    said = ", ".join(["unreadable_fields", *(f"{code}::text" for code in known)])
    rows = conn.execute(
        text(
            f"SELECT record_id, row_no, {said} FROM staging.{group_name}"
            " WHERE snapshot_id = :snapshot_id"
        ),
        {"snapshot_id": snapshot_id},
    )
    return {
        (row["record_id"], row["row_no"]): AsRead(
            frozenset(row["unreadable_fields"]), {code: row[code] for code in known}
        )
        for row in rows.mappings()
    }


def list_open_flags(
    conn: Connection, unit_code: str, places: Sequence[Place]
) -> dict[Place, int]:
    """The flag that a value at each of these places answers, where there is one."""
    values: dict[str, Any] = {**columns_of(places), "unit_code": unit_code}
    rows = run_named(conn, "sheets/open_flags", values)
    return {
        (row.record_id, row.group_name, row.row_no, row.field_code): row.flag_id for row in rows
    }


def list_codes(conn: Connection, lists: Sequence[str], as_of: date) -> list[Code]:
    """Codes of these lists that hold on a day, by list and code."""
    rows = run_named(conn, "sheets/codes", {"lists": list(lists), "as_of": as_of})
    return [Code(**row) for row in rows.mappings()]
