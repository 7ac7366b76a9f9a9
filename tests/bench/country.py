"""The pretend country as the bench asks it: sound systems over HTTP, documents of one size.

Faults and files are left out (a system that says 429 measures the system), defects stay in.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from sync.demo.careers import Row
from sync.demo.country import USUAL_AS_OF, USUAL_SEED, Country, Entry
from sync.demo.people import Person, many
from sync.demo.placing import Plan
from sync.demo.units import Fault, PretendUnit, list_units

ROWS = 9  # child rows of the document that ARCHITECTURE section 11 speaks of
UNITS = 56
FILES, INSTEAD = "thu_muc", "hrm_trang"
LISTS = (
    "work_history",
    "salary_history",
    "evaluation",
    "training_history",
    "family",
    "allowance_history",
    "language_it",
    "reward",
    "discipline",
)
PARENTS = 2
FROM_THE_FRONT = frozenset({"family", "language_it"})  # parents; the language of the post


@dataclass(frozen=True)
class BenchCountry(Country):
    """A country of `UNITS` x `people`; `rows` = 0 leaves the documents whole.

    `is_one_unit`: everybody in one unit, without defects - one large answer.
    """

    rows: int = ROWS
    is_one_unit: bool = False

    @cached_property
    def units(self) -> tuple[PretendUnit, ...]:
        """Every unit answers over HTTP, at once."""
        units = tuple(_sound(unit) for unit in list_units(self.seed, self.as_of, self.people))
        if not self.is_one_unit:
            return units
        biggest = max(units, key=lambda unit: unit.size)
        return (replace(biggest, size=self.people * len(units), first_number=0),)

    @cached_property
    def plan(self) -> Plan:
        """Defects as everywhere; none where one large answer is asked for."""
        return Plan() if self.is_one_unit else super().plan

    def entry(self, unit_code: str, position: int) -> Entry:
        """The record, with at most `rows` rows in its lists."""
        entry = super().entry(unit_code, position)
        if self.rows:
            trim(entry.person, self.rows)
        return entry


def bench_country(
    documents: int, *, rows: int = ROWS, day: int = 0, is_one_unit: bool = False
) -> BenchCountry:
    """A country with about so many documents."""
    people = max(1, round(documents / UNITS))
    return BenchCountry(USUAL_SEED, USUAL_AS_OF, people, day, rows, is_one_unit)


def trim(person: Person, rows: int) -> None:
    """Leave `rows` rows in the lists together, by turns, those first that rules look for."""
    lists = {name: many(person, name) for name in LISTS if name in person}
    order = {name: _by_weight(name, content) for name, content in lists.items()}
    left = PARENTS if len(order.get("family", ())) > 1 else 0
    kept = {name: order[name][:left] if name == "family" else [] for name in order}
    while left < rows and any(len(kept[name]) < len(order[name]) for name in order):
        for name in order:
            if left < rows and len(kept[name]) < len(order[name]):
                kept[name].append(order[name][len(kept[name])])
                left += 1
    for name, content in lists.items():
        content[:] = [content[position] for position in sorted(kept[name])]


def _by_weight(name: str, rows: list[Row]) -> list[int]:
    """Positions of a list's rows: parents, the main language and the highest degree first."""
    positions = range(len(rows))
    if name == "training_history":
        return sorted(positions, key=lambda position: rows[position].get("tr_trinh_do", ""))
    return list(positions if name in FROM_THE_FRONT else reversed(positions))


def _sound(unit: PretendUnit) -> PretendUnit:
    profile_name = INSTEAD if unit.profile_name == FILES else unit.profile_name
    return replace(unit, fault=Fault.NONE, profile_name=profile_name, file_format="")
