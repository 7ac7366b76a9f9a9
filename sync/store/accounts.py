"""Accounts and what they may do; the role here is `portal_keeper`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from sync.model.desk import Actor, Role
from sync.model.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account; a hash never leaves the services."""

    account_id: int
    login: str
    display_name: str
    email: str
    password_hash: str | None
    must_change: bool
    failure_count: int = 0
    locked_until: datetime | None = None
    issuer: str | None = None
    subject: str | None = None
    closed_at: datetime | None = None


COLUMNS = (
    "a.account_id, a.login, a.display_name, a.email, a.password_hash, a.must_change,"
    " a.failure_count, a.locked_until, a.issuer, a.subject, a.closed_at"
)


def find_by_login(conn: Connection, login: str, *, for_update: bool = False) -> Account | None:
    """The account with this login, closed ones too."""
    row = conn.execute(
        text(
            f"SELECT {COLUMNS} FROM portal.account AS a WHERE a.login = :login"
            + (" FOR UPDATE" if for_update else "")
        ),
        {"login": login},
    ).one_or_none()
    return Account(**row._mapping) if row else None


def get_by_login(conn: Connection, login: str) -> Account:
    """The account with this login, locked for a change.

    Raises:
        NotFoundError: there is none.
    """
    found = find_by_login(conn, login, for_update=True)
    if found is None:
        raise NotFoundError(f"There is no account {login}: list them with cbccvc accounts.")
    return found


def find_by_subject(conn: Connection, issuer: str, subject: str) -> Account | None:
    """The account that an OpenID Connect provider vouches for, locked for a change."""
    row = conn.execute(
        text(
            f"SELECT {COLUMNS} FROM portal.account AS a"
            " WHERE a.issuer = :issuer AND a.subject = :subject FOR UPDATE"
        ),
        {"issuer": issuer, "subject": subject},
    ).one_or_none()
    return Account(**row._mapping) if row else None


def list_accounts(conn: Connection) -> list[Account]:
    """Every account by login, closed ones too."""
    rows = conn.execute(text(f"SELECT {COLUMNS} FROM portal.account AS a ORDER BY a.login"))
    return [Account(**row._mapping) for row in rows]


def add_account(
    conn: Connection, account: Account, *, created_by: str, created_at: datetime
) -> int:
    """A new account; returns its id."""
    return int(
        conn.execute(
            text(
                "INSERT INTO portal.account (login, display_name, email, password_hash,"
                " must_change, issuer, subject, created_by, created_at) VALUES (:login,"
                " :display_name, :email, :password_hash, :must_change, :issuer, :subject,"
                " :created_by, :created_at) RETURNING account_id"
            ),
            {
                "login": account.login,
                "display_name": account.display_name,
                "email": account.email,
                "password_hash": account.password_hash,
                "must_change": account.must_change,
                "issuer": account.issuer,
                "subject": account.subject,
                "created_by": created_by,
                "created_at": created_at,
            },
        ).scalar_one()
    )


def set_password(
    conn: Connection, account_id: int, password_hash: str, *, must_change: bool
) -> None:
    """Another password; what was counted against the account is forgotten.

    There is one way in at a time: nobody else vouches for it any more.
    """
    conn.execute(
        text(
            "UPDATE portal.account SET password_hash = :hash, must_change = :must_change,"
            " failure_count = 0, locked_until = NULL, issuer = NULL, subject = NULL"
            " WHERE account_id = :id"
        ),
        {"id": account_id, "hash": password_hash, "must_change": must_change},
    )


def set_failures(
    conn: Connection, account_id: int, count: int, locked_until: datetime | None
) -> None:
    """Wrong passwords in a row, and until when the account is locked."""
    conn.execute(
        text(
            "UPDATE portal.account SET failure_count = :count, locked_until = :until"
            " WHERE account_id = :id"
        ),
        {"id": account_id, "count": count, "until": locked_until},
    )


def set_closed(conn: Connection, account_id: int, closed_at: datetime | None) -> None:
    """Close or open an account."""
    conn.execute(
        text("UPDATE portal.account SET closed_at = :at WHERE account_id = :id"),
        {"id": account_id, "at": closed_at},
    )


def list_grants(conn: Connection, account_id: int) -> frozenset[tuple[Role, str]]:
    """Roles of an account, with the unit where one is named."""
    rows = conn.execute(
        text("SELECT role, unit_code FROM portal.account_role WHERE account_id = :id"),
        {"id": account_id},
    )
    return frozenset((Role(row.role), row.unit_code) for row in rows)


def actor_of(conn: Connection, account: Account) -> Actor:
    """The account as one who acts."""
    return Actor(account.login, list_grants(conn, account.account_id))


def set_grants(
    conn: Connection,
    account_id: int,
    grants: Iterable[tuple[Role, str]],
    *,
    granted_by: str,
    granted_at: datetime,
) -> None:
    """These roles and no others."""
    wanted = sorted(set(grants))
    values = {
        "id": account_id,
        "roles": [str(role) for role, _ in wanted],
        "units": [unit for _, unit in wanted],
        "by": granted_by,
        "at": granted_at,
    }
    conn.execute(
        text(
            "DELETE FROM portal.account_role WHERE account_id = :id"
            " AND (role, unit_code) NOT IN (SELECT * FROM"
            " unnest(CAST(:roles AS text[]), CAST(:units AS text[])))"
        ),
        {name: values[name] for name in ("id", "roles", "units")},
    )
    conn.execute(
        text(
            "INSERT INTO portal.account_role (account_id, role, unit_code, granted_by,"
            " granted_at) SELECT :id, role, unit_code, :by, :at"
            " FROM unnest(CAST(:roles AS text[]), CAST(:units AS text[])) AS w(role, unit_code)"
            " ON CONFLICT DO NOTHING"
        ),
        values,
    )


def set_voucher(conn: Connection, account_id: int, issuer: str, subject: str) -> None:
    """From now on a provider vouches for the account, and no password opens it.

    Raises:
        DatabaseRefusedError: the provider's subject has an account already.
    """
    conn.execute(
        text(
            "UPDATE portal.account SET issuer = :issuer, subject = :subject,"
            " password_hash = NULL, must_change = false, failure_count = 0,"
            " locked_until = NULL WHERE account_id = :id"
        ),
        {"id": account_id, "issuer": issuer, "subject": subject},
    )


def list_unknown_units(conn: Connection, unit_codes: Sequence[str]) -> list[str]:
    """Those of the codes that no unit of the registry ever had, in their order."""
    rows = conn.execute(
        text(
            "SELECT w.code FROM unnest(CAST(:codes AS text[])) WITH ORDINALITY"
            " AS w(code, place) WHERE NOT EXISTS"
            " (SELECT FROM registry.unit AS u WHERE u.unit_code = w.code)"
            " ORDER BY w.place"
        ),
        {"codes": list(unit_codes)},
    )
    return list(rows.scalars())
