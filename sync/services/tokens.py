"""Tokens of programs that read figures: shown once, kept hashed, at most a year."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from sync.model.desk import Actor, Role
from sync.model.errors import ConfigurationError
from sync.services.accounts import NATIONAL, keeper
from sync.services.context import Clock, today, utc_now
from sync.services.permissions import check_may
from sync.store import accounts, ledger, tokens
from sync.store.database import Database
from sync.store.tokens import Token

SCOPES = frozenset({"scorecard"})
LONGEST = timedelta(days=366)
TOKEN_BYTES = 32
PREFIX = "cbccvc_"  # a scanner of leaked secrets knows it by this
LONGEST_TOKEN = 128
TOUCHED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WantedToken:
    """A token to make: whose, what it is called, for what, for how many days."""

    login: str
    name: str
    scopes: frozenset[str] = SCOPES
    days: int = 365


def issue_token(
    wanted: WantedToken, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> str:
    """The new token, which is shown this once.

    Raises:
        PermissionDeniedError: the actor is no administrator.
        ConfigurationError: no name, an unknown scope, a term of no day or above a year.
        NotFoundError: there is no such account.
    """
    check_may(actor, Role.ADMINISTRATOR)
    now = clock()
    until = now + timedelta(days=max(wanted.days, 0))
    if not wanted.name.strip() or not wanted.scopes or not wanted.scopes <= SCOPES:
        raise ConfigurationError(
            f"A token needs a name, and scopes of {', '.join(sorted(SCOPES))}: give both."
        )
    if not now < until <= now + LONGEST:
        raise ConfigurationError("A token lasts from one day to one year: give fewer days.")
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    with (db or keeper()).transaction() as conn:
        account = accounts.get_by_login(conn, wanted.login)
        if account.closed_at is not None:
            raise ConfigurationError(f"Account {wanted.login} is closed: name another.")
        kept = Token(
            0,
            wanted.login,
            wanted.name.strip(),
            tuple(sorted(wanted.scopes)),
            now,
            until,
            None,
            None,
        )
        number = tokens.add_token(conn, account.account_id, _digest(token), kept)
        _append(conn, ("account_token_issued", actor), (wanted.login, number), now, clock)
    return token


def list_tokens(*, db: Database | None = None) -> list[Token]:
    """Every token, newest first, without what it is."""
    with (db or keeper()).transaction() as conn:
        return tokens.list_tokens(conn)


def revoke_token(
    token_id: int, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> Token:
    """The token opens nothing from now on."""
    check_may(actor, Role.ADMINISTRATOR)
    with (db or keeper()).transaction() as conn:
        revoked = tokens.revoke_token(conn, token_id, clock())
        _append(
            conn, ("account_token_revoked", actor), (revoked.login, token_id), clock(), clock
        )
    return revoked


def find_token(
    token: str, *, db: Database | None = None, clock: Clock = utc_now
) -> frozenset[str] | None:
    """What the token opens; nothing when it or its account is unknown or has ended."""
    if not token or len(token) > LONGEST_TOKEN:
        return None
    now = clock()
    with (db or keeper()).transaction() as conn:
        found = tokens.find_token(conn, _digest(token), now)
        if found is None:
            return None
        if found.last_used_at is None or found.last_used_at <= now - TOUCHED_EVERY:
            tokens.set_used(conn, found.token_id, now)
    return frozenset(found.scopes)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _append(
    conn: Connection,
    what: tuple[str, Actor],
    whose: tuple[str, int],
    now: datetime,
    clock: Clock,
) -> None:
    action, actor = what
    ledger.append(
        conn,
        ledger.Entry(
            unit_code=NATIONAL,
            action=action,
            actor=actor.login,
            as_of=today(clock),
            recorded_at=now,
            figures={"account": whose[0], "token_id": whose[1]},
        ),
    )
