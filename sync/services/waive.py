"""Waive: a deviation that HR accepts as it stands, with a reason, until a day.

Bound to the value: another value is asked about again, and so is this one after its day.
Waived findings stay findings; every figure shows them beside.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from sync.model.desk import (
    NEXT_FLAG_STATES,
    NEXT_WAIVER_STATES,
    Actor,
    FlagState,
    Role,
    WaiverState,
    check_step,
)
from sync.model.errors import ConfigurationError, PermissionDeniedError
from sync.model.reason import stated_reason
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.permissions import check_may
from sync.store import flags, ledger, waivers
from sync.store.database import Database
from sync.store.flags import Flag
from sync.store.locks import lock_units
from sync.store.waivers import Terms, Waiver

LONGEST = timedelta(days=365)  # ours


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Until which day, and why."""

    until_on: date
    reason: str


def waive_flags(
    flag_ids: Sequence[int],
    acceptance: Acceptance,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> list[Waiver]:
    """Accept what these flags ask about, all or none; only what asks, never what blocks.

    Raises:
        NotFoundError: names the first flag that does not exist.
        PermissionDeniedError: the actor is no approver of its unit, or the flag blocks.
        IllegalTransitionError: the flag is not open; names what is possible.
        ConfigurationError: no reason, or a day that is past or more than 365 days ahead.
    """
    said = stated_reason(acceptance.reason)
    _check_day(acceptance.until_on, today(clock))
    with (db or database_of()).transaction() as conn:
        _lock(conn, flags.list_by_id(conn, flag_ids).values())
        found = flags.list_by_id(conn, flag_ids, for_update=True)
        for flag in found.values():
            _check(flag, actor)
        now = clock()
        terms = Terms(acceptance.until_on, said, actor.login, now)
        waivers.add_many(conn, list(found), terms)
        waived = waivers.list_active(conn, list(found))
        _enter(conn, waived, "waived", (actor, said), clock)
    return waived


def end_waiver(
    waiver_id: int,
    reason: str,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> Waiver:
    """Take an acceptance back; its flags are open again.

    Raises:
        NotFoundError: there is no such waiver.
        PermissionDeniedError: the actor is no approver of its unit.
        IllegalTransitionError: it ended already.
        ConfigurationError: no reason, or one that quotes a number.
    """
    said, now = stated_reason(reason), clock()
    with (db or database_of()).transaction() as conn:
        lock_units(conn, {waivers.get(conn, waiver_id).unit_code})
        found = waivers.get(conn, waiver_id, for_update=True)
        check_may(actor, Role.HR_APPROVER, found.unit_code)
        subject = f"Waiver {waiver_id}"
        check_step(subject, found.state, WaiverState.WITHDRAWN, NEXT_WAIVER_STATES)
        waivers.withdraw(conn, waiver_id, actor.login, now)
        waivers.ask_again(conn, [found.unit_code], now)
        _enter(conn, [found], "waiver_withdrawn", (actor, said), clock)
        return waivers.get(conn, waiver_id)


def list_waivers(
    unit_code: str,
    *,
    is_active: bool = True,
    after: int = 0,
    limit: int = 50,
    db: Database | None = None,
) -> list[Waiver]:
    """A page of a unit's waivers, oldest first, after the one with this id."""
    with (db or database_of()).transaction() as conn:
        return waivers.list_of_unit(
            conn, unit_code, is_active=is_active, after=after, limit=limit
        )


def _check_day(until_on: date, now_on: date) -> None:
    if not now_on <= until_on <= now_on + LONGEST:
        raise ConfigurationError(
            f"{until_on} is no day to accept until: choose one from {now_on} to"
            f" {now_on + LONGEST}."
        )


def _check(flag: Flag, actor: Actor) -> None:
    check_may(actor, Role.HR_APPROVER, flag.unit_code)
    if flag.effect != "ask":
        raise PermissionDeniedError(
            f"Flag {flag.flag_id} blocks its record: it is corrected, never accepted."
        )
    subject = f"Flag {flag.flag_id}"
    check_step(subject, flag.state, FlagState.WAIVED, NEXT_FLAG_STATES)


def _lock(conn: Connection, found: Iterable[Flag]) -> None:
    lock_units(conn, {flag.unit_code for flag in found})


def _enter(
    conn: Connection,
    moved: Sequence[Waiver],
    action: str,
    word: tuple[Actor, str],
    clock: Clock,
) -> None:
    """One ledger entry a unit: which waivers, until when, of which rules; never a value."""
    by_unit: dict[str, list[Waiver]] = {}
    for each in moved:
        by_unit.setdefault(each.unit_code, []).append(each)
    at: datetime = clock()
    for unit_code, found in sorted(by_unit.items()):
        figures: Mapping[str, Any] = {
            "waiver_ids": [each.waiver_id for each in found],
            "record_ids": sorted({each.record_id for each in found}),
            "rules": sorted({each.rule_code for each in found}),
            "until_on": max(each.until_on for each in found).isoformat(),
            "reason": word[1],
        }
        ledger.append(
            conn,
            ledger.Entry(
                unit_code=unit_code,
                action=action,
                actor=word[0].login,
                as_of=today(clock),
                recorded_at=at,
                figures=figures,
            ),
        )
