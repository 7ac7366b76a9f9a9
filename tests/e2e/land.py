"""Units whose people were sown with recognisable values; all the ways their systems fail."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from sync.demo.country import Country, Entry
from sync.demo.files import write_unit
from sync.demo.people import Person, one
from sync.demo.registry import write_secrets
from sync.demo.render import Renderer
from sync.demo.units import PretendUnit
from sync.model.source import Source
from sync.services.limits import set_limit
from sync.services.registry import load_registry, register_sources
from sync.sources.profiles import load_profile
from sync.store.brakes import BrakeLimit
from sync.store.database import Database
from tests.e2e.planted import LETTERS, Loud, Sower, clean_people, sow
from tests.sources import servers
from tests.sources.servers import Reply, Request, Talk

Edit = Callable[[dict[str, Any]], None]
Spoil = Callable[[bytes], bytes]
SECRETS = {"hrm_trang": "K", "hrm_con_tro": "id:word", "thong_diep_bnv": "K", "thu_muc": ""}


@dataclass
class Place:
    """One unit: its people, what is spoiled in single documents, what its system says."""

    unit_code: str
    profile_name: str
    sower: Sower
    people: list[Person] = field(default_factory=list)
    edits: dict[int, Edit] = field(default_factory=dict)
    raw: dict[int, Spoil] = field(default_factory=dict)
    repeated: tuple[int, ...] = ()
    files: dict[str, str] = field(default_factory=dict)  # more of them, by name
    announced: int | None = None
    talk: Talk | None = None

    def trees(self) -> list[dict[str, Any]]:
        """The documents of this product, edited."""
        renderer = Renderer(load_profile(self.profile_name))
        trees = [renderer.document(person) for person in self.people]
        for position, edit in self.edits.items():
            edit(trees[position])
        return trees

    def documents(self) -> list[bytes]:
        """The documents as bytes, spoiled; some come again with another word in them."""
        written = [orjson.dumps(tree) for tree in self.trees()]
        for position, spoil in self.raw.items():
            written[position] = spoil(written[position])
        again = [written[position] for position in self.repeated]
        return written + [raw.replace(b"Zqkwvj", b"Khac Zqkwvj", 1) for raw in again]

    def open(self) -> Talk:
        """Answer by the product's protocol; every header says a word too."""
        if self.talk is not None:
            return self.talk
        documents = self.documents()
        total = len(documents) if self.announced is None else self.announced
        talks: dict[str, Callable[[], Talk]] = {
            "hrm_trang": lambda: servers.numbered(documents, total),
            "hrm_con_tro": lambda: servers.by_cursor(documents, total),
            "thong_diep_bnv": lambda: servers.by_message(documents, total, org=self.unit_code),
        }
        talk, word = talks[self.profile_name](), self.sower.word()
        told = {"X-Who": word, "ETag": f'"{word}"', "Set-Cookie": f"who={word}"}
        return lambda request: _with_headers(talk(request), told)


def _with_headers(reply: Reply, told: dict[str, str]) -> Reply:
    return replace(reply, headers={**told, **reply.headers})


class Land:
    """Registered units, served by one real server; files lie in a folder."""

    def __init__(self, db: Database, country: Country, secrets: Path, files: Path) -> None:
        load_registry(db)
        self.db, self.country, self.secrets, self.files = db, country, secrets, files
        self.places: dict[str, Place] = {}
        self._talks: dict[str, Talk] = {}
        self._codes = self._fit_units()
        self.server = servers.Server(lambda request: self._talks[_unit_of(request)](request))

    def _fit_units(self) -> Iterator[PretendUnit]:
        units = sorted(self.country.units, key=lambda unit: -unit.size)
        return (unit for unit in units if unit.is_answering)

    def add(
        self,
        count: int = 0,
        profile_name: str = "hrm_trang",
        *,
        loud: Iterator[Loud] | None = None,
        talk: Talk | None = None,
    ) -> Place:
        """A unit of so many people, sown."""
        number = len(self.places)
        code = next(self._codes).unit_code
        place = Place(code, profile_name, Sower(LETTERS[number], number), talk=talk)
        if count:
            place.people = clean_people(self.country, code, count)
            sow(place.people, place.sower, loud)
        self.places[code] = place
        return place

    def register(self) -> None:
        """Sources and headcounts of all units."""
        write_secrets({f"land_{name}": word for name, word in SECRETS.items()}, self.secrets)
        sources = [self._source(place) for place in self.places.values()]
        sizes = {code: max(1, len(place.people)) for code, place in self.places.items()}
        register_sources(
            sources, sizes, valid_from=date(2026, 1, 1), stated_by="steward", db=self.db
        )

    def loosen_brakes(self, place: Place) -> None:
        """Much is wrong with these people, on purpose: the whole must pass all the same."""
        for rule in ("SNP004", "SNP005"):
            word = BrakeLimit(place.unit_code, rule, None, 1, None, None, "Mai", "A test.")
            set_limit(word, db=self.db)

    def open(self) -> None:
        """Let everybody say what the places hold now."""
        for code, place in self.places.items():
            if place.profile_name == "thu_muc":
                self._deliver(place)
            else:
                self._talks[code] = place.open()

    def values(self) -> Iterator[str]:
        """Every value that was sent, as the record and as the vendor write it."""
        for place in self.places.values():
            yield from _leaves(place.people)
            yield from _composed(place)
            yield from _leaves(place.trees())
            yield from place.sower.given

    def given(self) -> Iterator[str]:
        """Every word and number sown."""
        for place in self.places.values():
            yield from place.sower.given

    def _deliver(self, place: Place) -> None:
        folder = self.files / place.unit_code
        unit = replace(self.country.unit(place.unit_code), file_format="csv")
        write_unit(_Delivery(place), unit, folder)  # type: ignore[arg-type]  # it asks for entries and their number only
        for name, rows in place.files.items():
            (folder / name).write_text(rows, encoding="utf-8")

    def _source(self, place: Place) -> Source:
        profile = load_profile(place.profile_name)
        is_files = profile.connector == "files"
        return Source(
            f"{place.unit_code}-S",
            place.unit_code,
            profile.connector,
            place.profile_name,
            str(self.files / place.unit_code)
            if is_files
            else f"{self.server.address}/u/{place.unit_code}",
            None if is_files else f"land_{place.profile_name}",
        )


@dataclass
class _Delivery:
    """Sown people, as `write_unit` asks a country for them."""

    place: Place

    def entries(self, _: str) -> Iterator[Entry]:
        for position, person in enumerate(self.place.people):
            main = person["person"]
            assert isinstance(main, dict)
            yield Entry(position, main["so_hieu_bndp"], person)

    def announced(self, _: str) -> int:
        return len(self.place.people)


@contextmanager
def land(db: Database, country: Country, secrets: Path, files: Path) -> Iterator[Land]:
    """A land that stops serving at the end."""
    with ExitStack() as stack:
        made = Land(db, country, secrets, files)
        stack.callback(made.server.stop)
        yield made


def odd_answers(sower: Sower, hang_s: float) -> dict[str, Talk]:
    """What is no answer at all, each with words in its body, its headers and its places."""
    word = sower.word
    head = {"X-Who": word()}
    page = json.dumps({"items": [{"empNo": word()}], "meta": {"next": word(), "total": 2}})
    replies = {
        "no JSON": Reply(f"<p>{word()}</p>".encode(), 200, head),
        "refused": Reply(word().encode(), 403, head),
        "gone": Reply(word().encode(), 500, head),
        "elsewhere": Reply(b"", 302, {"Location": f"http://{word()}.invalid/?who={word()}"}),
        "a total that is none": Reply(
            json.dumps({"data": {"items": [], "total": word()}}).encode()
        ),
    }
    talks: dict[str, Talk] = {what: _always(reply) for what, reply in replies.items()}
    talks["a second page that fails"] = _in_turn(
        [
            servers.json_reply({"access_token": word(), "expires_in": 3600}),
            Reply(page.encode()),
        ],
        Reply(word().encode(), 500, head),
    )
    talks["hangs"] = _hanging(hang_s, Reply(word().encode(), 500))
    return talks


def _always(reply: Reply) -> Talk:
    return lambda _: reply


def _in_turn(replies: Sequence[Reply], then: Reply) -> Talk:
    """These replies in each pull, then the other; a pull begins at a token."""
    left: list[Reply] = []

    def talk(request: Request) -> Reply:
        if request.path.endswith("/oauth/token"):
            left[:] = replies
        return left.pop(0) if left else then

    return talk


def _hanging(hang_s: float, then: Reply) -> Talk:
    """Says nothing to the first question for so long."""
    asked: list[Request] = []

    def talk(request: Request) -> Reply:
        asked.append(request)
        if len(asked) == 1:
            time.sleep(hang_s)
        return then

    return talk


def _unit_of(request: Request) -> str:
    return request.path.split("/")[2]


def _composed(place: Place) -> Iterator[str]:
    """What is likely to be hashed together: unit and key, and who somebody is."""
    for person in place.people:
        main = one(person, "person")
        for mark in ("", ":", "|", "/", " ", chr(31)):
            yield f"{place.unit_code}{mark}{main['so_hieu_bndp']}"
            who = [
                main[code] for code in ("so_dinh_danh", "ho_va_ten", "ngay_sinh", "gioi_tinh")
            ]
            yield mark.join(who)


def _leaves(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _leaves(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _leaves(value)
    elif tree not in (None, ""):
        yield str(tree)
