"""Codes that tie an outside identity to an account; the role here is `portal_keeper`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody for whom a provider vouched, and for whom there is no account yet."""

    issuer: str
    subject: str
    target: str


def set_code(
    conn: Connection,
    account_id: int,
    code_sha256: bytes,
    *,
    created_by: str,
    times: tuple[datetime, datetime],
) -> None:
    """The one code of an account, in place of any older one; `times`: made, ends."""
    conn.execute(
        text(
            "INSERT INTO portal.link_code (account_id, code_sha256, created_by, created_at,"
            " expires_at) VALUES (:id, :code, :by, :made, :ends)"
            " ON CONFLICT (account_id) DO UPDATE SET code_sha256 = excluded.code_sha256,"
            " created_by = excluded.created_by, created_at = excluded.created_at,"
            " expires_at = excluded.expires_at"
        ),
        {
            "id": account_id,
            "code": code_sha256,
            "by": created_by,
            "made": times[0],
            "ends": times[1],
        },
    )


def drop_code(conn: Connection, account_id: int) -> None:
    """The account's code opens nothing any more."""
    conn.execute(
        text("DELETE FROM portal.link_code WHERE account_id = :id"), {"id": account_id}
    )


def take_code(conn: Connection, code_sha256: bytes, now: datetime) -> str | None:
    """The login whose code this is; it is there once, and not for a closed account."""
    # The account's row first, as for whoever gives it another code: no two wait for each other.
    conn.execute(
        text(
            "SELECT FROM portal.account AS a JOIN portal.link_code AS c USING (account_id)"
            " WHERE c.code_sha256 = :code FOR UPDATE OF a"
        ),
        {"code": code_sha256},
    )
    row = conn.execute(
        text(
            "DELETE FROM portal.link_code AS c USING portal.account AS a"
            " WHERE c.code_sha256 = :code AND a.account_id = c.account_id"
            " RETURNING a.login, c.expires_at > :now AND a.closed_at IS NULL AS is_open"
        ),
        {"code": code_sha256, "now": now},
    ).one_or_none()
    return str(row.login) if row and row.is_open else None


def add_vouched(
    conn: Connection,
    visit_sha256: bytes,
    vouched: Vouched,
    *,
    now: datetime,
    until: datetime,
) -> None:
    """Somebody waits for a code; those who came to nothing are forgotten."""
    conn.execute(text("DELETE FROM portal.vouched WHERE expires_at <= :now"), {"now": now})
    conn.execute(
        text(
            "INSERT INTO portal.vouched (visit_sha256, issuer, subject, target, expires_at)"
            " VALUES (:visit, :issuer, :subject, :target, :until)"
        ),
        {
            "visit": visit_sha256,
            "issuer": vouched.issuer,
            "subject": vouched.subject,
            "target": vouched.target,
            "until": until,
        },
    )


def find_vouched(conn: Connection, visit_sha256: bytes, now: datetime) -> Vouched | None:
    """For whom the provider vouched in this visit, locked until the code is judged."""
    row = conn.execute(
        text(
            "SELECT issuer, subject, target FROM portal.vouched"
            " WHERE visit_sha256 = :visit AND expires_at > :now FOR UPDATE"
        ),
        {"visit": visit_sha256, "now": now},
    ).one_or_none()
    return Vouched(**row._mapping) if row else None


def drop_vouched(conn: Connection, visit_sha256: bytes) -> None:
    """The visit was used."""
    conn.execute(
        text("DELETE FROM portal.vouched WHERE visit_sha256 = :visit"), {"visit": visit_sha256}
    )
