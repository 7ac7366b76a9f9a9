"""Decide: a second officer's word on proposed values, and taking them back; all or none."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from sync.model.desk import (
    NEXT_CORRECTION_STATES,
    Actor,
    CorrectionState,
    FlagState,
    Role,
    check_step,
)
from sync.model.errors import SecondOfficerNeededError
from sync.model.reason import stated_reason
from sync.services.cells import check_reason
from sync.services.context import Clock, database_of, utc_now
from sync.services.correct import enter
from sync.services.permissions import check_may
from sync.store import corrections
from sync.store.corrections import Correction, Deciding
from sync.store.database import Database
from sync.store.locks import lock_units

WAITING = (FlagState.OPEN, FlagState.PROPOSED)


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
        return approve_within(conn, correction_ids, actor, clock)


def approve_within(
    conn: Connection, correction_ids: Sequence[int], actor: Actor, clock: Clock
) -> list[Correction]:
    """`approve_many` in the caller's transaction; locks the units."""
    found = _locked(conn, correction_ids)
    _check_decision(found, CorrectionState.APPROVED, actor)
    now = clock()
    deciding = Deciding(CorrectionState.APPROVED, actor.login, now)
    corrections.decide(conn, correction_ids, deciding)
    corrections.move_flags(conn, correction_ids, WAITING, FlagState.APPROVED, now)
    corrections.queue_rechecks(conn, correction_ids)
    return enter(conn, corrections.list_by_id(conn, correction_ids), actor, "", clock)


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
    return decline_many([correction_id], reason, actor=actor, db=db, clock=clock)[0]


def decline_many(
    correction_ids: Sequence[int],
    reason: str,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> list[Correction]:
    """One reason, all or none, raising for the first that is refused; their flags are open."""
    said, now = stated_reason(reason), clock()
    with (db or database_of()).transaction() as conn:
        found = _locked(conn, correction_ids)
        _check_decision(found, CorrectionState.DECLINED, actor)
        check_reason(
            said, ((c.field_code, v) for c in found for v in (c.old_value, c.new_value))
        )
        deciding = Deciding(CorrectionState.DECLINED, actor.login, now, said)
        corrections.decide(conn, correction_ids, deciding)
        corrections.move_flags(conn, correction_ids, [FlagState.PROPOSED], FlagState.OPEN, now)
        return enter(conn, corrections.list_by_id(conn, correction_ids), actor, said, clock)


def withdraw_correction(
    correction_id: int, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> Correction:
    """Take back a proposal (an officer), or an approved value (an approver): read again then.

    Raises:
        NotFoundError: there is no such correction.
        PermissionDeniedError: the actor has not the role in its unit.
        IllegalTransitionError: it ended already.
    """
    return withdraw_many([correction_id], actor=actor, db=db, clock=clock)[0]


def withdraw_many(
    correction_ids: Sequence[int],
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> list[Correction]:
    """All or none, raising for the first that is refused; their flags are open."""
    with (db or database_of()).transaction() as conn:
        found, now = _locked(conn, correction_ids), clock()
        for each in found:
            is_approved = each.state is CorrectionState.APPROVED
            role = Role.HR_APPROVER if is_approved else Role.HR_OFFICER
            check_may(actor, role, each.unit_code)
            _check_step(each, CorrectionState.WITHDRAWN)
        corrections.withdraw(conn, correction_ids, now)
        approved = [c.correction_id for c in found if c.state is CorrectionState.APPROVED]
        proposed = sorted({c.correction_id for c in found} - set(approved))
        corrections.move_flags(conn, proposed, [FlagState.PROPOSED], FlagState.OPEN, now)
        corrections.move_flags(conn, approved, [FlagState.APPROVED], FlagState.OPEN, now)
        corrections.queue_rechecks(conn, approved)
        return enter(conn, corrections.list_by_id(conn, correction_ids), actor, "", clock)


def _locked(conn: Connection, correction_ids: Sequence[int]) -> list[Correction]:
    lock_units(conn, {c.unit_code for c in corrections.list_by_id(conn, correction_ids)})
    return corrections.list_by_id(conn, correction_ids, for_update=True)


def _check_decision(found: Iterable[Correction], wanted: CorrectionState, actor: Actor) -> None:
    for each in found:
        check_may(actor, Role.HR_APPROVER, each.unit_code)
        _check_step(each, wanted)
        if each.proposed_by == actor.login:
            raise SecondOfficerNeededError(
                f"Correction {each.correction_id} needs a second officer: you proposed it."
            )


def _check_step(found: Correction, wanted: CorrectionState) -> None:
    subject = f"Correction {found.correction_id}"
    check_step(subject, found.state, wanted, NEXT_CORRECTION_STATES)
