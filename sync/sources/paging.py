"""Ways through an answer of many pages, as objects; none of them can be led in a circle."""

import hashlib
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import requests

from sync.model.errors import UnreadableAnswerError
from sync.model.source import RawDocument
from sync.sources.addresses import joined
from sync.sources.http import Answer, Question
from sync.sources.slicing import PageReader, Path

MOST_PAGES = 50_000


class Received:
    """What has come so far; refuses pages without end.

    Raises:
        UnreadableAnswerError: a page named twice, too many pages, twice the announced total.
    """

    def __init__(self, source_code: str, most_pages: int = MOST_PAGES) -> None:
        self.source_code = source_code
        self.page_count = 0
        self.document_count = 0
        self.last_count = 0
        self.announced: int | None = None
        self._most_pages = most_pages
        self._places: set[bytes] = set()
        self._last_digest = b""

    def add(self, documents: tuple[RawDocument, ...], announced: int | None) -> None:
        """Count one page."""
        self.page_count += 1
        self.last_count = len(documents)
        self.document_count += len(documents)
        self.announced = announced
        digest = hashlib.sha256(b"".join(d.content_sha256 for d in documents)).digest()
        if digest == self._last_digest and len(documents) > 1:
            raise self._refusal("sends the same page again and again")
        self._last_digest = digest
        if self.page_count > self._most_pages:
            raise self._refusal(f"sends more than {self._most_pages} pages")
        if announced is not None and self.document_count > 2 * announced + 10_000:
            raise self._refusal("sends more than twice what it announces")

    def visit(self, place: str) -> None:
        """Note where the next page is."""
        digest = hashlib.sha256(place.encode("utf-8", "replace")).digest()
        if digest in self._places:
            raise self._refusal("names a page as the next one that it has already sent")
        self._places.add(digest)

    def _refusal(self, complaint: str) -> UnreadableAnswerError:
        return UnreadableAnswerError(
            f"Source {self.source_code} {complaint}; its owner must look."
        )


class Paginator(Protocol):
    """Knows the first question and, from each answer, the next."""

    def first(self) -> Question:
        """The question for the first page."""

    def after(self, answer: Answer, page: PageReader, received: Received) -> Question | None:
        """The question for the page after this one; None at the end."""


class NumberedPages:
    """`page=1, 2, 3 ...` or `offset=0, 200, 400 ...`, until a page is not full.

    A short page of a source that announces more is taken for a smaller page, not for the end.
    """

    def __init__(self, path: str, options: Mapping[str, object], *, by_offset: bool) -> None:
        self._path = path
        self._by_offset = by_offset
        self._parameter = "offset" if by_offset else "page"
        self._parameter = str(options.get(f"{self._parameter}_parameter", self._parameter))
        self._size = int(str(options.get("page_size", 200)))
        self._params = {str(options.get("size_parameter", "page_size")): str(self._size)}
        self._number = int(str(options.get("first_page", 0 if by_offset else 1)))

    def first(self) -> Question:
        """The first page."""
        return Question(self._path, {self._parameter: str(self._number), **self._params})

    def after(self, answer: Answer, page: PageReader, received: Received) -> Question | None:
        """The next number, unless this page was empty or the last."""
        is_short = received.last_count < self._size
        is_all = received.announced is None or received.document_count >= received.announced
        if received.last_count == 0 or (is_short and is_all):
            return None
        self._number += received.last_count if self._by_offset else 1
        return self.first()


class CursorPages:
    """An opaque cursor in each answer leads to the next page."""

    def __init__(self, path: str, options: Mapping[str, object], next_path: Path) -> None:
        self._path = path
        self._parameter = str(options.get("cursor_parameter", "cursor"))
        size_parameter = str(options.get("size_parameter", "limit"))
        self._params = {size_parameter: str(options.get("page_size", 200))}
        self._next_path = next_path

    def first(self) -> Question:
        """The page without a cursor."""
        return Question(self._path, self._params)

    def after(self, answer: Answer, page: PageReader, received: Received) -> Question | None:
        """The page at the cursor, until there is none."""
        cursor = page.value_at(self._next_path)
        if cursor is None or cursor == "":
            return None
        if isinstance(cursor, bool) or not isinstance(cursor, str | int):
            raise page.refusal("names a next page in a way we do not know")
        received.visit(str(cursor))
        return Question(self._path, {**self._params, self._parameter: str(cursor)})


class LinkedPages:
    """A `Link: <...>; rel="next"` header leads to the next page (RFC 8288)."""

    def __init__(self, path: str, options: Mapping[str, object]) -> None:
        self._path = path
        size_parameter = str(options.get("size_parameter", "per_page"))
        self._params = {size_parameter: str(options.get("page_size", 200))}

    def first(self) -> Question:
        """The first page."""
        return Question(self._path, self._params)

    def after(self, answer: Answer, page: PageReader, received: Received) -> Question | None:
        """The page of the header, until there is none; never on another host."""
        if received.page_count == 1:
            received.visit(_place(answer.url))
        for link in requests.utils.parse_header_links(answer.headers.get("Link", "")):
            if link.get("rel") == "next":
                url = joined(answer.url, link["url"])
                if url is None:
                    raise page.refusal("names a next page on another host")
                received.visit(_place(url))
                return Question(url)
        return None


def _place(url: str) -> str:
    """An URL whatever the order of its parameters."""
    parts = urlsplit(url)
    return f"{parts.path}?{sorted(parse_qsl(parts.query, keep_blank_values=True))}"
