"""Read: once per wave, sealed snapshots → typed rows in staging. Statements over sets."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from sync.model.errors import DatabaseRefusedError
from sync.model.states import SnapshotState
from sync.services.basis import Bases, current_bases, profile_of
from sync.services.context import Clock, database_of, utc_now
from sync.services.failing import fail_snapshot
from sync.settings import get_settings
from sync.store import quality, registry, snapshots, staging, waves
from sync.store.database import Database
from sync.store.locks import lock_reading
from sync.store.snapshots import Snapshot

TO_READ = (SnapshotState.SEALED, SnapshotState.RELEASED)


def read_sealed_snapshots(
    wave_key: str, *, db: Database | None = None, clock: Clock = utc_now
) -> int:
    """Stage what is new, changed, queued or due of every sealed snapshot; how many records.

    Snapshots of other waves that are still sealed are read too: who was late is not lost.
    When a statement is refused, units are read one by one and only the culprit's snapshot
    fails.
    """
    database = db or database_of()
    try:
        staged = _read_all(database)
    except DatabaseRefusedError:
        staged = _read_one_by_one(database, clock)
    with database.transaction() as conn:
        waves.finish_step(conn, wave_key, "read", clock())
    return staged


def _read_all(database: Database) -> int:
    with database.transaction() as conn:
        lock_reading(conn)
        return stage(conn, snapshots.list_in_states(conn, TO_READ))


def _read_one_by_one(database: Database, clock: Clock) -> int:
    with database.transaction() as conn:
        sealed = snapshots.list_in_states(conn, TO_READ)
    staged = 0
    for snapshot in sealed:
        try:
            with database.transaction() as conn:
                lock_reading(conn)
                staged += stage(conn, [snapshot])
        except DatabaseRefusedError as error:
            fail_snapshot(database, snapshot, error.sqlstate, clock)
    return staged


def stage(conn: Connection, sealed: Sequence[Snapshot]) -> int:
    """Stage these snapshots; the caller holds the reading lock."""
    staging.prepare(conn)
    staging.clear(conn, [snapshot.snapshot_id for snapshot in sealed])
    bases = current_bases(conn)
    for chunk in _chunks(sealed):
        _stage_chunk(conn, chunk, bases)
    return sum(snapshots.set_staged_count(conn, snapshot.snapshot_id) for snapshot in sealed)


def _chunks(sealed: Sequence[Snapshot]) -> Iterator[list[Snapshot]]:
    """Groups of snapshots of bounded size: one statement reads many units, never all."""
    limit = get_settings().read_batch_documents
    chunk: list[Snapshot] = []
    documents = 0
    for snapshot in sealed:
        if chunk and documents + snapshot.received_count > limit:
            yield chunk
            chunk, documents = [], 0
        chunk.append(snapshot)
        documents += snapshot.received_count
    if chunk:
        yield chunk


def _stage_chunk(conn: Connection, chunk: Sequence[Snapshot], bases: Bases) -> None:
    by_profile = _by_profile(conn, chunk)
    for group in by_profile.values():
        _stage_profile(conn, group, bases, pass_no=1)
    everything = [snapshot.snapshot_id for snapshot in chunk]
    if staging.queue_number_sharers(conn, everything):
        for group in by_profile.values():
            _stage_profile(conn, group, bases, pass_no=2)
    staging.finish_reading(conn, everything)
    quality.clear_rechecks(conn, everything)


def _by_profile(conn: Connection, chunk: Sequence[Snapshot]) -> dict[str, list[Snapshot]]:
    names = registry.profile_names(conn, [snapshot.profile_sha256 for snapshot in chunk])
    groups: dict[str, list[Snapshot]] = defaultdict(list)
    for snapshot in chunk:
        groups[names[snapshot.profile_sha256]].append(snapshot)
    return groups


def _stage_profile(
    conn: Connection, group: Sequence[Snapshot], bases: Bases, *, pass_no: int
) -> None:
    """Stage the snapshots of one profile; the second pass adds records queued by the first."""
    profile = profile_of(conn, group[0])
    snapshot_ids = [snapshot.snapshot_id for snapshot in group]
    basis_sha256 = bases.of(profile.sha256, group[0].as_of).reading
    reading = staging.ReadingPass(pass_no, basis_sha256, bases.cross_rules())
    if staging.stage_documents(conn, snapshot_ids, profile, reading):
        staging.read_documents(conn, snapshot_ids, profile, pass_no)
