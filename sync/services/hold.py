"""A person's word on a held snapshot: let it through once, or return it to the unit."""

from datetime import datetime

from sync.model.errors import IllegalTransitionError
from sync.model.reason import stated_reason
from sync.model.states import NEXT_SNAPSHOT_STATES, SnapshotState
from sync.services.context import Clock, database_of, utc_now
from sync.store import brakes, ledger, snapshots
from sync.store.database import Database
from sync.store.locks import lock_unit
from sync.store.snapshots import Snapshot

ACTIONS = {
    SnapshotState.RELEASED: "snapshot_released",
    SnapshotState.REJECTED: "snapshot_rejected",
}


def release_snapshot(
    snapshot_id: int,
    *,
    actor: str,
    reason: str,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> Snapshot:
    """Let a held snapshot through; it is read, checked and admitted next.

    The brakes that stopped it accept its figures, and nothing worse, until the unit's next
    admitted snapshot.
    """
    return _decide(
        snapshot_id, SnapshotState.RELEASED, (actor, reason), db or database_of(), clock()
    )


def reject_snapshot(
    snapshot_id: int,
    *,
    actor: str,
    reason: str,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> Snapshot:
    """Return a held snapshot; the unit's last good state stays."""
    return _decide(
        snapshot_id, SnapshotState.REJECTED, (actor, reason), db or database_of(), clock()
    )


def _decide(
    snapshot_id: int,
    wanted: SnapshotState,
    word: tuple[str, str],
    database: Database,
    now: datetime,
) -> Snapshot:
    actor, reason = word[0], stated_reason(word[1])
    with database.transaction() as conn:
        lock_unit(conn, snapshots.get(conn, snapshot_id).unit_code)
        # Asked before the row is locked: the pages' role may lock a held one only, and would be
        # told that there is none.
        _check_held(snapshots.get(conn, snapshot_id), wanted)
        snapshot = snapshots.get(conn, snapshot_id, for_update=True)
        snapshots.set_state(
            conn,
            snapshot,
            wanted,
            reason_code=snapshot.reason_code,
            figures=snapshot.figures,
        )
        if wanted is SnapshotState.RELEASED:
            brakes.add_releases(conn, snapshot_id, actor, reason, now)
        ledger.append(
            conn,
            ledger.about(
                snapshot,
                ACTIONS[wanted],
                now,
                actor=actor,
                reason_code=snapshot.reason_code,
                figures={**snapshot.figures, "reason": reason},
                counts={
                    "announced": snapshot.announced_count,
                    "received": snapshot.received_count,
                },
            ),
        )
        return snapshots.get(conn, snapshot_id)


def _check_held(snapshot: Snapshot, wanted: SnapshotState) -> None:
    """Only what is held is decided, and once: the pipeline's own moves are no person's word."""
    if snapshot.state is not SnapshotState.HELD:
        possible = NEXT_SNAPSHOT_STATES[snapshot.state] - {wanted}
        raise IllegalTransitionError(
            f"Snapshot {snapshot.snapshot_id}", snapshot.state, wanted, possible
        )
