"""Deliveries as an operator reads them: counts and reasons, no people."""

from typing import Any

from sync.model.reasons import sentence
from sync.services.context import database_of
from sync.store import quality, snapshots
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
    """One snapshot with its check's counts per rule.

    Raises:
        NotFoundError: there is none with this id.
    """
    with (db or database_of()).transaction() as conn:
        s = snapshots.get(conn, snapshot_id)
        result = quality.find_result(conn, snapshot_id)
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
    }
