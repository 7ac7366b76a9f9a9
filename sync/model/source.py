"""What a connector gives and what it is given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from sync.model.states import DocumentProblem


@dataclass(frozen=True, slots=True)
class Source:
    """A system that answers for a unit.

    `secret_name` is the name of a secret, never the secret. `options` are the connector's own
    (page size, client id, file pattern ...).
    """

    source_code: str
    unit_code: str
    connector: str
    profile_name: str
    address: str
    secret_name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    credential_ends_on: date | None = None  # its last day, where the unit said so


@dataclass(frozen=True, slots=True)
class RawDocument:
    """What the source said about one person, before anybody reads it.

    `body` is the answer's own bytes for this person, zstd-compressed (without secret fields).
    `json_text` is the same as JSON for JSONB, or None where JSONB would refuse it.
    `content_sha256` ignores volatile paths, key order and white space.
    """

    local_key: str | None = field(repr=False)
    content_sha256: bytes
    body: bytes = field(repr=False)
    json_text: bytes | None = field(repr=False)
    problems: frozenset[DocumentProblem] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer, in the order it came. `announced` is the source's own total."""

    number: int
    documents: tuple[RawDocument, ...]
    sha256: bytes
    announced: int | None = None


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One authenticated look at a source. `reason` is one sentence without people."""

    is_ok: bool
    reason: str
    latency_ms: int
    clock_skew_s: float | None = None
    tls_expires_at: datetime | None = None
    reason_code: str = ""  # of `sync.model.reasons`, where the look failed


class Connector(Protocol):
    """A protocol spoken; each passes the contract suite of tests/sources/."""

    def probe(self) -> ProbeResult:
        """Reach the source with our credential; never raises for what the source does."""

    def pages(self) -> Iterator[Page]:
        """The complete answer, page by page, in bounded memory.

        Raises:
            SourceUnavailableError: ask again later.
            SourceRejectedError: the credential or the address is wrong.
            UnreadableAnswerError: not JSON, cut short, a page naming itself as the next one.
        """

    def close(self) -> None:
        """Let go of sockets and files."""
