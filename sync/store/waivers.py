"""Accepted deviations: stated for flags that ask, bound to a value, until a day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, RowMapping, text

from sync.model.desk import WaiverState
from sync.model.errors import NotFoundError
from sync.store.queries import run_named

ByUnit = Mapping[str, Sequence[int]]
COLUMNS = (
    "w.waiver_id, w.unit_code, w.flag_id, w.record_id, w.group_name, w.field_code,"
    " w.rule_code, w.until_on, w.reason, w.state, w.stated_by, w.stated_at, w.ended_at,"
    " w.ended_by"
)


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted deviation: of which rule and field of a record, until when, and why."""

    waiver_id: int
    unit_code: str
    flag_id: int | None
    record_id: int
    group_name: str
    field_code: str
    rule_code: str
    until_on: date
    reason: str
    state: WaiverState
    stated_by: str
    stated_at: datetime
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """Until which day, why, by whom and when."""

    until_on: date
    reason: str
    stated_by: str
    stated_at: datetime


def add_many(conn: Connection, flag_ids: Sequence[int], terms: Terms) -> None:
    """Accept what these flags ask about; they, and any that ask the same, are waived."""
    values = {
        "flag_ids": list(flag_ids),
        "until_on": terms.until_on,
        "reason": terms.reason,
        "stated_by": terms.stated_by,
        "stated_at": terms.stated_at,
    }
    run_named(conn, "waivers/add", values)


def list_active(conn: Connection, flag_ids: Sequence[int]) -> list[Waiver]:
    """Waivers in force over what these flags ask about."""
    rows = conn.execute(
        text(
            f"SELECT DISTINCT {COLUMNS} FROM quality.waiver AS w JOIN quality.flag AS g"
            " ON (g.record_id, g.rule_code, g.group_name, g.field_code, g.value_hmac)"
            " = (w.record_id, w.rule_code, w.group_name, w.field_code, w.value_hmac)"
            " WHERE w.state = 'active' AND g.flag_id = ANY(:ids) ORDER BY w.waiver_id"
        ),
        {"ids": list(flag_ids)},
    )
    return [_waiver(row) for row in rows.mappings()]


def get(conn: Connection, waiver_id: int, *, for_update: bool = False) -> Waiver:
    """One waiver.

    Raises:
        NotFoundError: there is none with this id, or this viewer may not see it.
    """
    lock = " FOR UPDATE" if for_update else ""
    row = (
        conn.execute(
            text(f"SELECT {COLUMNS} FROM quality.waiver AS w WHERE w.waiver_id = :id{lock}"),
            {"id": waiver_id},
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFoundError(
            f"There is no waiver {waiver_id}: list them with cbccvc waivers list."
        )
    return _waiver(row)


def list_of_unit(
    conn: Connection, unit_code: str, *, is_active: bool, after: int, limit: int
) -> list[Waiver]:
    """One page of a unit's waivers, oldest first; the active ones, or those that ended."""
    rows = conn.execute(
        text(
            f"SELECT {COLUMNS} FROM quality.waiver AS w WHERE w.unit_code = :unit_code"
            " AND (w.state = 'active') = :is_active AND w.waiver_id > :after"
            " ORDER BY w.waiver_id LIMIT :row_limit"
        ),
        {
            "unit_code": unit_code,
            "is_active": is_active,
            "after": after,
            "row_limit": limit,
        },
    )
    return [_waiver(row) for row in rows.mappings()]


def withdraw(conn: Connection, waiver_id: int, actor: str, now: datetime) -> None:
    """Taken back by a person."""
    conn.execute(
        text(
            "UPDATE quality.waiver SET state = 'withdrawn', ended_at = :now, ended_by = :actor"
            " WHERE waiver_id = :id"
        ),
        {"id": waiver_id, "actor": actor, "now": now},
    )


def end_changed(conn: Connection, snapshot_ids: Sequence[int], now: datetime) -> ByUnit:
    """End waivers whose value is no longer said; their ids by unit."""
    values = {"snapshot_ids": list(snapshot_ids), "now": now}
    return _by_unit(run_named(conn, "waivers/value_gone", values))


def list_units_due(conn: Connection, as_of: date) -> list[str]:
    """Units with a waiver whose day passed."""
    rows = conn.execute(
        text(
            "SELECT DISTINCT unit_code FROM quality.waiver"
            " WHERE state = 'active' AND until_on < :as_of ORDER BY unit_code"
        ),
        {"as_of": as_of},
    )
    return list(rows.scalars())


def end_due(conn: Connection, unit_codes: Sequence[str], as_of: date, now: datetime) -> ByUnit:
    """End waivers whose day passed; their ids by unit."""
    values = {"unit_codes": list(unit_codes), "as_of": as_of, "now": now}
    return _by_unit(run_named(conn, "waivers/day_passed", values))


def ask_again(conn: Connection, unit_codes: Sequence[str], now: datetime) -> int:
    """Flags that no waiver accepts any more are open again; how many."""
    values = {"unit_codes": list(unit_codes), "now": now}
    return int(run_named(conn, "waivers/asked_again", values).rowcount)


def count_in_force(conn: Connection, as_of: date, at: datetime) -> dict[str, int]:
    """Findings that are open and accepted, by unit, as known at an instant."""
    rows = run_named(conn, "waivers/in_force", {"as_of": as_of, "at": at})
    return {row.unit_code: row.waived for row in rows}


def _by_unit(rows: CursorResult[Any]) -> ByUnit:
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row.unit_code].append(row.waiver_id)
    return found


def _waiver(row: RowMapping) -> Waiver:
    return Waiver(**{**row, "state": WaiverState(row["state"])})
