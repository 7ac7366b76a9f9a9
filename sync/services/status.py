"""Status: the figures of any day since the first ledger entry, computed again; no writes."""

from datetime import date
from typing import Any

from sync.services.context import Clock, database_of, today, utc_now
from sync.services.measure import count_levels, instant_of, unit_days
from sync.store.database import Database

UNIT_KEYS = (
    "unit_code",
    "name_vi",
    "name_en",
    "kind",
    "level",
    "level_name",
    "expected",
    "announced",
    "received",
    "live",
    "stale",
    "quarantined",
    "waiting",
    "blocking_findings",
    "other_findings",
    "waived_findings",
    "last_success_at",
)


def build_status(
    as_of: date | None = None,
    *,
    english: bool = False,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> dict[str, Any]:
    """Headline and one row per unit, as `cbccvc status --json` prints them."""
    day = as_of or today(clock)
    at = instant_of(day, clock)
    with (db or database_of()).transaction() as conn:
        rows = unit_days(conn, day, at, at)
    counts = count_levels(rows)
    return {
        "as_of": day.isoformat(),
        "connected": {"count": counts["connected"], "of": counts["of"]},
        "synchronised": {"count": counts["synchronised"], "of": counts["of"]},
        "units": [_unit(row, english) for row in rows],
    }


def _unit(row: dict[str, Any], english: bool) -> dict[str, Any]:
    at = row["last_success_at"]
    return {key: row[key] for key in UNIT_KEYS} | {
        "last_success_at": at.isoformat() if at else None,
        "reason": row["reason_en" if english else "reason_vi"],
    }
