"""Deliveries as an operator reads them: counts and reasons, no people."""

from typing import Any

from sync.model.reasons import sentence
from sync.services.context import database_of
from sync.store import brakes, quality, snapshots
from sync.store.database import Database


def list_snapshots(limit: int, *, db: Database | None = None) -> list[dict[str, Any]]:
    """The newest snapshots: id, unit, state, counts, reason."""
    with (db or database_of()).transaction() as conn:
        found = snapshots.list_newest(conn, limit)
    return [
        {
            "snapshot_id": s.snapshot_id,
            "unit_code": s.unit_code,
            "state": str(s.state),
            "announced": s.announced_count,
            "received": s.received_count,
            "sealed_at": s.sealed_at.isoformat(timespec="seconds"),
            "reason": sentence(s.reason_code, s.figures, english=True),
        }
        for s in found
    ]


def show_snapshot(snapshot_id: int, *, db: Database | None = None) -> dict[str, Any]:
    """One snapshot with its check's counts per rule, and what it breaks as a whole.

    `unit_findings` are the open questions about the unit's deliveries, whichever asked them.

    Raises:
        NotFoundError: there is none with this id.
    """
    with (db or database_of()).transaction() as conn:
        s = snapshots.get(conn, snapshot_id)
        result = quality.find_result(conn, snapshot_id)
        counted, broken = brakes.find_figures(conn, snapshot_id)
        about_unit = brakes.list_unit_findings(conn, s.unit_code)
    return {
        "snapshot_id": s.snapshot_id,
        "unit_code": s.unit_code,
        "source_code": s.source_code,
        "seq": s.seq,
        "replay_of": s.replay_of,
        "state": str(s.state),
        "as_of": s.as_of.isoformat(),
        "wave_key": s.wave_key,
        "announced": s.announced_count,
        "received": s.received_count,
        "pages": s.page_count,
        "staged": s.staged_count,
        "pulled_at": s.pulled_at.isoformat(),
        "sealed_at": s.sealed_at.isoformat(),
        "key_list_sha256": s.key_list_sha256.hex(),
        "reason": sentence(s.reason_code, s.figures, english=True),
        "figures": dict(s.figures),
        "findings": dict(result.rule_counts) if result else None,
        "source_state": dict(counted),
        "broken": [
            {key: each[key] for key in ("rule_code", "effect", "figures")} for each in broken
        ],
        "unit_findings": [
            {
                "rule_code": each.rule_code,
                "effect": each.effect,
                "figures": dict(each.figures),
                "found_at": each.found_at.isoformat(),
            }
            for each in about_unit
        ],
    }
