"""Tokens of programs that read figures; the role here is `portal_keeper`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from sync.model.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Token:
    """One token as it is kept: whose, for what, until when."""

    token_id: int
    login: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


COLUMNS = (
    "t.token_id, a.login, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_at,"
    " t.revoked_at"
)
FROM = "FROM portal.api_token AS t JOIN portal.account AS a USING (account_id)"


def add_token(conn: Connection, account_id: int, token_sha256: bytes, token: Token) -> int:
    """A new token of an account; returns its number."""
    return int(
        conn.execute(
            text(
                "INSERT INTO portal.api_token (token_sha256, account_id, name, scopes,"
                " created_at, expires_at) VALUES (:sha256, :account_id, :name, :scopes,"
                " :created_at, :expires_at) RETURNING token_id"
            ),
            {
                "sha256": token_sha256,
                "account_id": account_id,
                "name": token.name,
                "scopes": list(token.scopes),
                "created_at": token.created_at,
                "expires_at": token.expires_at,
            },
        ).scalar_one()
    )


def list_tokens(conn: Connection) -> list[Token]:
    """Every token, newest first, ended ones too."""
    rows = conn.execute(text(f"SELECT {COLUMNS} {FROM} ORDER BY t.token_id DESC"))
    return [_token(row._mapping) for row in rows]


def find_token(conn: Connection, token_sha256: bytes, now: datetime) -> Token | None:
    """The token, unless it or its account has ended."""
    row = conn.execute(
        text(
            f"SELECT {COLUMNS} {FROM} WHERE t.token_sha256 = :sha256 AND t.revoked_at IS NULL"
            " AND t.expires_at > :now AND a.closed_at IS NULL"
        ),
        {"sha256": token_sha256, "now": now},
    ).one_or_none()
    return _token(row._mapping) if row else None


def set_used(conn: Connection, token_id: int, now: datetime) -> None:
    """The token was used."""
    conn.execute(
        text("UPDATE portal.api_token SET last_used_at = :now WHERE token_id = :id"),
        {"id": token_id, "now": now},
    )


def revoke_token(conn: Connection, token_id: int, now: datetime) -> Token:
    """The token opens nothing any more; once is enough.

    Raises:
        NotFoundError: there is no such token.
    """
    conn.execute(
        text(
            "UPDATE portal.api_token SET revoked_at = :now"
            " WHERE token_id = :id AND revoked_at IS NULL"
        ),
        {"id": token_id, "now": now},
    )
    row = conn.execute(
        text(f"SELECT {COLUMNS} {FROM} WHERE t.token_id = :id"), {"id": token_id}
    ).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no token {token_id}: list them with cbccvc accounts token list."
        )
    return _token(row._mapping)


def _token(values: Any) -> Token:  # noqa: ANN401 - one row
    return Token(**{**values, "scopes": tuple(values["scopes"])})
