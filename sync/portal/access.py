"""Who may look: one local committee account, a signed session, a brake on guessing."""

import base64
import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from sync.store.credentials import ensure_password, read_password

ACCOUNT = "uyban"
PASSWORD_FILE = "portal_committee"  # noqa: S105 - a file's name
KEY_FILE = "portal_session_key"
SESSION_LENGTH = timedelta(hours=8)
FAILURE_WINDOW = timedelta(minutes=5)
FAILURES_PER_ADDRESS = 5
FAILURES_IN_ALL = 50
TOKEN_LIMIT = 512

Clock = Callable[[], datetime]


def ensure_portal_secret(secrets_dir: Path) -> Path:
    """The committee's password file, made with a new password where there is none.

    The session key is made beside it. Running it again changes nothing.
    """
    ensure_password(secrets_dir, KEY_FILE)
    ensure_password(secrets_dir, PASSWORD_FILE)
    return secrets_dir / PASSWORD_FILE


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in visit. `session_id` is random; it binds the forms of this visit."""

    session_id: str
    ends_at: datetime


class Gatekeeper:
    """Checks the password, signs sessions and forms. A new password ends every session."""

    def __init__(self, secrets_dir: Path, clock: Clock) -> None:
        self._password = read_password(secrets_dir, PASSWORD_FILE).encode()
        key = read_password(secrets_dir, KEY_FILE).encode()
        self._key = hmac.digest(key, b"session" + self._password, "sha256")
        self._clock = clock
        self._brake = GuessBrake(clock)
        self._ended: dict[str, datetime] = {}  # signed out before their time

    @property
    def brake(self) -> "GuessBrake":
        """The count of wrong passwords."""
        return self._brake

    def is_right(self, account: str, password: str) -> bool:
        """Whether account and password match; takes as long when they do not."""
        given = hashlib.sha256(password.encode()).digest()
        wanted = hashlib.sha256(self._password).digest()
        is_account = hmac.compare_digest(account.encode(), ACCOUNT.encode())
        return hmac.compare_digest(given, wanted) & is_account

    def open_session(self) -> str:
        """A new session as a signed token for a cookie."""
        ends_at = self._clock() + SESSION_LENGTH
        body = f"{secrets.token_urlsafe(18)}.{int(ends_at.timestamp())}"
        return f"{body}.{self._sign('session', body)}"

    def find_session(self, token: str) -> Session | None:
        """The session of a token, unless it was changed, has ended or has another key."""
        body, _, signature = token[:TOKEN_LIMIT].rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign("session", body).encode()):
            return None
        session_id, _, seconds = body.partition(".")
        now = self._clock()
        ends_at = datetime.fromtimestamp(int(seconds), tz=now.tzinfo)
        if now >= ends_at or session_id in self._ended:
            return None
        return Session(session_id, ends_at)

    def end_session(self, session: Session) -> None:
        """Let the session's token open nothing any more."""
        now = self._clock()
        kept = {name: at for name, at in self._ended.items() if at > now}
        self._ended = kept | {session.session_id: session.ends_at}

    def form_token(self, visit_id: str) -> str:
        """What a form of this visit must bring back (against forged requests)."""
        return self._sign("form", visit_id)

    def is_own_form(self, visit_id: str, token: str) -> bool:
        """Whether the token belongs to a form that we gave to this visit."""
        return bool(visit_id) and hmac.compare_digest(
            token[:TOKEN_LIMIT].encode(), self.form_token(visit_id).encode()
        )

    def _sign(self, purpose: str, body: str) -> str:
        digest = hmac.digest(self._key, f"{purpose}:{body}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class GuessBrake:
    """Counts wrong passwords, per address and in all, within a window."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures: deque[tuple[datetime, str]] = deque(maxlen=FAILURES_IN_ALL)

    def is_closed(self, address: str) -> bool:
        """Whether this address has to wait before the next try."""
        since = self._clock() - FAILURE_WINDOW
        with self._lock:
            recent = [who for at, who in self._failures if at > since]
        return recent.count(address) >= FAILURES_PER_ADDRESS or len(recent) >= FAILURES_IN_ALL

    def add_failure(self, address: str) -> None:
        """One more wrong password from this address."""
        with self._lock:
            self._failures.append((self._clock(), address))
