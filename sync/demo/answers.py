"""What a unit's system says, as the bytes of its pages, stable from one asking to the next."""

import base64
import threading
from collections.abc import Callable

import orjson

from sync.contract.profile import Profile
from sync.demo.country import Country, Entry
from sync.demo.render import Document, Renderer
from sync.sources.profiles import load_profile

CACHE_BYTES = 400_000_000
UNWANTED = "không gửi qua kênh này"


class Answers:
    """Encoded pages of every unit; those asked for are kept while there is room."""

    def __init__(self, country: Country, cache_bytes: int = CACHE_BYTES) -> None:
        self.country = country
        self._room = cache_bytes
        self._pages: dict[tuple[str, int, int], bytes] = {}
        self._lock = threading.Lock()
        names = {unit.profile_name for unit in country.units}
        self._writers = {name: DocumentWriter(load_profile(name), country) for name in names}

    def documents(self, unit_code: str, first: int, size: int) -> bytes:
        """The JSON array's inside: up to `size` documents from position `first`."""
        key = (unit_code, first, size)
        known = self._pages.get(key)
        if known is not None:
            return known
        write = self._writers[self.country.unit(unit_code).profile_name].write
        entries = self.country.entries(unit_code, first, first + size)
        page = b",".join([write(entry, unit_code) for entry in entries])
        with self._lock:
            if self._room >= len(page):
                self._room -= len(page)
                self._pages[key] = page
        return page

    def total(self, unit_code: str) -> int:
        """The count the unit announces."""
        return self.country.announced(unit_code)


class DocumentWriter:
    """One record as the bytes a JSON product sends."""

    def __init__(self, profile: Profile, country: Country) -> None:
        self._renderer = Renderer(profile)
        self._profile = profile
        self._exported_at = f"{country.today.isoformat()}T01:00:00+07:00"
        groups = {mapping.group: mapping.path for mapping in profile.groups}
        self._a_list = groups["work_history"]
        self._envelope: Callable[[bytes, str], bytes] | None = None
        if profile.connector == "message":
            self._envelope = _message

    def write(self, entry: Entry, unit_code: str) -> bytes:
        """The document's bytes, spoiled as `entry.transport` says."""
        document = self._renderer.document(entry.person)
        self._add_volatile(document, unit_code)
        if entry.transport == "secret":
            _set(document, self._profile.secret[entry.position % len(self._profile.secret)])
        if entry.transport == "malformed":
            _set(document, self._a_list)
        body = orjson.dumps(document)
        if entry.transport == "repeated_key":
            body = _with_repeated_key(body)
        return body if self._envelope is None else self._envelope(body, unit_code)

    def _add_volatile(self, document: Document, unit_code: str) -> None:
        if self._profile.connector == "message":
            header = {"Sender_Code": unit_code, "Action_Type": "EDIT"}
            document["Data"]["Header"] = header
            return
        path = self._profile.volatile[-1] if self._profile.volatile else ()
        if len(path) == 1:
            document[path[0]] = self._exported_at


def _message(body: bytes, unit_code: str) -> bytes:
    content = base64.b64encode(body).decode("ascii")
    return orjson.dumps({"org_Code": unit_code, "jsonContent": content})


def _with_repeated_key(body: bytes) -> bytes:
    """The same object saying one of its keys twice, first with another value."""
    key = next(iter(orjson.loads(body)))
    return b"{" + orjson.dumps(key) + b":{}," + body[1:]


def _set(document: Document, path: tuple[str, ...]) -> None:
    place = document
    for key in path[:-1]:
        place = place.setdefault(key, {})
    place[path[-1]] = UNWANTED
