"""The gate: sessions are kept in the database; forms before a sign-in are signed here."""

import base64
import hmac
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sync.model.desk import Role
from sync.services import accounts, sessions
from sync.services.sessions import Session
from sync.store.credentials import ensure_password, read_password
from sync.store.database import Database
from sync.store.locks import lock_starting

COMMITTEE = "uyban"
ADMINISTRATOR = "quantri"
FIRST_ACCOUNTS = (
    (COMMITTEE, "Ủy ban", "portal_committee", Role.COMMITTEE),
    (ADMINISTRATOR, "Quản trị", "portal_administrator", Role.ADMINISTRATOR),
)
KEY_FILE = "portal_session_key"
TOKEN_LIMIT = 512


class Clock(Protocol):
    """Says what time it is."""

    def __call__(self) -> datetime:
        """Now, with a zone."""


def ensure_portal_secret(secrets_dir: Path) -> dict[str, Path]:
    """The password files of the first accounts by login, made where there are none.

    The key of forms is made beside them. Running it again changes nothing.
    """
    ensure_password(secrets_dir, KEY_FILE)
    for _, _, file_name, _ in FIRST_ACCOUNTS:
        ensure_password(secrets_dir, file_name)
    return {login: secrets_dir / file_name for login, _, file_name, _ in FIRST_ACCOUNTS}


def ensure_first_accounts(secrets_dir: Path, keeper: Database, clock: Clock) -> None:
    """The first accounts, of committee and administrator, with the passwords of their files.

    Raises:
        ConfigurationError: a password file is missing.
    """
    wanted = [
        (accounts.Wanted(login, name, [(role, "")]), read_password(secrets_dir, file_name))
        for login, name, file_name, role in FIRST_ACCOUNTS
    ]
    with keeper.transaction() as conn:
        lock_starting(conn)  # each worker process of the portal comes here
        for account, password in wanted:
            accounts.ensure_account(account, password, db=keeper, clock=clock)


class Gatekeeper:
    """Opens and finds sessions, and tells our own forms from forged ones."""

    def __init__(self, secrets_dir: Path, keeper: Database, clock: Clock) -> None:
        self._key = read_password(secrets_dir, KEY_FILE).encode()
        self.keeper = keeper
        self.clock = clock

    def is_braked(self, address: str) -> bool:
        """Whether this address guessed too often and has to wait."""
        return sessions.is_braked(address, db=self.keeper, clock=self.clock)

    def sign_in(self, login: str, password: str, address: str) -> str | None:
        """The token of a new session for a cookie; nothing where it is wrong or locked."""
        return sessions.sign_in(login, password, address, db=self.keeper, clock=self.clock)

    def find_session(self, token: str) -> Session | None:
        """The session of a token, unless it has ended."""
        return sessions.find_session(token, db=self.keeper, clock=self.clock)

    def end_session(self, session: Session) -> None:
        """Let the session's token open nothing any more."""
        sessions.end_session(session, db=self.keeper, clock=self.clock)

    def form_token(self, visit_id: str) -> str:
        """What a form before a sign-in must bring back (against forged requests)."""
        digest = hmac.digest(self._key, f"form:{visit_id}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def is_own_form(self, visit_id: str, token: str) -> bool:
        """Whether the token belongs to a form that we gave to this visit."""
        return bool(visit_id) and is_same(token, self.form_token(visit_id))


def is_same(given: str, wanted: str) -> bool:
    """Whether two secrets are one; takes as long when they are not."""
    return hmac.compare_digest(given[:TOKEN_LIMIT].encode(), wanted.encode())
