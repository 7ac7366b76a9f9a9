"""One authenticated look at a source, told in one sentence without people."""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sync.model.errors import (
    SourceRejectedError,
    SourceUnavailableError,
    SyncError,
    UnreadableAnswerError,
)
from sync.model.source import ProbeResult
from sync.sources.http import Answer, http_date

CODES: Mapping[type[SyncError], str] = {
    SourceUnavailableError: "source_unavailable",
    SourceRejectedError: "source_rejected",
    UnreadableAnswerError: "probe_unreadable",
}
OF_THE_SOURCE = tuple(CODES)


def probe_http(look: Callable[[], Answer], base: str, ca_file: str | None) -> ProbeResult:
    """Ask once by `look`; the answer's clock and, over https, the certificate's end."""
    began = time.monotonic()
    expires_at = tls_expiry(base, ca_file)
    try:
        answer = look()
    except OF_THE_SOURCE as error:
        return ProbeResult(
            is_ok=False,
            reason=str(error),
            reason_code=code_of(error),
            latency_ms=_since(began),
            tls_expires_at=expires_at,
        )
    return ProbeResult(
        is_ok=True,
        reason="The source answered our credential.",
        latency_ms=_since(began),
        clock_skew_s=clock_skew_s(answer),
        tls_expires_at=expires_at,
    )


def code_of(error: SyncError) -> str:
    """What kept the source from answering, as a code of `sync.model.reasons`."""
    return next(code for kind, code in CODES.items() if isinstance(error, kind))


def clock_skew_s(answer: Answer) -> float | None:
    """How far ahead of ours the source's clock is, to the second; None if it names no time."""
    there = http_date(answer.headers.get("Date"))
    return None if there is None else round(there.timestamp() - time.time(), 1)


def tls_expiry(base: str, ca_file: str | None, timeout_s: float = 5.0) -> datetime | None:
    """The end of the certificate the source shows; None without https or a trusted one."""
    parts = urlsplit(base)
    if parts.scheme != "https" or parts.hostname is None:
        return None
    context = ssl.create_default_context(cafile=ca_file)
    place = (parts.hostname, parts.port or 443)
    try:
        with (
            socket.create_connection(place, timeout=timeout_s) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as secured,
        ):
            shown = secured.getpeercert() or {}
    except OSError:
        return None
    ends = shown.get("notAfter")
    if not isinstance(ends, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
