"""Credentials: what a request must carry, and whether a refused one can be renewed."""

import base64
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from sync.model.errors import ConfigurationError

DEFAULT_LIFE_S = 300.0


class Credential(Protocol):
    """What a request must carry."""

    def headers(self) -> Mapping[str, str]:
        """The headers that prove who asks."""

    def renew(self) -> bool:
        """After a refusal: True when asking again carries something new."""


class NoCredential:
    """For what is open to everybody."""

    def headers(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def renew(self) -> bool:
        """Nothing to renew."""
        return False


class FixedHeader(NoCredential):
    """One header that never changes: an API key, Basic, a bearer token."""

    def __init__(self, name: str, value: str) -> None:
        self._headers = {name: value}

    def headers(self) -> Mapping[str, str]:
        """The one header."""
        return self._headers


def basic(user: str, password: str) -> FixedHeader:
    """HTTP Basic (RFC 7617), in UTF-8."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return FixedHeader("Authorization", f"Basic {pair}")


class ExpiringToken:
    """A bearer token with an end; `fetch` gives a new one and its life in seconds."""

    def __init__(
        self,
        fetch: Callable[[], tuple[str, float]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token = ""
        self._renew_at = 0.0

    def headers(self) -> Mapping[str, str]:
        """The bearer header, fetched anew shortly before its end."""
        if not self._token or self._clock() >= self._renew_at:
            self._token, life_s = self._fetch()
            self._renew_at = self._clock() + life_s - min(5.0, life_s / 10)
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Forget the token, so that the next request fetches one."""
        self._token = ""
        return True


def check_secret(secret: str | None, source_code: str) -> str:
    """The secret, if a header can carry it.

    Raises:
        ConfigurationError: there is none, or it holds spaces or control characters.
    """
    text = (secret or "").strip()
    if not text or not text.isascii() or not text.isprintable():
        raise ConfigurationError(
            f"Source {source_code} needs a secret of printable ASCII characters: store it "
            "under the name the registry gives."
        )
    return text


def split_pair(secret: str, source_code: str) -> tuple[str, str]:
    """Both halves of `name:password`.

    Raises:
        ConfigurationError: there are no two halves.
    """
    name, colon, password = secret.partition(":")
    if not (name and colon and password):
        raise ConfigurationError(
            f"The secret of source {source_code} must be two parts with a colon between."
        )
    return name, password
