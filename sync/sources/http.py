"""The one way out over HTTP: bounded in time, size, tries and in where it may go.

Bodies, headers and query strings are never quoted: they hold people and secrets.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from sync.model.errors import (
    SourceRejectedError,
    SourceUnavailableError,
    UnreadableAnswerError,
)
from sync.sources.addresses import check_address, joined, path_of
from sync.sources.auth import Credential, NoCredential

WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_WAIT_S = 30.0
MOST_REDIRECTS = 3
BODY_PATIENCE = 15  # a body may take this many times the time-out, in all
_CHUNK = 1 << 16
_BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how often and how much; `ca_file` trusts one more authority."""

    timeout_s: float = 20.0
    attempts: int = 4
    body_bytes: int = 64 << 20
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One request; `path` is below the source's address, or an URL of the same origin."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    message: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None

    @property
    def method(self) -> str:
        """POST as soon as there is something to say."""
        return "GET" if self.message is None and self.form is None else "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer, read to its end."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _WorthWaitingError(SourceUnavailableError):
    """Ask again, not sooner than the source said."""

    wait_s: float | None = None


class _Session(requests.Session):
    """Follows nothing by itself, not even to prepare for it: that would read bodies whole."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class HttpClient:
    """Asks one source, politely and within limits."""

    later = "the next wave asks again"  # what a message says of a failure that may pass

    def __init__(
        self,
        address: str,
        source_code: str,
        limits: Limits | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.source_code = source_code
        self.base = check_address(address, source_code)
        self.limits = limits or Limits()
        self._wait = wait
        self._own_paths: set[str] = set()
        self._session = _Session()
        self._session.trust_env = False  # no proxies and no .netrc from the environment
        self._session.verify = self.limits.ca_file or True
        self._session.headers["User-Agent"] = "cbccvc-sync"
        self._session.headers["Accept"] = "application/json"

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def ask(self, question: Question, credential: Credential | None = None) -> Answer:
        """A good answer within the attempts.

        Raises:
            SourceUnavailableError: every attempt failed in a way that may pass.
            SourceRejectedError: the source refuses us, or sends us to another host.
            UnreadableAnswerError: the answer is larger than the bound.
        """
        credential = credential or NoCredential()
        for attempt in range(1, self.limits.attempts):
            try:
                return self._ask_once(question, credential)
            except _WorthWaitingError as later:
                backoff = 0.5 * 2.0 ** (attempt - 1)
                wait_s = backoff if later.wait_s is None else later.wait_s
                self._wait(min(wait_s, LONGEST_WAIT_S))
        try:
            return self._ask_once(question, credential)
        except _WorthWaitingError as later:
            raise SourceUnavailableError(str(later)) from None

    def url(self, path: str) -> str:
        """The full URL of a path below the address; an URL of the same origin stays."""
        if "://" in path:
            return self._same_origin(path)
        url = self._same_origin(self.base.rstrip("/") + "/" + path.lstrip("/"))
        self._own_paths.add(path_of(url))
        return url

    def _same_origin(self, target: str, base: str = "") -> str:
        url = joined(base or self.base, target)
        if url is None:
            raise SourceRejectedError(
                f"Source {self.source_code} sends us to another host: correct its address in "
                "the registry."
            )
        return url

    def _place(self, url: str) -> str:
        """The path, if it is our own; a link of the source's may name a person."""
        path = path_of(url)
        return path if path in self._own_paths else "a place it named itself"

    def _ask_once(self, question: Question, credential: Credential) -> Answer:
        """One attempt; an expired credential is renewed once within it."""
        answer = self._send(question, credential)
        if answer.status_code == requests.codes.unauthorized and credential.renew():
            answer.close()
            answer = self._send(question, credential)
        with answer:
            self._check(answer)
            return Answer(answer.url, answer.headers, self._body_of(answer))

    def _send(self, question: Question, credential: Credential) -> requests.Response:
        """The answer after at most a few redirects within the same origin."""
        url = self.url(question.path)
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._request(url, question, credential.headers())
            if not answer.is_redirect:
                return answer
            answer.close()
            url = self._same_origin(answer.headers["Location"], url)
            question = replace(question, params={})
        raise SourceRejectedError(f"Source {self.source_code} redirects without end.")

    def _request(
        self, url: str, question: Question, headers: Mapping[str, str]
    ) -> requests.Response:
        try:
            return self._session.request(
                question.method,
                url,
                params=question.params or None,
                json=question.message,
                data=question.form,
                headers=dict(headers),
                timeout=self.limits.timeout_s,
                allow_redirects=False,
                stream=True,
            )
        except requests.exceptions.SSLError:
            raise SourceRejectedError(
                f"Source {self.source_code} shows a certificate we do not trust: renew it, or "
                "name its authority in the source's ca_file."
            ) from None
        except _BROKEN as error:
            raise self._broken(url, error) from None
        except requests.RequestException:
            raise SourceRejectedError(
                f"Source {self.source_code} cannot be asked: check its address and credential "
                "in the registry."
            ) from None

    def _check(self, answer: requests.Response) -> None:
        """Let a good answer pass; otherwise say whether asking again can help."""
        if answer.ok:
            return
        place = self._place(answer.url)
        message = f"Source {self.source_code} answered {answer.status_code} to {place}"
        if answer.status_code in WORTH_ANOTHER_TRY:
            later = _WorthWaitingError(f"{message}; {self.later}.")
            later.wait_s = retry_after_s(answer.headers)
            raise later
        raise SourceRejectedError(
            f"{message}; check its credential and address in the registry."
        )

    def _body_of(self, answer: requests.Response) -> bytes:
        """The whole body, refused as soon as it passes the bound."""
        deadline = time.monotonic() + self.limits.timeout_s * BODY_PATIENCE
        body = bytearray()
        try:
            for chunk in answer.iter_content(_CHUNK):
                body += chunk
                if len(body) > self.limits.body_bytes:
                    size = self.limits.body_bytes >> 20
                    raise UnreadableAnswerError(
                        f"Source {self.source_code} sent more than {size} MB in one answer to "
                        f"{self._place(answer.url)}: ask its owner for smaller pages."
                    )
                if time.monotonic() > deadline:
                    raise self._broken(answer.url, requests.Timeout())
        except _BROKEN as error:
            raise self._broken(answer.url, error) from None
        return bytes(body)

    def _broken(self, url: str, error: requests.RequestException) -> _WorthWaitingError:
        how = (
            "cannot be reached" if isinstance(error, requests.ConnectionError) else "broke off"
        )
        if isinstance(error, requests.Timeout):
            how = "did not answer in time"
        return _WorthWaitingError(
            f"Source {self.source_code} {how} at {self._place(url)}; {self.later}."
        )


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by the Retry-After header; None without a readable one."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 10**6))
    until = http_date(text)
    return None if until is None else max(0.0, until.timestamp() - time.time())


def http_date(text: str | None) -> datetime | None:
    """The instant of an HTTP date; None when it is none."""
    try:
        instant = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def read_object(answer: Answer, source_code: str) -> dict[str, object]:
    """The JSON object of a small answer.

    Raises:
        UnreadableAnswerError: it is none.
    """
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise UnreadableAnswerError(
            f"Source {source_code} answered something that is no JSON object; its owner "
            "must look."
        )
    return content
