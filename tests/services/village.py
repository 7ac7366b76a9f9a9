"""A few units of a few hand-picked people each, over one real server that a test can spoil."""

import threading
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text

from sync.demo.country import USUAL_AS_OF, Country, build_country
from sync.demo.people import Person, one
from sync.demo.registry import write_secrets
from sync.demo.render import Renderer
from sync.model.reasons import sentence
from sync.model.source import Source
from sync.services.hold import release_snapshot
from sync.services.limits import set_limit
from sync.services.registry import load_registry, register_sources
from sync.services.sync import finish_snapshot, run_wave
from sync.settings import get_settings
from sync.sources.profiles import load_profile
from sync.store.brakes import BrakeLimit
from sync.store.database import Database
from tests.sources import servers

PROFILES = {"hrm_trang": ("K", servers.numbered), "hrm_con_tro": ("id:word", servers.by_cursor)}
A, B, C = "H26", "H29", "H57"
REGISTER = """
    SELECT r.unit_code, r.local_key, d.state, d.start_on, a.identity_number,
           encode(d.typed_sha256, 'hex'), encode(d.register_sha256, 'hex')
    FROM register.dossier AS d JOIN landing.record AS r USING (record_id)
    JOIN register.identity_alias AS a ON a.servant_id = d.servant_id AND a.until IS NULL
    ORDER BY r.unit_code, r.local_key
"""


@cache
def _country() -> Country:
    return build_country(1, USUAL_AS_OF, 200)


@cache
def _clean(unit_code: str, count: int) -> list[Person]:
    """People in service of whom no rule has anything to say."""
    country, found = _country(), []
    for position in range(country.unit(unit_code).size):
        if len(found) == count:
            return found
        if not country.plan.at(unit_code, position):
            person = country.entry(unit_code, position).person
            if one(person, "person")["trang_thai"] == "00":
                found.append(person)
    raise LookupError(unit_code)


@dataclass
class House:
    """What one unit's system would say; `raw` spoils the bytes of single documents."""

    unit_code: str
    profile_name: str
    people: list[Person]
    raw: dict[int, Callable[[bytes], bytes]] = field(default_factory=dict)
    more: list[bytes] = field(default_factory=list)
    announced: int | None = None
    talk: servers.Talk | None = None

    def document(self, person: Person) -> bytes:
        """One person as this product writes them."""
        return orjson.dumps(Renderer(load_profile(self.profile_name)).document(person))

    def documents(self) -> list[bytes]:
        """The answer, in order."""
        written = [self.document(person) for person in self.people]
        for position, spoil in self.raw.items():
            written[position] = spoil(written[position])
        return written + self.more

    def main(self, position: int) -> dict[str, str]:
        """The person's own row, to change."""
        return one(self.people[position], "person")

    def usual_talk(self) -> servers.Talk:
        """The product's protocol over the present documents."""
        documents = self.documents()
        total = len(documents) if self.announced is None else self.announced
        return PROFILES[self.profile_name][1](documents, total)


class Village:
    """Registered units; `wave()` runs one whole wave over what the houses say now."""

    def __init__(self, db: Database, home: Path) -> None:
        load_registry(db)
        self.db, self.home, self.day, self._ticks = db, home, 0, 0
        self._lock = threading.Lock()
        self.houses: dict[str, House] = {}
        self._talks: dict[str, servers.Talk] = {}
        self.server = servers.Server(self._answer)

    def add(
        self,
        unit_code: str,
        count: int,
        profile_name: str = "hrm_trang",
        options: dict[str, Any] | None = None,
    ) -> House:
        """A unit of so many people, registered as a source."""
        house = House(unit_code, profile_name, deepcopy(_clean(unit_code, count)))
        self.houses[unit_code] = house
        write_secrets({unit_code: PROFILES[profile_name][0]}, get_settings().secrets)
        source = Source(
            f"{unit_code}-S",
            unit_code,
            load_profile(profile_name).connector,
            profile_name,
            f"{self.server.address}/u/{unit_code}",
            unit_code,
            options or {},
        )
        register_sources(
            [source], {unit_code: count}, valid_from=date(2026, 1, 1), stated_by="s", db=self.db
        )
        return house

    def others(self, unit_code: str, first: int, count: int) -> list[Person]:
        """People of the unit whom its house does not know yet."""
        return deepcopy(_clean(unit_code, first + count)[first:])

    def _answer(self, request: servers.Request) -> servers.Reply:
        return self._talks[request.path.split("/")[2]](request)

    def open(self) -> None:
        """Let the server say what the houses say now."""
        for code, house in self.houses.items():
            self._talks[code] = house.talk or house.usual_talk()

    def clock(self) -> datetime:
        """Noon of the day, a millisecond later at every look."""
        with self._lock:
            self._ticks += 1
            ticks = self._ticks
        noon = datetime(2026, 11, 23, 5, 0, tzinfo=UTC) + timedelta(days=self.day)
        return noon + timedelta(milliseconds=ticks)

    def wave(self, unit_code: str | None = None) -> dict[str, Any]:
        """Pull, read, check, admit, settle, measure."""
        self.open()
        return run_wave(unit_code=unit_code, db=self.db, clock=self.clock)

    def limit(
        self, unit_code: str, rule: str, *, count: int | None = None, ratio: float | None = None
    ) -> None:
        """A steward's other limit for one rule about the unit's deliveries."""
        word = BrakeLimit(unit_code, rule, count, ratio, None, None, "Mai", "As agreed.")
        set_limit(word, db=self.db, clock=self.clock)

    def release(self, snapshot_id: int) -> dict[str, int | str]:
        """A person lets a held snapshot through; what became of it."""
        words = {"db": self.db, "clock": self.clock}
        release_snapshot(snapshot_id, actor="Mai", reason="All of it is right.", **words)
        return finish_snapshot(snapshot_id, **words)

    def rows(self, statement: str, **values: object) -> list[Any]:
        """What the database says."""
        with self.db.transaction() as conn:
            return [tuple(row) for row in conn.execute(text(statement), values)]

    def one(self, statement: str, **values: object) -> Any:  # noqa: ANN401 - any column
        """The single value of a single row."""
        return self.rows(statement, **values)[0][0]

    def register(self) -> list[Any]:
        """Who stands where in the register, with the content, whatever the numbers."""
        return self.rows(REGISTER)

    def typed_rows(self) -> dict[str, list[Any]]:
        """A hash of every row of the register; not of whether it is known to be stale."""
        tables = self.rows(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'register'"
            " AND table_name NOT IN ('dossier', 'directory', 'directory_tail')"  # who is found
        )
        hashed = {
            name: self.rows(f"SELECT md5(t::text) FROM register.{name} AS t ORDER BY 1")  # noqa: S608 - our own table
            for (name,) in tables
        }
        return hashed | {"dossier": self.register()}

    def states(self, number: str) -> dict[str, str]:
        """Unit → state of its dossier of the person with this identity number."""
        return dict(
            self.rows(
                "SELECT d.unit_code, d.state FROM register.dossier AS d"
                " JOIN register.identity_alias AS a USING (servant_id)"
                " WHERE a.identity_number = :number",
                number=number,
            )
        )

    def findings(self, unit_code: str) -> list[tuple[str, str]]:
        """Rule and effect of each open finding of a unit."""
        return self.rows(
            "SELECT rule_code, effect FROM quality.finding"
            " WHERE unit_code = :unit_code AND closed_at IS NULL ORDER BY rule_code",
            unit_code=unit_code,
        )

    def word(self, unit_code: str) -> tuple[str, str]:
        """Outcome and English sentence of the unit in its newest wave."""
        outcome, code, figures = self.rows(
            "SELECT wu.outcome, wu.reason_code, wu.figures FROM landing.wave_unit AS wu"
            " JOIN landing.wave AS w USING (wave_key) WHERE wu.unit_code = :unit_code"
            " ORDER BY w.started_at DESC LIMIT 1",
            unit_code=unit_code,
        )[0]
        return outcome, sentence(code, figures, english=True)

    def newest(self, unit_code: str) -> tuple[int, str]:
        """Id and state of the newest snapshot of a unit."""
        return self.rows(
            "SELECT snapshot_id, state FROM landing.snapshot WHERE unit_code = :unit_code"
            " ORDER BY seq DESC LIMIT 1",
            unit_code=unit_code,
        )[0]

    def counts(self, unit_code: str) -> dict[str, Any]:
        """The unit's newest account."""
        names = (
            "received unreadable duplicate quarantined waiting added changed unchanged"
            " live_before entered left_count live_after stale"
        )
        row = self.rows(
            f"SELECT {', '.join(names.split())} FROM ledger.entry"  # noqa: S608 - names above
            " WHERE unit_code = :unit_code"
            " AND action = 'snapshot_admitted' ORDER BY entry_id DESC LIMIT 1",
            unit_code=unit_code,
        )[0]
        return dict(zip(names.split(), row, strict=True))

    def close(self) -> None:
        """Stop serving."""
        self.server.stop()
