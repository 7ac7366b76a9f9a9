"""Figures of whole snapshots, what they broke, who let them through; counts and codes only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text

from sync.store.database import set_local
from sync.store.queries import named_query, run_bound

TEMPORARY = {
    "asked": "0_asked",
    "gone": "1_gone",
    "verdict": "2_verdict",
    "fitting": "6_fitting",
}
COUNTED = ("3_whole", "4_rules", "5_fields", "7_people", "8_organisation")


@dataclass(frozen=True, slots=True)
class Fired:
    """One snapshot rule that a snapshot broke; `figures` is the row it was found in."""

    snapshot_id: int
    rule_code: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CountedRules:
    """Rule codes: which keep a record outside, and which are counted one by one."""

    blocking: Sequence[str]
    asked: Sequence[str]


@dataclass(frozen=True, slots=True)
class BrakeLimit:
    """A steward's word on one rule of one unit, from a day on."""

    unit_code: str
    rule_code: str
    max_count: int | None
    max_ratio: float | None
    valid_from: date | None
    valid_to: date | None
    stated_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnitFinding:
    """An open finding about a delivery as a whole."""

    rule_code: str
    effect: str
    figures: Mapping[str, Any]
    found_at: datetime


def count_figures(
    conn: Connection,
    snapshot_ids: Sequence[int],
    rules: CountedRules,
    schema: str = "staging",
) -> None:
    """Fill `figures` for snapshots whose rows were located and not merged yet.

    `schema`: staging, or its twin in which changed rules are rehearsed.
    """
    values = {
        "ids": list(snapshot_ids),
        "blocking": list(rules.blocking),
        "rules": list(rules.asked),
    }
    conn.execute(text(f"ANALYZE {schema}.located"))
    _run(conn, "forget", schema, values)
    set_local(conn, "enable_nestloop", "off")  # see the header of figures/1_gone.sql
    for table, name in TEMPORARY.items():
        conn.execute(text(f"DROP TABLE IF EXISTS pg_temp.{table}"))
        _run(conn, name, schema, values)
        conn.execute(text(f"ANALYZE {table}"))
    set_local(conn, "enable_nestloop", "on")
    for name in COUNTED:
        _run(conn, name, schema, values)


def _run(conn: Connection, name: str, schema: str, values: Mapping[str, Any]) -> None:
    """A statement of `sql/figures` over the tables of one schema."""
    statement = named_query(f"figures/{name}").text.replace("staging.", f"{schema}.")
    run_bound(conn, text(statement), values)


def take_fired(conn: Connection, snapshot_ids: Sequence[int]) -> dict[int, list[Fired]]:
    """What the snapshot suite located, by snapshot; it leaves the rows about records alone."""
    rows = conn.execute(
        text(
            "SELECT l.rule_code AS broken_rule, c.* FROM staging.located AS l"
            " JOIN staging.check_snapshot_of(:ids) AS c ON c.snapshot_id = l.snapshot_id"
            " AND c.row_no = l.row_no WHERE l.snapshot_id = ANY(:ids) AND l.record_id = 0"
            " ORDER BY l.rule_code, c.row_no"
        ),
        {"ids": list(snapshot_ids)},
    )
    fired: dict[int, list[Fired]] = defaultdict(list)
    for row in rows.mappings():
        figures = dict(row)
        code = figures.pop("broken_rule")
        fired[figures["snapshot_id"]].append(Fired(figures["snapshot_id"], code, figures))
    conn.execute(
        text("DELETE FROM staging.located WHERE snapshot_id = ANY(:ids) AND record_id = 0"),
        {"ids": list(snapshot_ids)},
    )
    return dict(fired)


def keep_figures(
    conn: Connection,
    snapshot_ids: Sequence[int],
    fired: Mapping[int, Sequence[Mapping[str, Any]]],
    checked_at: datetime,
) -> None:
    """Keep what was counted and broken, in the check's own transaction."""
    conn.execute(
        named_query("figures/keep"),
        {"ids": list(snapshot_ids), "fired": _json(fired), "checked_at": checked_at},
    )


def merge_unit_findings(
    conn: Connection,
    snapshot_ids: Sequence[int],
    fired: Mapping[int, Sequence[Mapping[str, Any]]],
    checked_at: datetime,
) -> None:
    """Open what is new about these units' deliveries and close what is gone."""
    values = {"ids": list(snapshot_ids), "fired": _json(fired), "checked_at": checked_at}
    for name in ("unit_findings_closed", "unit_findings_open"):
        conn.execute(named_query(f"figures/{name}"), values)


def _json(fired: Mapping[int, Sequence[Mapping[str, Any]]]) -> str:
    return orjson.dumps({str(key): list(broken) for key, broken in fired.items()}).decode()


def is_as_checked(conn: Connection, snapshot_id: int) -> bool:
    """The unit stands where the check of this snapshot saw it."""
    return bool(
        conn.execute(
            named_query("figures/is_as_checked"), {"snapshot_id": snapshot_id}
        ).scalar_one()
    )


def find_figures(
    conn: Connection, snapshot_id: int
) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """The counts of one snapshot and what it broke; nothing where it was not checked."""
    row = conn.execute(
        text("SELECT figures, fired FROM quality.snapshot_figures WHERE snapshot_id = :id"),
        {"id": snapshot_id},
    ).one_or_none()
    return (row.figures, row.fired) if row else ({}, [])


def list_unit_findings(conn: Connection, unit_code: str) -> list[UnitFinding]:
    """Open findings about the unit's deliveries, by rule."""
    rows = conn.execute(
        text(
            "SELECT rule_code, effect, figures, found_at FROM quality.unit_finding"
            " WHERE unit_code = :unit_code AND closed_at IS NULL ORDER BY rule_code"
        ),
        {"unit_code": unit_code},
    )
    return [UnitFinding(**row) for row in rows.mappings()]


def add_releases(
    conn: Connection, snapshot_id: int, actor: str, reason: str, released_at: datetime
) -> int:
    """Accept every brake that stopped this snapshot, at its figures; how many."""
    return int(
        conn.execute(
            named_query("figures/release"),
            {
                "snapshot_id": snapshot_id,
                "actor": actor,
                "reason": reason,
                "released_at": released_at,
            },
        ).rowcount
    )


def begin_next(conn: Connection, unit_code: str, snapshot_id: int, now: datetime) -> None:
    """A snapshot was admitted: releases end, and the next one is compared with it."""
    conn.execute(
        text(
            "UPDATE quality.release SET ended_at = :now, ended_snapshot_id = :snapshot_id"
            " WHERE unit_code = :unit_code AND ended_at IS NULL"
        ),
        {"unit_code": unit_code, "snapshot_id": snapshot_id, "now": now},
    )
    values = {"unit_code": unit_code}
    conn.execute(text("DELETE FROM quality.rule_share WHERE unit_code = :unit_code"), values)
    conn.execute(
        text(
            "INSERT INTO quality.rule_share (unit_code, rule_code, record_count)"
            " SELECT unit_code, rule_code, count(DISTINCT record_id) FROM quality.finding"
            " WHERE unit_code = :unit_code AND closed_at IS NULL AND effect <> 'count'"
            " GROUP BY unit_code, rule_code"
        ),
        values,
    )
