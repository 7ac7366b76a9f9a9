"""Read: once per wave, sealed snapshots → typed rows in staging. Statements over sets."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Connection

from sync.contract.profile import Profile
from sync.model.errors import DatabaseRefusedError
from sync.model.states import SnapshotState
from sync.services.basis import Bases, current_bases, profile_of
from sync.services.changes import queue_changes
from sync.services.code_fields import fields_of_lists
from sync.services.context import Clock, database_of, utc_now
from sync.services.failing import fail_snapshot
from sync.services.secrets import value_key
from sync.settings import get_settings
from sync.store import code_mappings, overlays, quality, registry, snapshots, staging, waves
from sync.store.database import Database
from sync.store.locks import lock_reading
from sync.store.snapshots import Snapshot

TO_READ = (SnapshotState.SEALED, SnapshotState.RELEASED)
READERS = 2  # connections that read side by side; the work is the database's, not Python's


def read_sealed_snapshots(
    wave_key: str, *, db: Database | None = None, clock: Clock = utc_now
) -> int:
    """Stage what is new, changed, queued or due of every sealed snapshot; how many records.

    Snapshots of other waves that are still sealed are read too: who was late is not lost.
    When a statement is refused, units are read one by one and only the culprit's snapshot
    fails.
    """
    database = db or database_of()
    _queue_changes(database, wave_key, clock)
    try:
        staged = _read_all(database)
    except DatabaseRefusedError:
        staged = _read_one_by_one(database, wave_key, clock)
    with database.transaction() as conn:
        waves.finish_step(conn, wave_key, "read", clock())
    return staged


def _queue_changes(database: Database, wave_key: str, clock: Clock) -> None:
    """Whom a changed rule, code list or mapping concerns is read again, and nobody else."""
    with database.transaction() as conn:
        lock_reading(conn)
        queue_changes(conn, waves.get_as_of(conn, wave_key), clock())


def _read_all(database: Database) -> int:
    """Everything sealed, two connections side by side; the lock outlives their commits."""
    with database.transaction() as guard:
        lock_reading(guard)
        with database.transaction() as conn:
            sealed = snapshots.list_in_states(conn, TO_READ)
            staging.prepare(conn)
            staging.clear(conn, _ids(sealed))
            bases = current_bases(conn)
        for chunk in _chunks(sealed):
            _type_chunk(database, chunk, bases)
        with _prepared(database) as conn:
            staging.know_sizes(conn)
        for chunk in _chunks(sealed):
            _side_by_side(database, _parts(chunk), partial(_hash_and_lay, pass_no=1))
        with _prepared(database) as conn:
            _look_around(conn, sealed, bases)
        for chunk in _chunks(sealed):
            _side_by_side(database, _parts(chunk), _add_up)
        with _prepared(database) as conn:
            _finish(conn, sealed)
            return _count(conn, sealed)


def _type_chunk(database: Database, chunk: Sequence[Snapshot], bases: Bases) -> None:
    """Typed rows of one chunk, in transactions of their own: staging is derivable."""
    with _prepared(database) as conn:
        _choose(conn, chunk, bases, pass_no=1)
    _side_by_side(database, _parts(chunk), partial(_type_rows, pass_no=1))


def _side_by_side(
    database: Database,
    parts: Sequence[Sequence[Snapshot]],
    work: Callable[[Connection, Sequence[Snapshot]], None],
) -> None:
    def one(part: Sequence[Snapshot]) -> None:
        with _prepared(database) as conn:
            work(conn, part)

    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(one, parts))


@contextmanager
def _prepared(database: Database) -> Iterator[Connection]:
    with database.transaction() as conn:
        staging.prepare(conn)
        yield conn


def _read_one_by_one(database: Database, wave_key: str, clock: Clock) -> int:
    with database.transaction() as conn:
        sealed = snapshots.list_in_states(conn, TO_READ)
    staged = 0
    for snapshot in sealed:
        try:
            with database.transaction() as conn:
                lock_reading(conn)
                staged += stage(conn, [snapshot])
        except DatabaseRefusedError as error:
            if error.is_passing:
                raise  # the machine, not this unit's data: the task is tried again
            fail_snapshot(database, snapshot, wave_key, error.sqlstate, clock)
    return staged


def stage(conn: Connection, sealed: Sequence[Snapshot]) -> int:
    """Stage these snapshots in one transaction; the caller holds the reading lock."""
    staging.prepare(conn)
    staging.clear(conn, _ids(sealed))
    bases = current_bases(conn)
    for chunk in _chunks(sealed):
        _choose(conn, chunk, bases, pass_no=1)
        _type_rows(conn, chunk, pass_no=1)
    staging.know_sizes(conn)
    _hash_and_lay(conn, sealed, pass_no=1)
    _look_around(conn, sealed, bases)
    _add_up(conn, sealed)
    _finish(conn, sealed)
    return _count(conn, sealed)


def _ids(chunk: Sequence[Snapshot]) -> list[int]:
    return [snapshot.snapshot_id for snapshot in chunk]


def _count(conn: Connection, sealed: Sequence[Snapshot]) -> int:
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


def _parts(chunk: Sequence[Snapshot]) -> list[list[Snapshot]]:
    """The snapshots in `READERS` parts of about as many documents."""
    parts: list[list[Snapshot]] = [[] for _ in range(READERS)]
    sizes = [0] * READERS
    for snapshot in sorted(chunk, key=lambda each: -each.received_count):
        smallest = sizes.index(min(sizes))
        parts[smallest].append(snapshot)
        sizes[smallest] += snapshot.received_count
    return [part for part in parts if part]


def _choose(conn: Connection, chunk: Sequence[Snapshot], bases: Bases, *, pass_no: int) -> None:
    """Which documents to read; the second pass adds records queued by the first."""
    quality.take_rechecks(conn, _ids(chunk))
    for profile, group in _by_profile(conn, chunk):
        basis_sha256 = bases.of(profile, group[0].as_of).reading
        reading = staging.ReadingPass(pass_no, basis_sha256, bases.cross_rules())
        staging.stage_documents(conn, _ids(group), profile, reading)


def _type_rows(conn: Connection, chunk: Sequence[Snapshot], *, pass_no: int) -> None:
    """The chosen documents as typed rows, in national codes."""
    for profile, group in _by_profile(conn, chunk):
        staging.read_documents(conn, _ids(group), profile, pass_no)
    code_mappings.apply(conn, _ids(chunk), pass_no, fields_of_lists())


def _look_around(conn: Connection, sealed: Sequence[Snapshot], bases: Bases) -> None:
    """Who else carries the same identity number, in whatever chunk or wave they were read.

    Unchanged records of theirs are read too.
    """
    if staging.queue_number_sharers(conn, _ids(sealed)):
        _choose(conn, sealed, bases, pass_no=2)
        _type_rows(conn, sealed, pass_no=2)
        staging.know_sizes(conn)
        _hash_and_lay(conn, sealed, pass_no=2)
    staging.add_context(conn, _ids(sealed), value_key())


def _hash_and_lay(conn: Connection, chunk: Sequence[Snapshot], *, pass_no: int) -> None:
    """Hashed is what the source said; then approved corrections are laid over.

    Before anybody looks around: an identity number may be what was corrected.
    """
    staging.add_hashes(conn, _ids(chunk), pass_no)
    overlays.lay(conn, _ids(chunk), pass_no, value_key())


def _add_up(conn: Connection, chunk: Sequence[Snapshot]) -> None:
    """Last, for what is added up is what stands with corrections, of all passes."""
    staging.add_up(conn, _ids(chunk))


def _finish(conn: Connection, chunk: Sequence[Snapshot]) -> None:
    staging.finish_reading(conn)


def _by_profile(
    conn: Connection, chunk: Sequence[Snapshot]
) -> list[tuple[Profile, list[Snapshot]]]:
    names = registry.profile_names(conn, [snapshot.profile_sha256 for snapshot in chunk])
    groups: dict[str, list[Snapshot]] = defaultdict(list)
    for snapshot in chunk:
        groups[names[snapshot.profile_sha256]].append(snapshot)
    return [(profile_of(conn, group[0]), group) for group in groups.values()]
