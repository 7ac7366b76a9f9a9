"""What can be wrong with a record, as data: each kind names the rules that must find it."""

import csv
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from random import Random

from sync.demo.life import Traits
from sync.demo.people import Person


def read_table(name: str) -> Iterator[dict[str, str]]:
    """Rows of one packaged CSV of the pretend country."""
    path = resources.files("sync.demo") / "data" / name
    yield from csv.DictReader(path.read_text("utf-8").splitlines())


Apply = Callable[[Person, Random], None]
Happen = Callable[[Person, date, date], None]  # the country's first day and today


def unchanged(_: Person, __: Random) -> None:
    """The record stays as it is: its traits, or the way it is sent, make it what it is."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of defect. `rules` are exactly those that must find it, besides nothing.

    `touches` names what it changes; two kinds may meet in one record when they touch
    different things and ask for no different traits. Nothing touched: always alone.
    `transport` kinds need a way of sending that can express them (JSON).
    """

    code: str
    rules: tuple[str, ...]
    group: str
    field: str
    apply: Apply = unchanged
    is_blocking: bool = False
    traits: Traits = dataclasses.field(default_factory=dict)
    touches: frozenset[str] = frozenset()
    transport: str = ""
    is_rare: bool = False  # one of a family; the family has enough
    is_elsewhere: bool = False  # the population register is wrong, the record is not
    happen: Happen | None = None  # an event, told from `from_day` of the country on
    from_day: int = 0

    def meets(self, other: "Kind") -> bool:
        """Whether both can be in one record and each still be found by its own rules."""
        if not self.touches or not other.touches or self.touches & other.touches:
            return False
        shared = self.traits.keys() & other.traits.keys()
        return all(self.traits[name] == other.traits[name] for name in shared)


@dataclass(frozen=True, slots=True)
class Edge:
    """A legal rarity among untouched people: no rule may find it."""

    code: str
    traits: Traits
    apply: Apply = unchanged
