"""The registry's word on notices: which address wants which kinds, who is mute until when."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sync.model.desk import Actor, Role
from sync.model.errors import ConfigurationError, NotFoundError
from sync.model.notice import NoticeKind, plain_address
from sync.model.reason import stated_reason
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.permissions import check_may
from sync.store import ledger, notices, outbox, registry
from sync.store.database import Database
from sync.store.locks import lock_unit
from sync.store.notices import Address, Mute

LONGEST_MUTE_DAYS = 90  # ours: silence ends by itself


def set_address(
    address: Address, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> Address:
    """From its first day on this mailbox gets these kinds; again replaces.

    Raises:
        PermissionDeniedError: the actor is no steward.
        NotFoundError: there never was such a unit.
        ConfigurationError: it is no plain mailbox, no kind is wanted, or the days are reversed.
    """
    check_may(actor, Role.STEWARD)
    kinds = tuple(str(kind) for kind in NoticeKind if kind in _known(address.kinds))
    if address.last_on is not None and address.last_on < address.first_on:
        raise ConfigurationError("The last day is before the first one: give a later --until.")
    word = replace(
        address, email=plain_address(address.email), kinds=kinds, stated_by=actor.login
    )
    with (db or database_of()).transaction() as conn:
        registry.get_unit(conn, word.unit_code)
        lock_unit(conn, word.unit_code)
        notices.end_address(conn, word.unit_code, word.email, word.first_on)
        address_id = notices.add_address(conn, word, clock())
        figures = {"address_id": address_id, "kinds": list(kinds)}
        ledger.append(conn, _entry(actor, clock, word.unit_code, "notice_address_set", figures))
    return word


def end_address(
    unit_code: str,
    email: str,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> None:
    """From today on this mailbox gets nothing, not even what is queued.

    Raises:
        PermissionDeniedError: the actor is no steward.
        NotFoundError: the unit has no such address.
    """
    check_may(actor, Role.STEWARD)
    with (db or database_of()).transaction() as conn:
        lock_unit(conn, unit_code)
        count = notices.end_address(conn, unit_code, plain_address(email), today(clock))
        if not count:
            raise NotFoundError(
                f"Unit {unit_code} has no such address: see cbccvc notices addresses."
            )
        ledger.append(
            conn, _entry(actor, clock, unit_code, "notice_address_ended", {"count": count})
        )


def mute(
    words: Mute, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> Mute:
    """No notices of this kind for the unit until a day, that day included; again replaces.

    Raises:
        PermissionDeniedError: the actor is neither steward nor approver of the unit.
        NotFoundError: there never was such a unit.
        ConfigurationError: the day has passed or is too far, the reason is missing.
    """
    _check_may_mute(actor, words.unit_code)
    kind = _known([words.kind])[0]
    first, last = today(clock), today(clock) + timedelta(days=LONGEST_MUTE_DAYS)
    if not first <= words.until_on <= last:
        raise ConfigurationError(
            f"Silence ends on a day from {first} to {last}: give such a day with --until."
        )
    word = replace(words, reason=stated_reason(words.reason), stated_by=actor.login)
    with (db or database_of()).transaction() as conn:
        registry.get_unit(conn, word.unit_code)
        lock_unit(conn, word.unit_code)
        notices.end_mutes(conn, word.unit_code, [kind], actor.login, clock())
        figures = {
            "mute_id": notices.add_mute(conn, word, clock()),
            "kind": kind,
            "until_on": word.until_on.isoformat(),
            "reason": word.reason,
        }
        ledger.append(conn, _entry(actor, clock, word.unit_code, "notice_muted", figures))
    return word


def unmute(
    unit_code: str,
    kinds: Sequence[str],
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> int:
    """The unit wants these kinds again, all if none is named; how many were mute.

    Raises:
        PermissionDeniedError: the actor is neither steward nor approver of the unit.
    """
    _check_may_mute(actor, unit_code)
    with (db or database_of()).transaction() as conn:
        lock_unit(conn, unit_code)
        wanted = _known(kinds or list(NoticeKind))
        ended = notices.end_mutes(conn, unit_code, wanted, actor.login, clock())
        spoken = [each for each in ended if each["until_on"] >= today(clock)]
        for each in spoken:
            figures = {"mute_id": each["mute_id"], "kind": each["kind"]}
            ledger.append(conn, _entry(actor, clock, unit_code, "notice_unmuted", figures))
    return len(spoken)


def list_addresses(*, db: Database | None = None, clock: Clock = utc_now) -> list[Address]:
    """Addresses in force today or later, by unit."""
    with (db or database_of()).transaction() as conn:
        return notices.list_addresses(conn, today(clock))


def list_mutes(*, db: Database | None = None, clock: Clock = utc_now) -> list[Mute]:
    """Which units are mute today, about what, and until when."""
    with (db or database_of()).transaction() as conn:
        return notices.list_mutes(conn, today(clock))


def list_mails(
    unit_code: str | None = None, row_count: int = 60, *, db: Database | None = None
) -> list[dict[str, Any]]:
    """The newest mails: unit, kind, day, address, state, tries, the server's last code."""
    with (db or database_of()).transaction() as conn:
        return outbox.list_mails(conn, unit_code, row_count)


def _known(kinds: Sequence[str]) -> list[str]:
    choices = ", ".join(NoticeKind)
    if not kinds or set(kinds) - set(NoticeKind):
        raise ConfigurationError(f"A kind of notice is needed: use {choices}.")
    return [str(kind) for kind in kinds]


def may_mute(actor: Actor, unit_code: str) -> bool:
    """Whether this person decides what a unit is written about."""
    return actor.has(Role.STEWARD) or actor.has(Role.HR_APPROVER, unit_code)


def _check_may_mute(actor: Actor, unit_code: str) -> None:
    if not may_mute(actor, unit_code):
        check_may(actor, Role.HR_APPROVER, unit_code)


def _entry(
    actor: Actor, clock: Clock, unit_code: str, action: str, figures: Mapping[str, Any]
) -> ledger.Entry:
    return ledger.Entry(
        unit_code=unit_code,
        action=action,
        actor=actor.login,
        as_of=today(clock),
        recorded_at=clock(),
        figures=figures,
    )
