"""Signing in: a password, a brake on guessing, a session whose token only the browser keeps."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from sync.model.desk import Actor
from sync.services.accounts import keeper
from sync.services.context import Clock, utc_now
from sync.services.passwords import opens
from sync.store import accounts
from sync.store import sessions as kept
from sync.store.accounts import Account
from sync.store.database import Database
from sync.store.sessions import Attempt, OpenSession

IDLE = timedelta(minutes=30)
LENGTH = timedelta(hours=8)
WINDOW = timedelta(minutes=5)
FAILURES_PER_ADDRESS = 10
FAILURES_IN_ALL = 200
TOKEN_BYTES = 32
TOKEN_LIMIT = 128
ATTEMPT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in visit: who acts, the key of its forms, and whether a password must change."""

    session_id: int
    actor: Actor
    display_name: str
    form_key: str
    must_change: bool
    ends_at: datetime


def sign_in(
    login: str,
    password: str,
    address: str,
    *,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> str | None:
    """The token of a new session, or nothing: wrong, closed and locked read the same."""
    now = clock()
    with (db or keeper()).transaction() as conn:
        account = accounts.find_by_login(conn, login.strip().lower()[:64], for_update=True)
        if not opens(conn, account, password, now) or account is None:
            kept.add_failure(conn, address, now)
            return None
        return open_session(conn, account, now)


def open_session(conn: Connection, account: Account, now: datetime) -> str:
    """A new session of an account that proved who it is, in the transaction of the proof.

    The token is returned and kept nowhere. A password or a role that changes meanwhile waits
    for the account's row, and then ends this session too.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    kept.open_session(
        conn,
        account.account_id,
        token_digest(token),
        secrets.token_urlsafe(TOKEN_BYTES),
        (now, now + IDLE, now + LENGTH),
    )
    return token


def sign_in_vouched(
    issuer: str, subject: str, *, db: Database | None = None, clock: Clock = utc_now
) -> str | None:
    """The token of a session for whom a provider vouches; nothing without a linked account."""
    with (db or keeper()).transaction() as conn:
        account = accounts.find_by_subject(conn, issuer, subject)
        if account is None or account.closed_at is not None:
            return None
        return open_session(conn, account, clock())


def begin_attempt(
    state: str, attempt: Attempt, *, db: Database | None = None, clock: Clock = utc_now
) -> None:
    """Keep what a provider's answer will be compared with, for ten minutes."""
    with (db or keeper()).transaction() as conn:
        kept.add_attempt(conn, token_digest(state), attempt, clock(), clock() + ATTEMPT)


def take_attempt(
    state: str, *, db: Database | None = None, clock: Clock = utc_now
) -> Attempt | None:
    """The sign-in that this state began; a second answer to it finds nothing."""
    with (db or keeper()).transaction() as conn:
        return kept.take_attempt(conn, token_digest(state), clock())


def find_session(
    token: str, *, db: Database | None = None, clock: Clock = utc_now
) -> Session | None:
    """The session of a token, used now; nothing when it ended, by idleness or by age."""
    now = clock()
    with (db or keeper()).transaction() as conn:
        found = kept.find_session(conn, token_digest(token), now)
        if found is None:
            return None
        if found.idle_until < now + IDLE - timedelta(minutes=1):
            kept.extend_session(conn, found.session_id, now + IDLE)
        return _session(found, accounts.actor_of(conn, found.account))


def end_session(
    session: Session, *, db: Database | None = None, clock: Clock = utc_now
) -> None:
    """The token opens nothing any more."""
    with (db or keeper()).transaction() as conn:
        kept.end_session(conn, session.session_id, clock())


def is_braked(address: str, *, db: Database | None = None, clock: Clock = utc_now) -> bool:
    """Whether this address, or everybody, guessed too often and has to wait."""
    with (db or keeper()).transaction() as conn:
        here, everywhere = kept.count_failures(conn, address, clock() - WINDOW)
    return here >= FAILURES_PER_ADDRESS or everywhere >= FAILURES_IN_ALL


def token_digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token[:TOKEN_LIMIT].encode("utf-8", "surrogatepass")).digest()


def _session(found: OpenSession, actor: Actor) -> Session:
    account = found.account
    return Session(
        found.session_id,
        actor,
        account.display_name,
        found.form_key,
        account.must_change,
        found.ends_at,
    )
