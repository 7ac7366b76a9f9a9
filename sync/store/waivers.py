"""Accepted deviations: stated for flags that ask, bound to a value, until a day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, text

from sync.store.queries import run_named

ByUnit = Mapping[str, Sequence[int]]


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
