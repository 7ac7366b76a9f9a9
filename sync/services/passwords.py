"""Passwords: hashed by argon2id, compared in one time, guessed a few times only."""

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection

from sync.model.errors import ConfigurationError
from sync.store import accounts
from sync.store.accounts import Account

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
FIRST_PASSWORD_BYTES = 12
LOCK_AFTER, LOCK_FOR = 5, timedelta(minutes=15)
HASHER = PasswordHasher()
NOBODY = HASHER.hash(secrets.token_urlsafe(16))  # as slow for an account that is not there


def first_password() -> str:
    """A password nobody chose, to be shown once and changed."""
    return secrets.token_urlsafe(FIRST_PASSWORD_BYTES)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(password)


def check_new(old: str, new: str) -> None:
    """Let a password pass that a person may choose.

    Raises:
        ConfigurationError: it is too short, too long, or the old one again.
    """
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD or new == old:
        raise ConfigurationError(
            f"The new password is not accepted: take one of {SHORTEST_PASSWORD} to"
            f" {LONGEST_PASSWORD} characters that is not the old one."
        )


def is_right(account: Account | None, password: str) -> bool:
    """Whether the password is the account's; takes as long when there is no account."""
    wanted = account.password_hash if account and account.password_hash else NOBODY
    try:
        HASHER.verify(wanted, password[: LONGEST_PASSWORD + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return account is not None and account.password_hash is not None


def opens(conn: Connection, account: Account | None, password: str, now: datetime) -> bool:
    """Whether the password opens the account now; a wrong one is counted, and some lock it.

    The password is compared in every case, so that closed, locked and unknown accounts take
    as long as others. The account's row is locked by the caller.
    """
    is_known = is_right(account, password)
    if account is None or account.closed_at is not None:
        return False
    if account.locked_until is not None and account.locked_until > now:
        return False
    if is_known:
        accounts.set_failures(conn, account.account_id, 0, None)
        return True
    count = account.failure_count + 1
    until = now + LOCK_FOR if count >= LOCK_AFTER else None
    accounts.set_failures(conn, account.account_id, 0 if until else count, until)
    return False
