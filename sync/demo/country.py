"""The pretend country: units, their people in any order, and the truth about every defect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from random import Random

import orjson

from sync.demo import days
from sync.demo.catalogue import (
    EDGES,
    KINDS,
    LATE_RECRUIT,
    NAMESAKES,
    OWN_CODE,
    TRANSFER,
    TWICE_IN_UNIT,
    TWINS,
    TWO_UNITS,
    YEAR_ONLY,
    spaced,
)
from sync.demo.defects_beside import TOLD_LATE, recruited_late
from sync.demo.kinds import Kind
from sync.demo.life import BLOCK, NO_TRAITS, Traits, World, live, numbers_of_serial
from sync.demo.people import Person, build_person, one
from sync.demo.placing import Placement, Placer, Plan
from sync.demo.units import Fault, PretendUnit, list_units

USUAL_SEED = 2026
USUAL_AS_OF = date(2026, 11, 23)
USUAL_PEOPLE = 200
RATINGS_DUE = (3, 31)  # Decree 233/2026: rule EV005
ENDED = frozenset({"10", "11", "12", "13", "14"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a unit's answer; `transport` says how the sending goes wrong."""

    position: int
    local_key: str
    person: Person = field(repr=False)
    transport: str = ""


@dataclass(frozen=True, slots=True)
class TruthLine:
    """One defect in one record, or (with `edge`) a rarity that no rule may find."""

    unit_code: str
    local_key: str
    kind: str
    rules: tuple[str, ...] = ()
    group: str = ""
    field: str = ""
    is_blocking: bool = False
    edge: str = ""
    partner: str = ""
    is_keyless: bool = False  # the key is not sent: look for the record by its unit
    is_elsewhere: bool = False  # the population register's error: shows after verifying

    def json(self) -> bytes:
        """One line of the truth file."""
        names = self.__slots__
        return orjson.dumps({name: getattr(self, name) for name in names}) + b"\n"


@dataclass(frozen=True)
class Country:
    """Everything follows from four values; nothing is kept but the plan."""

    seed: int
    as_of: date
    people: int
    day: int = 0

    @cached_property
    def units(self) -> tuple[PretendUnit, ...]:
        """The reporting units valid on `as_of`, in code order."""
        return list_units(self.seed, self.as_of, self.people)

    @property
    def today(self) -> date:
        """The day the answers speak of."""
        return self.as_of + timedelta(days=self.day)

    @cached_property
    def plan(self) -> Plan:
        """Where the defects and the rarities are."""
        placer = Placer(self.seed, self.units)
        placer.place_twice(TWICE_IN_UNIT)
        placer.place_pairs(TWO_UNITS, TRANSFER)
        for kinds in TWINS:
            placer.place_twins(kinds)
        placer.place_namesakes(NAMESAKES)
        placer.place(in_season(KINDS, self.as_of), EDGES)
        return placer.place_habit(OWN_CODE)

    @cached_property
    def _by_code(self) -> dict[str, PretendUnit]:
        return {unit.unit_code: unit for unit in self.units}

    @cached_property
    def _world(self) -> World:
        numbers = max(unit.first_number + unit.size for unit in self.units) + 1000
        return World(self.seed, self.as_of.toordinal(), -(-numbers // BLOCK))

    def unit(self, unit_code: str) -> PretendUnit:
        """The unit with this code; KeyError when there is none."""
        return self._by_code[unit_code]

    def announced(self, unit_code: str) -> int:
        """How many records the unit's system says its answer has."""
        unit = self.unit(unit_code)
        if unit.fault is Fault.EMPTY:
            return 0
        return self._size(unit) + len(self.plan.repeats.get(unit_code, ()))

    def serving(self, unit_code: str) -> int:
        """How many people of the unit are in service; what a steward would count."""
        unit = self.unit(unit_code)
        places = self.plan.places.get(unit_code, {}).values()
        left = sum(1 for place in places if place.traits.get("status") in ENDED)
        if self.day:
            left += sum(
                self._change(unit, position) is days.Change.LEFT
                for position in range(unit.size)
            )
        return self._size(unit) - left

    def entries(
        self, unit_code: str, first: int = 0, last: int | None = None
    ) -> Iterator[Entry]:
        """Records `first` to `last` (not included) of the unit's answer, one at a time."""
        end = self.announced(unit_code)
        for position in range(first, end if last is None else min(last, end)):
            yield self.entry(unit_code, position)

    def entry(self, unit_code: str, position: int) -> Entry:
        """The record at this position; repeats stand behind everybody else."""
        unit = self.unit(unit_code)
        size = self._size(unit)
        if position < size:
            return self._entry(unit, position)
        first = self._entry(unit, self.plan.repeats[unit_code][position - size])
        if first.transport == "repeat_differs":
            main = first.person["person"]
            if isinstance(main, dict):
                main["noi_o"] = "Xã Khác, " + main["noi_o"]
        return Entry(position, first.local_key, first.person, first.transport)

    def numbers_of_serial(self, serial: int) -> range:
        """Numbers of the people whose identity number may end in this serial."""
        return numbers_of_serial(self._world, serial)

    def truth(self) -> Iterator[TruthLine]:
        """Every defect of today and every rarity, by unit and record; no more is wrong."""
        for unit_code, places in sorted(self.plan.places.items()):
            for position, place in sorted(places.items()):
                yield from _truth_lines(unit_code, position, self._today(place))
        yield from self._of_whole_units()

    def _today(self, place: Placement) -> Placement:
        """The placement without what has not happened yet."""
        kinds = tuple(kind for kind in place.kinds if kind.from_day <= self.day)
        return place if kinds == place.kinds else replace(place, kinds=kinds)

    def _of_whole_units(self) -> Iterator[TruthLine]:
        """What follows from how a unit works: births known by year only, late recruits."""
        for unit in self.units:
            if unit.is_year_only:
                yield from self._known_by_year(unit)
            position = self._late_recruit(unit)
            if position is not None:
                key = local_key(unit.unit_code, position)
                yield _line(unit.unit_code, key, LATE_RECRUIT)

    def _known_by_year(self, unit: PretendUnit) -> Iterator[TruthLine]:
        for position in range(self._size(unit)):
            entry = self._entry(unit, position)
            if one(entry.person, "person")["ngay_sinh"].endswith("-01-01"):
                yield _line(unit.unit_code, entry.local_key, YEAR_ONLY)

    def _late_recruit(self, unit: PretendUnit) -> int | None:
        """The position of the one who is told late, from that day on."""
        if self.day < TOLD_LATE or not unit.is_answering:
            return None
        position = unit.size + days.joined_count(unit.size, TOLD_LATE - 1)
        return position if position < self._size(unit) else None

    def write_truth(self, path: Path) -> None:
        """The truth as JSON lines."""
        with path.open("wb") as lines:
            for line in self.truth():
                lines.write(line.json())

    def _size(self, unit: PretendUnit) -> int:
        return unit.size + days.joined_count(unit.size, self.day)

    def _change(self, unit: PretendUnit, position: int) -> days.Change:
        if self.plan.at(unit.unit_code, position) or position >= unit.size:
            return days.Change.NONE
        return days.change_of(unit.first_number + position, self.day)

    def _entry(self, unit: PretendUnit, position: int) -> Entry:
        key = local_key(unit.unit_code, position)
        place = self.plan.at(unit.unit_code, position)
        if place:
            return self._special(unit, position, place)
        traits = _traits(unit, position)
        person = build_person(
            live(self._world, unit, unit.first_number + position, traits), key
        )
        if position == self._late_recruit(unit):
            recruited_late(person, self.as_of)
        if self.day:
            change = self._change(unit, position)
            if change is days.Change.CHANGED:
                days.change(person, self.today)
            elif change is days.Change.LEFT:
                days.leave(person, self.today)
        return Entry(position, key, person)

    def _special(self, unit: PretendUnit, position: int, place: Placement) -> Entry:
        number, origin = unit.first_number + position, unit
        if place.partner and not place.is_origin:
            origin = self.unit(place.partner[0])
            number = origin.first_number + place.partner[1]
        key = local_key(unit.unit_code, position)
        person = build_person(live(self._world, unit, number, place.traits, origin), key)
        random = Random(f"{self.seed}/{key}")  # noqa: S311 - a pretend country
        if place.edge:
            place.edge.apply(person, random)
        for kind in self._today(place).kinds:
            kind.apply(person, random)
            if kind.happen:
                kind.happen(person, self.as_of, self.today)
        return Entry(position, sent_key(key, place), person, _transport(place))


def in_season(kinds: Sequence[Kind], as_of: date) -> tuple[Kind, ...]:
    """Kinds that can be a defect on this day: last year's ratings are due by 31 March."""
    ratings_are_due = (as_of.month, as_of.day) >= RATINGS_DUE
    return tuple(kind for kind in kinds if ratings_are_due or "EV005" not in kind.rules)


def build_country(
    seed: int = USUAL_SEED, as_of: date = USUAL_AS_OF, people: int = USUAL_PEOPLE, day: int = 0
) -> Country:
    """The pretend country of this seed; `day` 1 is the same country one day later."""
    return Country(seed, as_of, people, day)


def local_key(unit_code: str, position: int) -> str:
    """The personnel number a unit gives the person at this position."""
    return f"{unit_code}-{position + 1:06d}"


def sent_key(key: str, place: Placement) -> str:
    """The key as it is sent."""
    return spaced(key) if _transport(place) == "spaced_key" else key


def _traits(unit: PretendUnit, position: int) -> Traits:
    if position >= unit.size:
        return days.NEWCOMER
    return {"birth_0101": "1"} if unit.is_year_only and position % 10 == 0 else NO_TRAITS


def _transport(place: Placement) -> str:
    return place.kinds[0].transport if place.kinds else ""


def _truth_lines(unit_code: str, position: int, place: Placement) -> Iterator[TruthLine]:
    key = sent_key(local_key(unit_code, position), place)
    partner = local_key(*place.partner) if place.partner else ""
    if place.edge:
        yield TruthLine(unit_code, key, "", edge=place.edge.code, partner=partner)
    for kind in place.kinds:
        yield _line(unit_code, key, kind, partner)


def _line(unit_code: str, key: str, kind: Kind, partner: str = "") -> TruthLine:
    return TruthLine(
        unit_code,
        key,
        kind.code,
        kind.rules,
        kind.group,
        kind.field,
        kind.is_blocking,
        partner=partner,
        is_keyless=kind.transport == "no_key",
        is_elsewhere=kind.is_elsewhere,
    )
