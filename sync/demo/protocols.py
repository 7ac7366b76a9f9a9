"""How the pretend systems answer: three protocols, their credentials, one that is slow."""

import base64
import binascii
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import orjson

from sync.demo.answers import Answers
from sync.demo.country import Country
from sync.demo.registry import good_secret
from sync.demo.units import Fault, PretendUnit
from sync.sources.profiles import load_profile

MOST_ON_A_PAGE = 1000
REFUSALS = 2  # how often the slow system says "later" before it answers
SLOW_S = 0.25


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; header names in lower case, `path` below the unit's address."""

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def parameter(self, name: str) -> str:
        """A query parameter, "" when it is not there."""
        return parse_qs(self.query).get(name, [""])[0]


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


class Systems:
    """Every unit's system in one place; safe to ask from many threads."""

    def __init__(self, country: Country, *, token_life_s: float = 5.0) -> None:
        self.country = country
        self.answers = Answers(country)
        self._units = {unit.unit_code: unit for unit in country.units}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._token_life_s = token_life_s
        self._refused: dict[str, int] = {}
        self._lock = threading.Lock()
        self._speakers: Mapping[str, Callable[[PretendUnit, Asked], Answered]] = {
            "rest_page": self._by_page,
            "rest_cursor": self._by_cursor,
            "message": self._by_message,
        }

    def answer(self, unit_code: str, asked: Asked) -> Answered:
        """What the unit's system says; 404 for a unit that has none."""
        unit = self._units.get(unit_code)
        if unit is None:
            return _failed(404)
        speak = self._speakers.get(load_profile(unit.profile_name).connector)
        return speak(unit, asked) if speak else _failed(404)

    def _by_page(self, unit: PretendUnit, asked: Asked) -> Answered:
        if asked.path != "/api/v1/ho-so" or asked.method != "GET":
            return _failed(404)
        if asked.headers.get("x-api-key") != good_secret(self.country, unit):
            return _failed(401)
        page, size = _number(asked.parameter("page")), _number(asked.parameter("page_size"))
        if not page or not size:
            return _failed(400)
        if unit.fault is Fault.SLOW:
            if size > 1 and self._is_refusing(unit.unit_code):
                return Answered(429, b"{}", {"Retry-After": "1"})
            time.sleep(SLOW_S)
        items, total = self._items(unit, (page - 1) * size, size)
        return Answered(200, b'{"data":{"items":[%b],"total":%d}}' % (items, total))

    def _is_refusing(self, unit_code: str) -> bool:
        """Twice "later", then an answer, then twice "later" again."""
        with self._lock:
            refused = self._refused.get(unit_code, 0)
            self._refused[unit_code] = 0 if refused == REFUSALS else refused + 1
            return refused < REFUSALS

    def _by_cursor(self, unit: PretendUnit, asked: Asked) -> Answered:
        if asked.path == "/oauth/token":
            return self._token(unit, asked)
        if asked.path != "/v2/employees" or asked.method != "GET":
            return _failed(404)
        if not self._is_known(unit, asked.headers.get("authorization", "")):
            return _failed(401)
        size = _number(asked.parameter("limit"))
        first = _read_cursor(asked.parameter("cursor"), unit)
        if not size or first is None:
            return _failed(400)
        items, total = self._items(unit, first, size)
        following = b"null"
        if first + size < total:
            following = orjson.dumps(_cursor(first + size, unit))
        meta = b'{"next":%b,"total":%d}' % (following, total)
        return Answered(200, b'{"meta":%b,"items":[%b]}' % (meta, items))

    def _token(self, unit: PretendUnit, asked: Asked) -> Answered:
        wanted = base64.b64encode(good_secret(self.country, unit).encode()).decode("ascii")
        form = parse_qs(asked.body.decode("utf-8", "replace"))
        if asked.headers.get("authorization") != f"Basic {wanted}":
            return _failed(401)
        if asked.method != "POST" or form.get("grant_type") != ["client_credentials"]:
            return _failed(400)
        now = time.monotonic()
        token = hashlib.sha256(f"{wanted}/{now}".encode()).hexdigest()
        with self._lock:
            expired = [key for key, (_, until) in self._tokens.items() if until < now]
            for key in expired:
                del self._tokens[key]
            self._tokens[token] = (unit.unit_code, now + self._token_life_s)
        life = max(1, int(self._token_life_s))
        content = {"access_token": token, "token_type": "Bearer", "expires_in": life}
        return Answered(200, orjson.dumps(content))

    def _is_known(self, unit: PretendUnit, header: str) -> bool:
        kind, _, token = header.partition(" ")
        with self._lock:
            owner, until = self._tokens.get(token, ("", 0.0))
        return kind == "Bearer" and owner == unit.unit_code and until > time.monotonic()

    def _by_message(self, unit: PretendUnit, asked: Asked) -> Answered:
        """The old receiver's habit: HTTP 200 whatever happens; the envelope says what."""
        if asked.path != "/apisyncmsg/syncmsg/servicem0001" or asked.method != "POST":
            return _failed(404)
        if asked.headers.get("authorization") != good_secret(self.country, unit):
            return _refused(unit, "AUTH", "Sai khóa kết nối.")
        wanted = _read_message(asked.body, unit)
        if wanted is None:
            return _refused(unit, "FORMAT", "Gói tin không đúng cấu trúc.")
        page, size = wanted
        items, total = self._items(unit, (page - 1) * size, size)
        following = b"%d" % (page + 1) if page * size < total else b"null"
        head = _head(unit, 0, "OK")
        rest = b',"total":%d,"next":%b,"messages":[%b]}' % (total, following, items)
        return Answered(200, head[:-1] + rest)

    def _items(self, unit: PretendUnit, first: int, size: int) -> tuple[bytes, int]:
        total = self.answers.total(unit.unit_code)
        size = min(size, MOST_ON_A_PAGE)
        return self.answers.documents(unit.unit_code, first, size), total


def _failed(status: int) -> Answered:
    return Answered(status, b'{"error":%d}' % status)


def _head(unit: PretendUnit, code: int, message: str) -> bytes:
    transaction = hashlib.sha256(f"{unit.unit_code}/{time.monotonic_ns()}".encode()).hexdigest()
    return orjson.dumps(
        {
            "Err_code": code,
            "Message": message,
            "Transaction_ID": transaction[:32],
            "org_Code": unit.unit_code,
        }
    )


def _refused(unit: PretendUnit, kind: str, message: str) -> Answered:
    head = _head(unit, 1, message)
    return Answered(200, head[:-1] + b',"Err_type":%b}' % orjson.dumps(kind))


def _read_message(body: bytes, unit: PretendUnit) -> tuple[int, int] | None:
    """Page and size asked for; None when the envelope is not one."""
    try:
        envelope = orjson.loads(body)
        content = orjson.loads(base64.b64decode(envelope["jsonContent"], validate=True))
        wanted = content["Data"]["Body"]
        page, size = int(wanted["Page"]), int(wanted["Page_Size"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
    is_ours = envelope.get("org_Code") == unit.unit_code
    return (page, size) if is_ours and page > 0 and size > 0 else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _cursor(position: int, unit: PretendUnit) -> str:
    return base64.urlsafe_b64encode(f"{unit.unit_code}:{position}".encode()).decode("ascii")


def _read_cursor(cursor: str, unit: PretendUnit) -> int | None:
    """The position a cursor stands for: 0 without one, None for a stranger's."""
    if not cursor:
        return 0
    try:
        code, _, position = base64.urlsafe_b64decode(cursor).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(position) if code == unit.unit_code and position.isdigit() else None
