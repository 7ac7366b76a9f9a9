"""Check: once per wave, Great Expectations' conditions over everything that was read.

Great Expectations itself is imported only when the version of the rules is new.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from sync.checks.locate import Asked
from sync.checks.run import locate_all
from sync.checks.suites import Cause, Suites
from sync.model.errors import DatabaseRefusedError
from sync.model.states import SnapshotState
from sync.services.basis import Bases, basis_of, current_bases
from sync.services.brakes import brake
from sync.services.conditions import conditions_of
from sync.services.context import Clock, database_of, utc_now
from sync.services.failing import fail_snapshot
from sync.services.flags import follow_check
from sync.services.read import stage
from sync.services.secrets import value_key
from sync.store import findings, quality, snapshots, staging, waves
from sync.store.database import Database
from sync.store.findings import Merging
from sync.store.locks import lock_reading
from sync.store.quality import CheckResult, StoredRule
from sync.store.snapshots import Snapshot

TO_CHECK = (SnapshotState.SEALED, SnapshotState.RELEASED)


def check_read_snapshots(
    wave_key: str, *, db: Database | None = None, clock: Clock = utc_now
) -> list[dict[str, int | str]]:
    """Check what was read; returns the snapshots to admit: snapshot_id and unit_code.

    Raises:
        ConfigurationError: an expectation cannot run; names its rule. Nothing is admitted then.
    """
    database = db or database_of()
    with database.transaction() as conn:
        lock_reading(conn)  # a reading under way has no counts yet
        waiting = [
            s for s in snapshots.list_in_states(conn, TO_CHECK) if s.staged_count is not None
        ]
    try:
        _check(database, waiting, clock)
    except DatabaseRefusedError:
        _check_one_by_one(database, waiting, wave_key, clock)
    with database.transaction() as conn:
        waves.finish_step(conn, wave_key, "check", clock())
        ready = [
            s
            for s in snapshots.list_in_states(
                conn, (SnapshotState.CHECKED, SnapshotState.RELEASED)
            )
            if quality.find_result(conn, s.snapshot_id)
        ]
    return [{"snapshot_id": s.snapshot_id, "unit_code": s.unit_code} for s in ready]


def _check_one_by_one(
    database: Database, waiting: Sequence[Snapshot], wave_key: str, clock: Clock
) -> None:
    """After a scan raised: only the culprit's snapshot fails."""
    for snapshot in waiting:
        try:
            _check(database, [snapshot], clock)
        except DatabaseRefusedError as error:
            if error.is_passing:
                raise  # the machine, not this unit's data: the task is tried again
            fail_snapshot(database, snapshot, wave_key, error.sqlstate, clock)


def _check(database: Database, waiting: Sequence[Snapshot], clock: Clock) -> None:
    """One transaction: locate, brake, merge findings, write results, move the snapshots on."""
    _restage_if_lost(database, waiting)
    with database.transaction() as conn:
        lock_reading(conn)
        current = [s for s in _current(conn, waiting) if _is_staged(conn, s)]
        if not current:
            return
        staging.prepare(conn)
        bases = current_bases(conn)
        ids = [snapshot.snapshot_id for snapshot in current]
        quality.add_rules(conn, bases.suites.sha256, _stored(bases.suites))
        quality.clear_located(conn, ids)
        compiled = conditions_of(database.engine.url, conn, bases.suites, clock)
        for as_of in sorted({snapshot.as_of for snapshot in current}):
            day = [s.snapshot_id for s in current if s.as_of == as_of]
            locate_all(conn, compiled, Asked(day, as_of, value_key()))
        going = brake(conn, compiled, current, bases.suites, clock)
        merging = [snapshot.snapshot_id for snapshot in going]
        findings.merge_findings(conn, _merging(merging, bases.suites, clock))
        follow_check(conn, going, bases.suites, clock)
        _write_results(conn, current, bases, clock)
        _move_on(conn, going)


def _current(conn: Connection, waiting: Sequence[Snapshot]) -> list[Snapshot]:
    """Those that still wait; nobody moves them before this transaction ends."""
    found = [snapshots.get(conn, s.snapshot_id, for_update=True) for s in waiting]
    return [s for s in found if s.state in TO_CHECK and s.staged_count is not None]


def _is_staged(conn: Connection, snapshot: Snapshot) -> bool:
    return staging.count_staged(conn, snapshot.snapshot_id) == snapshot.staged_count


def _restage_if_lost(database: Database, waiting: Sequence[Snapshot]) -> None:
    """Staging is unlogged: after a crash it is empty, and that must not read as "no people".

    In a transaction of its own: the suites look at staging over another connection, which would
    wait for ever for tables that this one has emptied.
    """
    with database.transaction() as conn:
        lock_reading(conn)
        lost = [s for s in _current(conn, waiting) if not _is_staged(conn, s)]
        if lost:
            stage(conn, lost)


def _merging(snapshot_ids: Sequence[int], suites: Suites, clock: Clock) -> Merging:
    patterns = [rule.code for rule in suites.rules if rule.cause is Cause.PATTERN]
    arrivals = [rule.code for rule in suites.rules if rule.about_arrival]
    return Merging(snapshot_ids, suites.sha256, patterns, arrivals, value_key(), clock())


def _stored(suites: Suites) -> list[StoredRule]:
    return [
        StoredRule(
            rule_code=rule.code,
            effect=str(rule.effect),
            field_code=rule.field,
            group_name=rule.group,
            sentence_vi=rule.sentence_vi,
            sentence_en=rule.sentence_en,
            basis=rule.basis,
            is_cross_record=rule.cross_record,
        )
        for rule in suites.rules
    ]


def _write_results(
    conn: Connection, current: Sequence[Snapshot], bases: Bases, clock: Clock
) -> None:
    counts = quality.count_located(conn, [snapshot.snapshot_id for snapshot in current])
    for snapshot in current:
        rule_counts = counts[snapshot.snapshot_id]
        result = CheckResult(
            snapshot_id=snapshot.snapshot_id,
            basis_sha256=basis_of(conn, bases, snapshot).full,
            suites_sha256=bases.suites.sha256,
            as_of=snapshot.as_of,
            staged_count=staging.count_staged(conn, snapshot.snapshot_id),
            finding_count=sum(rule_counts.values()),
            rule_counts=rule_counts,
        )
        quality.set_result(conn, result, clock())


def _move_on(conn: Connection, going: Sequence[Snapshot]) -> None:
    """What no brake stopped waits to be admitted."""
    for snapshot in going:
        wanted = (
            SnapshotState.RELEASED
            if snapshot.state is SnapshotState.RELEASED
            else SnapshotState.CHECKED
        )
        snapshots.set_state(
            conn, snapshot, wanted, reason_code=snapshot.reason_code, figures=snapshot.figures
        )
