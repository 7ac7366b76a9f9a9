"""Correct: a value proposed in place of another.

Approved (`sync.services.decide`), it is laid over what the source says from the next reading
on, until the source agrees or says something else again (`sync.services.admit`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from sync.model.desk import (
    Actor,
    CorrectionState,
    FlagState,
    Role,
)
from sync.model.errors import ConfigurationError
from sync.model.reason import stated_reason
from sync.services.cells import Cell, Judged, check_reason, judge, locate
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.permissions import check_may
from sync.store import corrections, ledger
from sync.store.corrections import Correction, NewCorrection, Place
from sync.store.database import Database
from sync.store.locks import lock_units

BATCH_LIMIT = 20_000


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
    enter(conn, corrections.list_by_id(conn, list(ids.values())), actor, reason, clock)
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


def enter(
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
