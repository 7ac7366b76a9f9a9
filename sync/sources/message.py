"""The ministry's message envelope, older generation.

Known from a public receiver: POST to `servicem0001`, body `{org_Code, jsonContent}` with
jsonContent = Base64 of UTF-8 JSON, HTTP 200 always, success is Err_code 0. That receiver only
takes messages; asking for them (Action_Type GET, Page, Page_Size; total, next and messages in
the answer; Err_type AUTH) is OURS, in the same envelope, until the standard's text is known.
"""

import base64
import hashlib
from collections.abc import Iterator

import msgspec
import orjson

from sync.contract.profile import Profile
from sync.model.errors import SourceRejectedError, SourceUnavailableError
from sync.model.source import Page, ProbeResult
from sync.sources.auth import Credential
from sync.sources.decoding import DocumentDecoder
from sync.sources.http import Answer, HttpClient, Question
from sync.sources.paging import MOST_PAGES, Received
from sync.sources.probing import probe_http
from sync.sources.slicing import PageReader

_OF_CREDENTIAL = ("authorization", "token", "unauthorized", "khóa kết nối", "xác thực")


class _Envelope(msgspec.Struct):
    """One message as it travels."""

    jsonContent: str  # noqa: N815 - the wire's own name
    org_Code: str = ""  # noqa: N815 - the tag as the ministry writes it


_ENVELOPE = msgspec.json.Decoder(_Envelope)


class MessageConnector:
    """Asks for full records (M0001) page by page."""

    def __init__(
        self, client: HttpClient, credential: Credential, profile: Profile, org_code: str
    ) -> None:
        self._client = client
        self._credential = credential
        self._profile = profile
        self._org_code = org_code

    def probe(self) -> ProbeResult:
        """A page of one message, with our key."""
        limits = self._client.limits
        return probe_http(lambda: self._ask(1, 1)[0], self._client.base, limits.ca_file)

    def pages(self) -> Iterator[Page]:
        """The complete answer; see `sync.model.source.Connector`."""
        options = self._profile.options
        size = int(str(options.get("page_size", 200)))
        most_pages = int(str(options.get("max_pages", MOST_PAGES)))
        decoder = DocumentDecoder(self._profile)
        received = Received(self._client.source_code, most_pages)
        number: int | None = 1
        while number is not None:
            answer, page = self._ask(number, size)
            messages = page.list_at(self._profile.records_path)
            documents = decoder.decode_all(self._opened(page, raw) for raw in messages)
            announced = page.count_at(self._profile.total_path)
            received.add(documents, announced)
            number = self._next(page, number)
            sha256 = hashlib.sha256(answer.body).digest()
            yield Page(received.page_count, documents, sha256, announced)

    def close(self) -> None:
        """Let go of the sockets."""
        self._client.close()

    def _ask(self, number: int, size: int) -> tuple[Answer, PageReader]:
        content = {
            "Data": {
                "Header": {"Sender_Code": "BNV", "Action_Type": "GET"},
                "Body": {"Page": number, "Page_Size": size},
            }
        }
        message = {
            "org_Code": self._org_code,
            "jsonContent": base64.b64encode(orjson.dumps(content)).decode(),
        }
        question = Question(str(self._profile.options.get("path", "/")), message=message)
        answer = self._client.ask(question, self._credential)
        page = PageReader(answer.body, self._client.source_code)
        self._check(page)
        return answer, page

    def _check(self, page: PageReader) -> None:
        """Sort the failures that travel in an HTTP 200."""
        if str(page.value_at(("Err_code",))) != "0":
            said = str(page.value_at(("Message",))).casefold()
            is_refusal = page.value_at(("Err_type",)) == "AUTH"
            if is_refusal or any(word in said for word in _OF_CREDENTIAL):
                raise SourceRejectedError(
                    f"Source {self._client.source_code} refuses our connection key: ask its "
                    "owner for a new one and store it."
                )
            if page.value_at(("Err_code",)) is None:
                raise page.refusal("has no Err_code")
            raise SourceUnavailableError(
                f"Source {self._client.source_code} answered Err_code 1; the next wave asks "
                "again."
            )
        self._check_owner(page, page.value_at(("org_Code",)))

    def _check_owner(self, page: PageReader, org_code: object) -> None:
        if org_code not in (None, "", self._org_code):
            raise page.refusal("speaks for another organisation")

    def _opened(self, page: PageReader, raw: bytes) -> bytes:
        """The JSON inside one message; what is not wrapped so stays as it came."""
        try:
            envelope = _ENVELOPE.decode(raw)
        except msgspec.MsgspecError:
            return raw
        self._check_owner(page, envelope.org_Code)
        try:
            return base64.b64decode(envelope.jsonContent, validate=True)
        except ValueError:
            return envelope.jsonContent.encode("utf-8", "replace")

    def _next(self, page: PageReader, number: int) -> int | None:
        following = page.value_at(("next",))
        if following is None or following == "":
            return None
        if following != number + 1 and str(following) != str(number + 1):
            raise page.refusal("names a next page that does not follow")
        return number + 1
