"""The register of claimed figures: who announced what, when, where it can be read."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from sync.model.desk import Actor, Role
from sync.model.errors import ConfigurationError, NotFoundError, PermissionDeniedError
from sync.model.reason import stated_reason
from sync.services.accounts import NATIONAL
from sync.services.context import Clock, database_of, today, utc_now
from sync.store import claimed, facts, ledger
from sync.store.claimed import Claimed
from sync.store.database import Database

KEEPERS = (Role.COMMITTEE, Role.STEWARD)
COUNTS = ("connected_count", "synchronised_count", "unit_count")


def add_claim(
    claim: Claimed, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> int:
    """Keep a figure that somebody announced; returns its number in the register.

    Raises:
        PermissionDeniedError: the actor is neither of the committee nor a steward.
        ConfigurationError: who, where or the words are missing, the numbers do not fit one
            another, the day is to come, or the register has these words of this day.
    """
    _check_may(actor)
    said = _checked(claim, today(clock))
    with (db or database_of()).transaction() as conn:
        if claimed.is_known(conn, said):
            raise ConfigurationError(
                f"The register has these words of {said.claimed_on} already: look with"
                " cbccvc claims list."
            )
        claim_id = claimed.add_claim(conn, said, actor.login, clock())
        numbers = {name: getattr(said, name) for name in COUNTS}
        figures = {name: count for name, count in numbers.items() if count is not None}
        figures |= {"claim_id": claim_id, "claimed_on": str(said.claimed_on)}
        _append(conn, "claim_added", actor, figures, clock)
    return claim_id


def withdraw_claim(
    claim_id: int,
    reason: str,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> None:
    """Take a figure that was entered wrongly out of the pages; the ledger keeps that it was.

    Raises:
        PermissionDeniedError: the actor is neither of the committee nor a steward.
        NotFoundError: no such figure is shown.
        ConfigurationError: no reason is given.
    """
    _check_may(actor)
    why = stated_reason(reason)
    with (db or database_of()).transaction() as conn:
        claimed_on = claimed.withdraw_claim(conn, claim_id, clock())
        if claimed_on is None:
            raise NotFoundError(
                f"There is no claimed figure {claim_id}: list them with cbccvc claims list."
            )
        figures = {"claim_id": claim_id, "claimed_on": str(claimed_on), "reason": why}
        _append(conn, "claim_withdrawn", actor, figures, clock)


def list_claims(*, db: Database | None = None, clock: Clock = utc_now) -> list[dict[str, Any]]:
    """Every claimed figure, newest first."""
    with (db or database_of()).transaction() as conn:
        found = facts.list_claims(conn, today(clock))
    return [
        {
            "claim_id": claim.claim_id,
            "claimed_on": claim.claimed_on.isoformat(),
            "connected_count": claim.connected_count,
            "synchronised_count": claim.synchronised_count,
            "unit_count": claim.unit_count,
            "stated_by": claim.stated_by,
            "source": claim.source,
            "claim_vi": claim.claim_vi,
            "claim_en": claim.claim_en,
        }
        for claim in found
    ]


def _check_may(actor: Actor) -> None:
    if not any(actor.has(role) for role in KEEPERS):
        raise PermissionDeniedError(
            f"This needs the role {' or '.join(KEEPERS)}: ask an administrator for it.", KEEPERS
        )


def _checked(claim: Claimed, day: date) -> Claimed:
    words = {
        name: getattr(claim, name).strip()
        for name in ("claim_vi", "claim_en", "stated_by", "source")
    }
    missing = sorted(name for name, said in words.items() if not said)
    if missing:
        raise ConfigurationError(f"A claimed figure needs {', '.join(missing)}: say it.")
    if claim.claimed_on > day:
        raise ConfigurationError(f"The day {claim.claimed_on} is to come: give a past day.")
    whole = claim.unit_count
    for part in (claim.connected_count, claim.synchronised_count):
        if part is not None and (part < 0 or (whole is not None and part > whole)):
            raise ConfigurationError(
                f"{part} of {whole} units cannot be: give numbers from 0 to the denominator."
            )
    return replace(claim, **words)


def _append(
    conn: Connection, action: str, actor: Actor, figures: dict[str, Any], clock: Clock
) -> None:
    ledger.append(
        conn,
        ledger.Entry(
            unit_code=NATIONAL,
            action=action,
            actor=actor.login,
            as_of=today(clock),
            recorded_at=clock(),
            figures=figures,
        ),
    )
