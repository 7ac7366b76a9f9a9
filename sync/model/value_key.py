"""The key of hashed values: a plain hash of a sex or a date is guessable."""

from dataclasses import dataclass, field
from hashlib import sha256

BLOCK = 64  # bytes of a SHA-256 block


@dataclass(frozen=True, slots=True)
class ValueKey:
    """HMAC-SHA256 (RFC 2104) as two pads, so that SQL can compute it with `sha256()` alone.

    `sha256(outer || sha256(inner || value))`; neither pad is ever stored or logged.
    """

    inner: bytes = field(repr=False)
    outer: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> "ValueKey":
        """The key made of a secret's text."""
        key = secret.encode()
        key = (sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
        return cls(bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key))

    def digest(self, value: str) -> bytes:
        """What the database computes for the same text."""
        return sha256(self.outer + sha256(self.inner + value.encode()).digest()).digest()
