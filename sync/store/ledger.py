"""The append-only ledger. There is no update and no delete here, nor for this role in the
database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text

from sync.store.snapshots import Snapshot

PIPELINE = "pipeline"
COUNTS = (
    "announced",
    "received",
    "unreadable",
    "duplicate",
    "quarantined",
    "waiting",
    "added",
    "changed",
    "unchanged",
    "live_before",
    "entered",
    "left_count",
    "live_after",
    "stale",
    "blocking_findings",
    "other_findings",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to which unit. `counts` by the names of COUNTS; `digests` landing and
    register."""

    unit_code: str
    action: str
    actor: str
    as_of: date
    recorded_at: datetime
    wave_key: str | None = None
    snapshot_id: int | None = None
    reason_code: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int | None] = field(default_factory=dict)
    landing_sha256: bytes | None = None
    register_sha256: bytes | None = None


def about(snapshot: Snapshot, action: str, now: datetime, **rest: Any) -> Entry:  # noqa: ANN401 - fields of Entry
    """An entry on one snapshot; `rest` are further fields of Entry."""
    values: dict[str, Any] = {
        "unit_code": snapshot.unit_code,
        "action": action,
        "actor": PIPELINE,
        "as_of": snapshot.as_of,
        "recorded_at": now,
        "wave_key": snapshot.wave_key,
        "snapshot_id": snapshot.snapshot_id,
    }
    return Entry(**values | rest)


def append(conn: Connection, entry: Entry) -> int:
    """Write one entry in the caller's transaction; returns its number.

    Raises:
        DatabaseRefusedError: (at commit or at once) counts that do not add up.
    """
    values = {name: entry.counts.get(name) for name in COUNTS} | {
        "unit_code": entry.unit_code,
        "action": entry.action,
        "actor": entry.actor,
        "as_of": entry.as_of,
        "recorded_at": entry.recorded_at,
        "wave_key": entry.wave_key,
        "snapshot_id": entry.snapshot_id,
        "reason_code": entry.reason_code,
        "figures": orjson.dumps(dict(entry.figures)).decode(),
        "landing_sha256": entry.landing_sha256,
        "register_sha256": entry.register_sha256,
    }
    places = ", ".join(f"CAST(:{n} AS jsonb)" if n == "figures" else f":{n}" for n in values)
    return int(
        conn.execute(
            text(
                f"INSERT INTO ledger.entry ({', '.join(values)}) VALUES ({places}) RETURNING"
                " entry_id"
            ),
            values,
        ).scalar_one()
    )


def count_kept(conn: Connection, wave_key: str) -> int:
    """Documents that a wave's pulls kept because nobody had sent them before."""
    return int(
        conn.execute(
            text(
                "SELECT coalesce(sum((figures ->> 'kept')::integer), 0) FROM ledger.entry"
                " WHERE wave_key = :wave_key AND action = 'snapshot_sealed'"
            ),
            {"wave_key": wave_key},
        ).scalar_one()
    )
