"""Replay: kept documents of an earlier answer, read, checked and admitted again.

A replay is a new snapshot. Nobody was asked, so it is as old as the answer it replays and
proves neither that the source can be reached nor that its answer is fresh.
"""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from sync.model.errors import ConfigurationError, NotFoundError, SyncError
from sync.model.reason import stated_reason
from sync.model.states import Outcome, SnapshotState
from sync.services import admit, check, measure, read, settle, wave
from sync.services.context import Clock, database_of, today, utc_now
from sync.store import ledger, quality, registry, replays, snapshots, waves
from sync.store.database import Database
from sync.store.locks import try_lock_pull
from sync.store.snapshots import Snapshot

NUMBER = re.compile(r"[0-9]{1,9}")  # longer ones may be a person's, and are not repeated
CODE = re.compile(r"[A-Z][A-Z0-9-]{1,9}")
UNDER_WAY = (
    SnapshotState.SEALED,
    SnapshotState.CHECKED,
    SnapshotState.HELD,
    SnapshotState.RELEASED,
)
LIST = "list what is there with cbccvc snapshot list"


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants what replayed - a snapshot's number or a unit's code - and why."""

    target: str
    actor: str
    reason: str = ""


class ReplayRefusedError(SyncError):
    """This answer cannot be replayed, or not now; nothing was changed."""

    status = 409


def replay(
    order: Order, *, db: Database | None = None, clock: Clock = utc_now
) -> dict[str, int | str]:
    """The whole replay without Airflow: snapshot_id, unit_code, outcome and admitted counts.

    Raises:
        NotFoundError, ReplayRefusedError, ConfigurationError: as `open_replay`.
        IncompleteWaveError: it was opened but not finished, for a reason of ours.
    """
    database = db or database_of()
    wave_key = f"replay {clock().isoformat()}"
    snapshot_id = open_replay(order, wave_key, db=database, clock=clock)
    read.read_sealed_snapshots(wave_key, db=database, clock=clock)
    check.check_read_snapshots(wave_key, db=database, clock=clock)
    admitted = admit.admit_snapshot(snapshot_id, db=database, clock=clock)
    settle.settle_claims(wave_key, db=database, clock=clock)
    measure.measure_units(wave_key, db=database, clock=clock)
    wave.raise_if_incomplete(wave_key, db=database, clock=clock)
    with database.transaction() as conn:
        state = str(snapshots.get(conn, snapshot_id).state)
    return {**admitted, "outcome": state}


def open_replay(
    order: Order, wave_key: str, *, db: Database | None = None, clock: Clock = utc_now
) -> int:
    """Open the wave of a replay and its snapshot, once; returns the snapshot's id.

    Raises:
        NotFoundError: no such snapshot, unit or source.
        ReplayRefusedError: its documents are gone, its unit is closed, or a newer answer is
            under way.
        ConfigurationError: an earlier state is brought back without a reason.
    """
    with (db or database_of()).transaction() as conn:
        opened = replays.find_of_wave(conn, wave_key)
        if opened is not None:
            return opened  # the task ran before
        day = today(clock)
        original = _find(conn, order.target.strip(), day)
        _refuse_if_closed(conn, original, day)
        if not try_lock_pull(conn, original.unit_code):
            raise ReplayRefusedError(
                f"Unit {original.unit_code} is being asked or tidied just now: try again when"
                " that is over."
            )
        original = snapshots.get(conn, original.snapshot_id, for_update=True)
        _refuse_if_gone(original)
        _refuse_if_overtaken(conn, original, order)
        if order.reason.strip():
            stated_reason(order.reason)
        waves.open_wave(conn, wave_key, "replay", day, clock())
        waves.add_due_units(conn, wave_key, [original.unit_code], clock())
        return _open(conn, original, order, wave_key, clock)


def _find(conn: Connection, target: str, day: date) -> Snapshot:
    if NUMBER.fullmatch(target):
        return snapshots.get(conn, int(target))
    if not CODE.fullmatch(target):
        raise NotFoundError(f"Name a snapshot by its number or a unit by its code; {LIST}.")
    unit = registry.get_unit(conn, target)
    source = registry.get_source(conn, unit.unit_code, day)
    found = replays.find_newest_kept(conn, source.source_code)
    if found is None:
        raise NotFoundError(
            f"Unit {unit.unit_code} has no answer whose documents are kept: ask its source with"
            f" cbccvc sync --unit {unit.unit_code}."
        )
    return found


def _refuse_if_closed(conn: Connection, original: Snapshot, day: date) -> None:
    unit_code = original.unit_code
    if unit_code not in {unit.unit_code for unit in registry.list_units(conn, day)}:
        raise ReplayRefusedError(
            f"Unit {unit_code} is closed today: replay an answer of the unit that follows it."
        )
    source = registry.get_source(conn, unit_code, day)
    if source.source_code != original.source_code:
        raise ReplayRefusedError(
            f"Snapshot {original.snapshot_id} came from source {original.source_code}, which"
            f" unit {unit_code} has given up: replay an answer of {source.source_code}."
        )


def _refuse_if_gone(original: Snapshot) -> None:
    if original.leaving_at is not None:
        raise ReplayRefusedError(
            f"Housekeeping removed the documents of snapshot {original.snapshot_id} on"
            f" {original.leaving_at.date()}: replay a newer one; {LIST}."
        )


def _refuse_if_overtaken(conn: Connection, original: Snapshot, order: Order) -> None:
    """What came later must be decided first; what was admitted later needs a reason to go."""
    number = original.snapshot_id
    newer = replays.find_newer(conn, original, UNDER_WAY)
    if newer is not None:
        raise ReplayRefusedError(
            f"A newer answer of unit {original.unit_code} is under way (snapshot"
            f" {newer.snapshot_id}, {newer.state}): let its wave finish, release or reject it"
            f" first, or replay {newer.snapshot_id} instead of {number}."
        )
    admitted = replays.find_newer(conn, original, (SnapshotState.ADMITTED,))
    if admitted is not None and not order.reason.strip():
        raise ConfigurationError(
            f"Snapshot {admitted.snapshot_id} was admitted after {number}, so replaying"
            f" {number} brings an earlier state back: say in one sentence why, with --reason."
        )


def _open(
    conn: Connection, original: Snapshot, order: Order, wave_key: str, clock: Clock
) -> int:
    """The copy takes its source's next number, so that whatever is older gives way to it."""
    day = waves.get_as_of(conn, wave_key)
    snapshot_id, copied = replays.open_copy(conn, original.snapshot_id, wave_key, day)
    if not copied and (original.received_count or original.state is SnapshotState.FAILED):
        raise ReplayRefusedError(
            f"Nothing was kept of snapshot {original.snapshot_id} ({original.state}): ask the"
            f" source again with cbccvc sync --unit {original.unit_code}."
        )
    older = snapshots.supersede_older(conn, snapshot_id)
    quality.queue_checked(conn, older)
    waves.supersede_outcomes(conn, older, (Outcome.SUPERSEDED, "superseded"), clock())
    opened = snapshots.get(conn, snapshot_id)
    unit = waves.WaveUnit(opened.unit_code, Outcome.PULLED, "", {}, snapshot_id)
    waves.set_outcome(conn, wave_key, unit, clock())
    ledger.append(
        conn,
        ledger.about(
            opened,
            "snapshot_replayed",
            clock(),
            actor=order.actor,
            figures={"replay_of": original.snapshot_id, "reason": order.reason.strip()},
            counts={"announced": opened.announced_count, "received": opened.received_count},
        ),
    )
    return snapshot_id
