"""Approve a lot: all proposals of one act of proposing, or of one cause, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from sync.model.desk import Actor, Role
from sync.model.errors import LotChangedError, NotFoundError
from sync.services.context import Clock, database_of, utc_now
from sync.services.correct import BATCH_LIMIT
from sync.services.decide import approve_within
from sync.services.permissions import check_may
from sync.store import desk, lots
from sync.store.database import Database
from sync.store.desk import ProposedValue
from sync.store.locks import lock_unit
from sync.store.lots import Lot


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person was shown of a lot before they agreed: how many, and up to which."""

    proposal_count: int
    last_id: int


@dataclass(frozen=True, slots=True)
class LotInView:
    """A lot as a person looks at it: how much it is, and its first proposals."""

    shown: Shown
    first: Sequence[ProposedValue]
    has_more: bool  # than are decided at once


def look_at_lot(
    lot: Lot, first_count: int, *, actor: Actor, db: Database | None = None
) -> LotInView:
    """How many proposals of the lot wait for the actor's word, and the first of them.

    Raises:
        PermissionDeniedError: the actor is no approver of the unit.
        NotFoundError: none waits, or they are all the actor's own.
    """
    with (db or database_of()).transaction() as conn:
        ids, has_more = _waiting(conn, lot, actor)
        first = desk.list_proposals(conn, ids[:first_count])
    return LotInView(Shown(len(ids), ids[-1]), first, has_more)


def approve_lot(
    lot: Lot,
    shown: Shown,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> int:
    """Approve what was shown, all of it or nothing, never the actor's own; how many.

    Raises:
        as `look_at_lot`; LotChangedError: it is not what was shown any more.
    """
    with (db or database_of()).transaction() as conn:
        lock_unit(conn, lot.unit_code)
        ids, _ = _waiting(conn, lot, actor)
        if Shown(len(ids), ids[-1]) != shown:
            raise LotChangedError(
                f"The lot of unit {lot.unit_code} has other proposals than were shown: look at"
                " it again."
            )
        return len(approve_within(conn, ids, actor, clock))


def _waiting(conn: Connection, lot: Lot, actor: Actor) -> tuple[list[int], bool]:
    check_may(actor, Role.HR_APPROVER, lot.unit_code)
    ids = lots.list_waiting_ids(conn, lot, actor.login, BATCH_LIMIT + 1)
    if not ids:
        raise NotFoundError("No proposal of this lot waits for you: open the approvals again.")
    return ids[:BATCH_LIMIT], len(ids) > BATCH_LIMIT
