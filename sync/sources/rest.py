"""REST and JSON: numbered pages, offsets, cursors and Link headers."""

import hashlib
from collections.abc import Callable, Iterator

from sync.contract.profile import Profile
from sync.model.errors import ConfigurationError
from sync.model.source import Page, ProbeResult
from sync.sources.auth import Credential
from sync.sources.decoding import DocumentDecoder
from sync.sources.http import Answer, HttpClient, Question
from sync.sources.paging import (
    MOST_PAGES,
    CursorPages,
    LinkedPages,
    NumberedPages,
    Paginator,
    Received,
)
from sync.sources.probing import probe_http
from sync.sources.profiles import parse_path
from sync.sources.slicing import PageReader


class RestConnector:
    """Speaks to a source that answers pages of JSON."""

    def __init__(self, client: HttpClient, credential: Credential, profile: Profile) -> None:
        self._client = client
        self._credential = credential
        self._profile = profile

    def probe(self) -> ProbeResult:
        """One small page, or the health path the profile names, with our credential."""
        limits = self._client.limits
        return probe_http(self._look, self._client.base, limits.ca_file)

    def pages(self) -> Iterator[Page]:
        """The complete answer; see `sync.model.source.Connector`."""
        profile, source_code = self._profile, self._client.source_code
        decoder = DocumentDecoder(profile)
        most_pages = int(str(profile.options.get("max_pages", MOST_PAGES)))
        received = Received(source_code, most_pages)
        paginator = make_paginator(profile)
        question: Question | None = paginator.first()
        while question is not None:
            answer = self._client.ask(question, self._credential)
            page = PageReader(answer.body, source_code)
            documents = decoder.decode_all(page.list_at(profile.records_path))
            announced = page.count_at(profile.total_path)
            received.add(documents, announced)
            question = paginator.after(answer, page, received)
            sha256 = hashlib.sha256(answer.body).digest()
            yield Page(received.page_count, documents, sha256, announced)

    def close(self) -> None:
        """Let go of the sockets."""
        self._client.close()

    def _look(self) -> Answer:
        options = self._profile.options
        if health_path := str(options.get("health_path") or ""):
            return self._client.ask(Question(health_path), self._credential)
        question = make_paginator(self._profile, page_size=1).first()
        answer = self._client.ask(question, self._credential)
        PageReader(answer.body, self._client.source_code).list_at(self._profile.records_path)
        return answer


def make_paginator(profile: Profile, page_size: int | None = None) -> Paginator:
    """The profile's way through the pages.

    Raises:
        ConfigurationError: it names a way we do not know.
    """
    options = dict(profile.options)
    if page_size is not None:
        options["page_size"] = page_size
    path = str(options.get("path", "/"))
    next_path = parse_path(str(options.get("next_path", "next")))
    ways: dict[str, Callable[[], Paginator]] = {
        "page": lambda: NumberedPages(path, options, by_offset=False),
        "offset": lambda: NumberedPages(path, options, by_offset=True),
        "cursor": lambda: CursorPages(path, options, next_path),
        "link": lambda: LinkedPages(path, options),
    }
    paging = str(options.get("paging", "page"))
    if paging not in ways:
        known = ", ".join(ways)
        raise ConfigurationError(f"Profile {profile.name}: paging must be one of {known}.")
    return ways[paging]()
