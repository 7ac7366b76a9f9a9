"""Sessions, wrong passwords, and sign-ins under way; the role here is `portal_keeper`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from sync.store.accounts import COLUMNS, Account


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that counts now, and whose it is."""

    session_id: int
    account: Account
    form_key: str
    opened_at: datetime
    idle_until: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in under way at a provider, and where its reader wanted to go."""

    nonce: str
    verifier: str
    target: str


def open_session(
    conn: Connection,
    account_id: int,
    token_sha256: bytes,
    form_key: str,
    times: tuple[datetime, datetime, datetime],
) -> None:
    """A new session; `times`: opened, idle until, ends."""
    conn.execute(
        text(
            "INSERT INTO portal.session (token_sha256, form_key, account_id, opened_at,"
            " idle_until, ends_at) VALUES (:token, :form_key, :id, :opened, :idle, :ends)"
        ),
        {
            "token": token_sha256,
            "form_key": form_key,
            "id": account_id,
            "opened": times[0],
            "idle": times[1],
            "ends": times[2],
        },
    )


def find_session(conn: Connection, token_sha256: bytes, now: datetime) -> OpenSession | None:
    """The session of a token, unless it or its account has ended."""
    row = conn.execute(
        text(
            "SELECT s.session_id, s.form_key, s.opened_at, s.idle_until, s.ends_at,"
            f" {COLUMNS} FROM portal.session AS s JOIN portal.account AS a USING (account_id)"
            " WHERE s.token_sha256 = :token AND s.ended_at IS NULL AND s.idle_until > :now"
            " AND s.ends_at > :now AND a.closed_at IS NULL"
        ),
        {"token": token_sha256, "now": now},
    ).one_or_none()
    if row is None:
        return None
    found = dict(row._mapping)
    own = ("session_id", "form_key", "opened_at", "idle_until", "ends_at")
    session = {name: found.pop(name) for name in own}
    return OpenSession(account=Account(**found), **session)


def extend_session(conn: Connection, session_id: int, idle_until: datetime) -> None:
    """The session was used."""
    conn.execute(
        text(
            "UPDATE portal.session SET idle_until = least(:until, ends_at)"
            " WHERE session_id = :id AND ended_at IS NULL"
        ),
        {"id": session_id, "until": idle_until},
    )


def end_session(conn: Connection, session_id: int, now: datetime) -> None:
    """The session's token opens nothing any more."""
    _end(conn, "session_id", session_id, now)


def end_sessions_of(conn: Connection, account_id: int, now: datetime) -> None:
    """Every session of an account: its password or its roles changed."""
    _end(conn, "account_id", account_id, now)


def _end(conn: Connection, column: str, number: int, now: datetime) -> None:
    statement = (
        f"UPDATE portal.session SET ended_at = :now WHERE {column} = :id AND ended_at IS NULL"
    )
    conn.execute(text(statement), {"id": number, "now": now})


def add_failure(conn: Connection, address: str, now: datetime) -> None:
    """One more wrong password from this address; those of earlier days are forgotten."""
    conn.execute(
        text("DELETE FROM portal.sign_in_failure WHERE failed_at < :since"),
        {"since": now - timedelta(days=1)},
    )
    conn.execute(
        text("INSERT INTO portal.sign_in_failure (address, failed_at) VALUES (:address, :now)"),
        {"address": address, "now": now},
    )


def count_failures(conn: Connection, address: str, since: datetime) -> tuple[int, int]:
    """Wrong passwords since then: from this address, and in all."""
    row = conn.execute(
        text(
            "SELECT count(*) FILTER (WHERE address = :address) AS here, count(*) AS all_"
            " FROM portal.sign_in_failure WHERE failed_at > :since"
        ),
        {"address": address, "since": since},
    ).one()
    return int(row.here), int(row.all_)


def add_attempt(
    conn: Connection, state_sha256: bytes, attempt: Attempt, now: datetime, until: datetime
) -> None:
    """A sign-in begins; those that came to nothing are forgotten."""
    conn.execute(
        text("DELETE FROM portal.sign_in_attempt WHERE expires_at <= :now"), {"now": now}
    )
    conn.execute(
        text(
            "INSERT INTO portal.sign_in_attempt (state_sha256, nonce, verifier, target,"
            " expires_at) VALUES (:state, :nonce, :verifier, :target, :until)"
        ),
        {
            "state": state_sha256,
            "nonce": attempt.nonce,
            "verifier": attempt.verifier,
            "target": attempt.target,
            "until": until,
        },
    )


def take_attempt(conn: Connection, state_sha256: bytes, now: datetime) -> Attempt | None:
    """The sign-in that a provider answers; it is there once."""
    row = conn.execute(
        text(
            "DELETE FROM portal.sign_in_attempt WHERE state_sha256 = :state"
            " RETURNING nonce, verifier, target, expires_at > :now AS is_open"
        ),
        {"state": state_sha256, "now": now},
    ).one_or_none()
    return Attempt(row.nonce, row.verifier, row.target) if row and row.is_open else None
