"""Correct: a proposed value, a second officer's word, and taking it back.

Approved, it is laid over what the source says from the next reading on, until the source agrees
or says something else again (`sync.services.admit`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from sync.model.desk import (
    NEXT_CORRECTION_STATES,
    Actor,
    CorrectionState,
    FlagState,
    Role,
    check_step,
)
from sync.model.errors import ConfigurationError, PermissionDeniedError
from sync.model.reason import stated_reason
from sync.services.cells import Cell, Judged, check_reason, judge, locate
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.permissions import check_may
from sync.store import corrections, ledger
from sync.store.corrections import Correction, Deciding, NewCorrection, Place
from sync.store.database import Database
from sync.store.locks import lock_units

BATCH_LIMIT = 20_000
WAITING = (FlagState.OPEN, FlagState.PROPOSED)


@dataclass(frozen=True, slots=True)
class Desk:
    """Ways into the database for who proposes: their own, and the checker's."""

    db: Database
    checker: Database


def desk_of_server() -> Desk:
    """The desk of whoever works at the command line."""
    return Desk(database_of(), database_of("desk_checker"))


def propose_correction(
    cell: Cell,
    reason: str,
    *,
    actor: Actor,
    desk: Desk | None = None,
    clock: Clock = utc_now,
) -> Correction:
    """A value for one field, for a second officer to approve; the rules have let it pass.

    Raises:
        NotFoundError: there is no such flag or record.
        PermissionDeniedError: the actor is no HR officer of its unit.
        RefusedValueError: it cannot be read, changes nothing, breaks a rule of its field that
            the old value did not break, or does not answer its flag.
        ConfigurationError: no reason, or one that quotes a number.
    """
    ways = desk or desk_of_server()
    (judged,) = propose_many([cell], reason, actor=actor, desk=ways, clock=clock)
    if judged.correction_id is None:
        raise judged.error()
    with ways.db.transaction() as conn:
        (found,) = corrections.list_by_id(conn, [judged.correction_id])
    return found


def propose_many(
    cells: Sequence[Cell],
    reason: str,
    *,
    actor: Actor,
    desk: Desk | None = None,
    clock: Clock = utc_now,
) -> list[Judged]:
    """One reason, many cells: what is accepted is proposed, the others say why not.

    Statements do not grow with the cells: all records of a unit are checked as one set.

    Raises:
        NotFoundError: names the first flag or record that does not exist.
        PermissionDeniedError: the actor is no HR officer of one of their units.
        ConfigurationError: no reason, or too many cells at once.
    """
    said, ways = stated_reason(reason), desk or desk_of_server()
    with ways.db.transaction() as conn:
        judged = judge_within(conn, ways, cells, actor, clock)
        ids = propose_within(conn, judged, said, actor, clock)
    return [
        replace(each, correction_id=ids[each.place]) if each.is_accepted else each
        for each in judged
    ]


def propose_within(
    conn: Connection, judged: Sequence[Judged], reason: str, actor: Actor, clock: Clock
) -> dict[Place, int]:
    """Propose what this transaction judged and accepted; the correction at each place."""
    accepted = [each for each in judged if each.is_accepted]
    if not accepted:
        return {}
    now = clock()
    new = [each.as_new() for each in accepted]
    check_reason(reason, _values(new))
    ids = corrections.add_many(conn, new, reason, (actor.login, now))
    corrections.move_flags(conn, list(ids.values()), [FlagState.OPEN], FlagState.PROPOSED, now)
    _enter(conn, corrections.list_by_id(conn, list(ids.values())), actor, reason, clock)
    return ids


def check_many(
    cells: Sequence[Cell],
    *,
    actor: Actor,
    desk: Desk | None = None,
    clock: Clock = utc_now,
) -> list[Judged]:
    """What proposing would say of each cell; nothing is written. Raises as `propose_many`."""
    ways = desk or desk_of_server()
    with ways.db.transaction() as conn:
        return judge_within(conn, ways, cells, actor, clock)


def approve_correction(
    correction_id: int, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> Correction:
    """The second officer agrees; the next reading lays the value over.

    Raises:
        NotFoundError: there is no such correction.
        PermissionDeniedError: the actor is no approver of its unit, or proposed it.
        IllegalTransitionError: it was decided already; names what is possible.
    """
    return approve_many([correction_id], actor=actor, db=db, clock=clock)[0]


def approve_many(
    correction_ids: Sequence[int],
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> list[Correction]:
    """All or none, raising for the first that is refused; the next wave reads the records."""
    with (db or database_of()).transaction() as conn:
        _lock(conn, correction_ids)
        found = corrections.list_by_id(conn, correction_ids, for_update=True)
        _check_decision(found, CorrectionState.APPROVED, actor)
        now = clock()
        corrections.decide(
            conn, correction_ids, Deciding(CorrectionState.APPROVED, actor.login, now)
        )
        corrections.move_flags(conn, correction_ids, WAITING, FlagState.APPROVED, now)
        corrections.queue_rechecks(conn, correction_ids)
        return _enter(conn, corrections.list_by_id(conn, correction_ids), actor, "", clock)


def decline_correction(
    correction_id: int,
    reason: str,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> Correction:
    """The second officer disagrees and says why; the flag is open again.

    Raises:
        as `approve_correction`; ConfigurationError: no reason, or one that quotes a number.
    """
    said, now = stated_reason(reason), clock()
    with (db or database_of()).transaction() as conn:
        _lock(conn, [correction_id])
        found = corrections.list_by_id(conn, [correction_id], for_update=True)
        _check_decision(found, CorrectionState.DECLINED, actor)
        check_reason(
            said, ((c.field_code, v) for c in found for v in (c.old_value, c.new_value))
        )
        deciding = Deciding(CorrectionState.DECLINED, actor.login, now, said)
        corrections.decide(conn, [correction_id], deciding)
        corrections.move_flags(conn, [correction_id], [FlagState.PROPOSED], FlagState.OPEN, now)
        return _enter(conn, corrections.list_by_id(conn, [correction_id]), actor, said, clock)[
            0
        ]


def withdraw_correction(
    correction_id: int, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> Correction:
    """Take back a proposal (an officer), or an approved value (an approver): read again then.

    Raises:
        NotFoundError: there is no such correction.
        PermissionDeniedError: the actor has not the role in its unit.
        IllegalTransitionError: it ended already.
    """
    with (db or database_of()).transaction() as conn:
        _lock(conn, [correction_id])
        (found,) = corrections.list_by_id(conn, [correction_id], for_update=True)
        is_approved = found.state is CorrectionState.APPROVED
        check_may(actor, Role.HR_APPROVER if is_approved else Role.HR_OFFICER, found.unit_code)
        _check_step(found, CorrectionState.WITHDRAWN)
        now = clock()
        corrections.withdraw(conn, [correction_id], now)
        stood = FlagState.APPROVED if is_approved else FlagState.PROPOSED
        corrections.move_flags(conn, [correction_id], [stood], FlagState.OPEN, now)
        if is_approved:
            corrections.queue_rechecks(conn, [correction_id])
        return _enter(conn, corrections.list_by_id(conn, [correction_id]), actor, "", clock)[0]


def list_corrections(
    unit_code: str,
    states: Sequence[CorrectionState] = (CorrectionState.PROPOSED,),
    *,
    after: int = 0,
    limit: int = 50,
    db: Database | None = None,
) -> list[Correction]:
    """A page of a unit's corrections, oldest first, after the one with this id."""
    with (db or database_of()).transaction() as conn:
        return corrections.list_in_states(conn, unit_code, states, after=after, limit=limit)


def judge_within(
    conn: Connection, ways: Desk, cells: Sequence[Cell], actor: Actor, clock: Clock
) -> list[Judged]:
    """`check_many` in the caller's transaction; locks the units."""
    if not 1 <= len(cells) <= BATCH_LIMIT:
        raise ConfigurationError(f"A batch holds 1 to {BATCH_LIMIT} values: divide it.")
    located = locate(conn, cells)
    units = {each.unit_code for each in located}
    for unit_code in sorted(units):
        check_may(actor, Role.HR_OFFICER, unit_code)
    lock_units(conn, units)
    return judge(conn, ways.checker, locate(conn, cells), today(clock))


def _values(new: Iterable[NewCorrection]) -> Iterator[tuple[str, str | None]]:
    for each in new:
        yield from ((each.place[3], value) for value in (each.old_value, each.new_value))


def _lock(conn: Connection, correction_ids: Sequence[int]) -> None:
    lock_units(conn, {c.unit_code for c in corrections.list_by_id(conn, correction_ids)})


def _check_decision(found: Iterable[Correction], wanted: CorrectionState, actor: Actor) -> None:
    for each in found:
        check_may(actor, Role.HR_APPROVER, each.unit_code)
        _check_step(each, wanted)
        if each.proposed_by == actor.login:
            raise PermissionDeniedError(
                f"Correction {each.correction_id} needs a second officer: you proposed it."
            )


def _check_step(found: Correction, wanted: CorrectionState) -> None:
    subject = f"Correction {found.correction_id}"
    check_step(subject, found.state, wanted, NEXT_CORRECTION_STATES)


def _enter(
    conn: Connection,
    moved: Sequence[Correction],
    actor: Actor,
    reason: str,
    clock: Clock,
) -> list[Correction]:
    """One ledger entry a unit: which corrections of which records and fields, never a value."""
    by_unit: Mapping[str, list[Correction]] = defaultdict(list)
    for each in moved:
        by_unit[each.unit_code].append(each)
    for unit_code, found in sorted(by_unit.items()):
        figures: dict[str, Any] = {
            "correction_ids": [each.correction_id for each in found],
            "record_ids": sorted({each.record_id for each in found}),
            "fields": sorted({each.field_code for each in found}),
        }
        ledger.append(
            conn,
            ledger.Entry(
                unit_code=unit_code,
                action=f"correction_{found[0].state}",
                actor=actor.login,
                as_of=today(clock),
                recorded_at=clock(),
                figures=figures | ({"reason": reason} if reason else {}),
            ),
        )
    return list(moved)
