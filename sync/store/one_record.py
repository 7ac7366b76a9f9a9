"""Records' present documents staged alone, with proposed values; the caller rolls back.

Their snapshot is none that a source sent: its number is negative, and no wave sees it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as hidden
from datetime import date
from typing import Any

from sqlalchemy import Connection, TextClause, text

from sync.contract.record import record_groups
from sync.model.errors import NotFoundError
from sync.model.value_key import ValueKey
from sync.store.database import set_local
from sync.store.overlays import column_kind, standing_hmac
from sync.store.queries import named_query

FEW = 20  # records for which the planner's guess about staging does no harm


@dataclass(frozen=True, slots=True)
class Proposed:
    """A value for one field of one row, as text in the form the database reads; None: none."""

    record_id: int
    group: str
    row_no: int
    field: str
    value: str | None = hidden(repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands, as read, where a value is proposed; `new_value` as the database has it."""

    is_absent: bool  # no such row
    is_readable: bool
    old_hmac: bytes
    old_value: str | None = hidden(repr=False)
    new_value: str | None = hidden(repr=False)


def add_snapshot(conn: Connection, record_ids: Sequence[int], as_of: date) -> int:
    """A snapshot of these records of one unit about a day; returns its negative number.

    Raises:
        NotFoundError: the first has no present answer.
    """
    values = {"record_ids": list(record_ids), "as_of": as_of}
    snapshot_id: int | None = conn.execute(
        named_query("one_record/1_snapshot"), values
    ).scalar_one_or_none()
    if snapshot_id is None:
        raise NotFoundError(
            f"Record {record_ids[0]} has no present answer: choose another one."
        )
    conn.execute(
        named_query("one_record/2_entry"),
        {"record_ids": list(record_ids), "snapshot_id": snapshot_id},
    )
    if len(record_ids) > FEW:  # nothing is known of rows just staged: a guess would nest loops
        set_local(conn, "enable_nestloop", "off")
    return snapshot_id


def list_standing(
    conn: Connection, snapshot_id: int, proposals: Sequence[Proposed], key: ValueKey
) -> list[Standing]:
    """What stands where each value is proposed; one statement a field."""
    found: dict[int, Standing] = {}
    pads = {"inner": key.inner, "outer": key.outer}
    for (group, field_code), numbers in _by_field(proposals).items():
        values = _arrays([proposals[number] for number in numbers], snapshot_id)
        rows = conn.execute(
            _about("3_values", group, field_code), {**values, **pads, "numbers": numbers}
        )
        for row in rows:
            found[row.number] = Standing(
                row.is_absent,
                row.is_readable,
                bytes(row.old_hmac),
                row.old_value,
                row.new_value,
            )
    return [found[number] for number in range(len(proposals))]


def set_values(conn: Connection, snapshot_id: int, proposals: Iterable[Proposed]) -> None:
    """Lay proposed values over the staged rows; one that cannot be read is unreadable.

    Raises:
        NotFoundError: a record has no such field or row.
    """
    given = list(proposals)
    for each in given:
        check_field(each.group, each.field, each.row_no)
    for (group, field_code), numbers in _by_field(given).items():
        values = _arrays([given[number] for number in numbers], snapshot_id)
        set_ = conn.execute(
            _about("4_set", group, field_code), {**values, "field_code": field_code}
        )
        done = set_.rowcount
        if done < len(numbers) and may_lack_row(group):
            conn.execute(_about("5_add", group, field_code), values)
            done = len(numbers)
        if done < len(numbers):
            raise NotFoundError(
                f"The record has no row {_place(given[numbers[0]])}: choose one of its rows."
            )


def may_lack_row(group_name: str) -> bool:
    """A group of one row need not have come at all; a list has the rows it has."""
    return not record_groups()[group_name].is_list


def check_field(group_name: str, field_code: str, row_no: int = 1) -> None:
    """Let a field of the plain channel pass.

    Raises:
        NotFoundError: the record has no such field.
    """
    group = record_groups().get(group_name)
    codes = {f.code for f in group.fields if not f.is_secret} if group else set()
    if field_code not in codes:
        raise NotFoundError(
            f"The record has no field {group_name}.{field_code}, row {row_no}: choose one of"
            " the contract."
        )


def _place(proposal: Proposed) -> str:
    return f"{proposal.group}.{proposal.field}, row {proposal.row_no}"


def _by_field(proposals: Sequence[Proposed]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, each in enumerate(proposals):
        found[each.group, each.field].append(number)
    return found


def _arrays(proposals: Sequence[Proposed], snapshot_id: int) -> dict[str, Any]:
    return {
        "snapshot_id": snapshot_id,
        "record_ids": [each.record_id for each in proposals],
        "row_nos": [each.row_no for each in proposals],
        "values": [each.value for each in proposals],
    }


def _about(name: str, group: str, field_code: str) -> TextClause:
    statement = named_query(f"one_record/{name}").text.format(
        group=group,
        field=field_code,
        kind=column_kind(field_code),
        hmac=standing_hmac(group, field_code),
    )
    return text(statement)
