"""Admit: one checked snapshot → the register, in one transaction with its ledger entry.

What is blocked stays out and its last good version stays in. Brakes were tried by the check;
a unit that changed since then is checked again.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from sync.contract.record import all_fields
from sync.model.errors import AccountingError, DatabaseRefusedError
from sync.model.states import Outcome, SnapshotState
from sync.services.basis import basis_of, current_bases, profile_of
from sync.services.context import Clock, database_of, utc_now
from sync.services.flags import follow_admission
from sync.store import (
    admission,
    brakes,
    findings,
    ledger,
    quality,
    snapshots,
    staging,
    waves,
)
from sync.store.admission import Admission
from sync.store.database import Database
from sync.store.locks import lock_unit
from sync.store.snapshots import Snapshot

CLASSES = ("unreadable", "duplicate", "quarantined", "waiting", "added", "changed", "unchanged")
HOLDER = "dossier_one_live_holder"
Result = dict[str, int | str]


def admit_snapshot(
    snapshot_id: int, *, db: Database | None = None, clock: Clock = utc_now
) -> Result:
    """Admit or put back one snapshot; people's data never make this raise.

    Returns: outcome (admitted, held, stale, gone), unit_code and, when admitted, the counts.

    Raises:
        AccountingError: counts that must add up do not; nothing was admitted.
    """
    database = db or database_of()
    try:
        return _admit(database, snapshot_id, clock)
    except DatabaseRefusedError as error:
        if error.constraint != HOLDER:
            raise
        return _admit(database, snapshot_id, clock)  # another unit was faster: now it is seen


def _admit(database: Database, snapshot_id: int, clock: Clock) -> Result:
    with database.transaction() as conn:
        unit_code = snapshots.get(conn, snapshot_id).unit_code
        lock_unit(conn, unit_code)
        snapshot = snapshots.get(conn, snapshot_id, for_update=True)
        if snapshot.state not in (SnapshotState.CHECKED, SnapshotState.RELEASED):
            outcome = "held" if snapshot.state is SnapshotState.HELD else "gone"
            return {"outcome": outcome, "unit_code": unit_code, "snapshot_id": snapshot_id}
        staging.prepare(conn)
        work = _work(conn, snapshot, clock)
        if work is None:
            return _put_back(conn, snapshot, clock)
        return _write(conn, snapshot, work, clock)


def _work(conn: Connection, snapshot: Snapshot, clock: Clock) -> Admission | None:
    """What to admit, or None when the check no longer speaks of what is here."""
    basis = basis_of(conn, current_bases(conn), snapshot)
    result = quality.find_result(conn, snapshot.snapshot_id)
    staged = staging.count_staged(conn, snapshot.snapshot_id)
    is_fresh = (
        result is not None
        and result.basis_sha256 == basis.full
        and result.staged_count == staged == snapshot.staged_count
        and brakes.is_as_checked(conn, snapshot.snapshot_id)
    )
    if not is_fresh:
        return None
    return Admission(
        snapshot.snapshot_id, snapshot.unit_code, basis.full, basis.reading, clock()
    )


def _put_back(conn: Connection, snapshot: Snapshot, clock: Clock) -> Result:
    """Stale: the basis or staging changed after the check; it is read and checked again."""
    if snapshot.state is SnapshotState.CHECKED:
        snapshots.set_state(conn, snapshot, SnapshotState.SEALED, reason_code="stale_basis")
    snapshots.forget_staged(conn, snapshot.snapshot_id)
    _set_outcome(conn, snapshot, Outcome.STALE, ("stale_basis", {}), clock)
    return {
        "outcome": "stale",
        "unit_code": snapshot.unit_code,
        "snapshot_id": snapshot.snapshot_id,
    }


def _write(conn: Connection, snapshot: Snapshot, work: Admission, clock: Clock) -> Result:
    before = admission.count_unit(conn, snapshot.unit_code)
    admission.write(conn, work)
    findings.count_causes(conn, [snapshot.unit_code], work.now)
    quality.clear_rechecks(conn, snapshot.snapshot_id, snapshot.unit_code)
    desk = follow_admission(conn, snapshot.snapshot_id, snapshot.unit_code, clock)
    classes = admission.count_classes(conn, work)
    moves = admission.count_moves(conn, snapshot.unit_code)
    after = admission.count_unit(conn, snapshot.unit_code)
    _assert_accounts(
        snapshot, classes, {**moves, "before": before["live"], "after": after["live"]}
    )
    counts = {
        **classes,
        **moves,
        "announced": snapshot.announced_count,
        "live_after": after["live"],
        "stale": after["stale"],
        "blocking_findings": after["blocking_findings"],
        "other_findings": after["other_findings"],
    }
    landing, register = admission.unit_digest(conn, snapshot.unit_code)
    figures = admission.worst_filled(conn, snapshot.unit_code) | {
        "unmapped": unmapped_fields(profile_of(conn, snapshot).mapped_fields()),
        **desk,
    }
    ledger.append(
        conn,
        ledger.about(
            snapshot,
            "snapshot_admitted",
            work.now,
            figures=figures,
            counts=counts,
            landing_sha256=landing,
            register_sha256=register,
        ),
    )
    snapshots.set_state(conn, snapshot, SnapshotState.ADMITTED)
    brakes.begin_next(conn, snapshot.unit_code, snapshot.snapshot_id, work.now)
    _set_outcome(conn, snapshot, Outcome.ADMITTED, ("", {}), clock)
    return {
        "outcome": "admitted",
        "unit_code": snapshot.unit_code,
        "snapshot_id": snapshot.snapshot_id,
        **classes,
        "live": after["live"],
    }


def _assert_accounts(
    snapshot: Snapshot, classes: Mapping[str, int], live: Mapping[str, int]
) -> None:
    """Received is what the connector counted; live is counted, before and after."""
    counted = sum(classes[name] for name in CLASSES)
    if not snapshot.received_count == classes["received"] == counted:
        raise AccountingError(
            f"Snapshot {snapshot.snapshot_id}: received {snapshot.received_count} but the"
            " classes hold"
            f" {counted}; nothing was admitted, report this."
        )
    expected = live["live_before"] + live["entered"] - live["left_count"]
    if live["before"] != live["live_before"] or live["after"] != expected:
        raise AccountingError(
            f"Snapshot {snapshot.snapshot_id}: live is {live['after']} after but {expected}"
            " by its moves;"
            " nothing was admitted, report this."
        )


def unmapped_fields(mapped: frozenset[str]) -> list[str]:
    """Mandatory fields of the record that a vendor's product does not send at all."""
    return [
        f.code
        for f in all_fields()
        if f.is_required and not f.is_secret and f.group != "envelope" and f.code not in mapped
    ]


def _set_outcome(
    conn: Connection,
    snapshot: Snapshot,
    outcome: Outcome,
    reason: tuple[str, Mapping[str, Any]],
    clock: Clock,
) -> None:
    unit = waves.WaveUnit(
        snapshot.unit_code, outcome, reason[0], reason[1], snapshot.snapshot_id
    )
    waves.set_outcome(conn, snapshot.wave_key, unit, clock())
