"""One snapshot that cannot be worked on fails alone, and says so in the ledger."""

from sync.model.states import Outcome, SnapshotState
from sync.services.context import Clock
from sync.store import ledger, quality, snapshots, waves
from sync.store.database import Database
from sync.store.locks import lock_unit
from sync.store.snapshots import Snapshot


def fail_snapshot(
    database: Database, snapshot: Snapshot, wave_key: str, sqlstate: str, clock: Clock
) -> None:
    """Set one snapshot to failed; the unit's last good state stays.

    The wave that worked on it is told too, so that a late failure cannot leave a green run.
    """
    figures = {"sqlstate": sqlstate}
    with database.transaction() as conn:
        lock_unit(conn, snapshot.unit_code)
        current = snapshots.get(conn, snapshot.snapshot_id, for_update=True)
        snapshots.set_state(
            conn, current, SnapshotState.FAILED, reason_code="failed", figures=figures
        )
        unit = waves.WaveUnit(
            snapshot.unit_code, Outcome.FAILED, "failed", figures, snapshot.snapshot_id
        )
        for key in {snapshot.wave_key, wave_key}:
            waves.set_outcome(conn, key, unit, clock())
        quality.queue_checked(conn, [snapshot.snapshot_id])
        ledger.append(
            conn,
            ledger.about(
                snapshot, "snapshot_failed", clock(), reason_code="failed", figures=figures
            ),
        )
