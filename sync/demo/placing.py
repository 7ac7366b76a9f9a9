"""Who carries which defect, who is a legal rarity: decided before anybody is built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from sync.demo.kinds import Edge, Kind
from sync.demo.life import Traits
from sync.demo.units import PretendUnit

USUAL_TOTAL = 11_200  # 56 units of 200
LEAST = 20  # of each kind in a country of that size
HABIT = 50  # one in so many people of a careless unit
_CLEAN_LIMIT = 0.025  # blocked share a careful unit stays below
_TRIES = 400
_MOST_KINDS = 3


@dataclass(frozen=True, slots=True)
class Placement:
    """What is special about one record. `partner` is the other unit's side of one person."""

    kinds: tuple[Kind, ...] = ()
    edge: Edge | None = None
    traits: Traits = field(default_factory=dict)
    partner: tuple[str, int] | None = None
    is_origin: bool = True


@dataclass(slots=True)
class Plan:
    """Placements by unit and position; `repeats` are sent once more at the end."""

    places: dict[str, dict[int, Placement]] = field(default_factory=dict)
    repeats: dict[str, list[int]] = field(default_factory=dict)

    def at(self, unit_code: str, position: int) -> Placement | None:
        """The placement of one record, if it has any."""
        return self.places.get(unit_code, {}).get(position)


class Placer:
    """Draws places for kinds and edges; the same seed draws the same places."""

    def __init__(self, seed: int, units: Sequence[PretendUnit]) -> None:
        self._random = Random(f"{seed}/plan")  # noqa: S311 - a pretend country
        self._careless = [unit for unit in units if unit.is_careless]
        self._total = sum(unit.size for unit in units)
        self._pools: Mapping[str, _Pool] = {
            "any": _Pool([u for u in units if u.is_answering and not u.is_year_only]),
            "careless": _Pool([u for u in units if u.is_careless]),
            "careful": _Pool([u for u in units if _is_careful(u)]),
        }
        self._blocked: dict[str, int] = {}
        self.plan = Plan()

    def place(self, kinds: Sequence[Kind], edges: Sequence[Edge]) -> Plan:
        """Every kind often enough, alone and together; then the edges, on other people."""
        count = self._count()
        for kind in kinds:
            for turn in range(max(1, count // 5) if kind.is_rare else count):
                if turn % 3 or not self._join(kind):
                    self._put(kind)
        for edge in edges:
            for _ in range(max(1, count // 3)):
                self._put_edge(edge)
        return self.plan

    def place_habit(self, kind: Kind) -> Plan:
        """What each careless unit does alike in several records: one cause, mended at once."""
        for unit in self._careless:
            free = [n for n in range(unit.size) if not self._is_taken(unit, n)]
            count = min(max(4, unit.size // HABIT), len(free))
            for position in self._random.sample(free, count):
                self._set(unit, position, Placement((kind,), None, kind.traits))
        return self.plan

    def place_twice(self, kind: Kind) -> None:
        """One number on two records of one unit."""
        for _ in range((self._count() + 1) // 2):
            unit, first = self._free("careless")
            for _ in range(_TRIES):
                second = int(self._random.random() * unit.size)
                if second != first and not self._is_taken(unit, second):
                    break
            place = Placement((kind,), None, kind.traits, (unit.unit_code, second))
            self._set(unit, first, place)
            back = replace(place, partner=(unit.unit_code, first), is_origin=False)
            self._set(unit, second, back)

    def _free(self, pool: str) -> tuple[PretendUnit, int]:
        for _ in range(_TRIES):
            unit, position = self._draw(pool)
            if not self._is_taken(unit, position):
                break
        return unit, position

    def place_pairs(self, kind: Kind, edge: tuple[Edge, Edge]) -> None:
        """One person in two units: wrongly, and as a transfer that both report."""
        count = self._count()
        for turn in range(count):
            first = Placement((kind,), None, kind.traits)
            # every other time the second unit took the person over and the first still counts
            late = {**kind.traits, "moved_from": "{other}", "moved_days": "199"}
            second = first if turn % 2 else replace(first, traits=late)
            self._put_pair(first, second)
        for _ in range(max(1, count // 4)):
            self._put_pair(*(Placement((), side, side.traits) for side in edge))

    def place_twins(self, kinds: tuple[Kind, Kind]) -> None:
        """One person in two units under two numbers."""
        for _ in range((self._count() + 1) // 2):
            self._put_pair(*(Placement((kind,), None, kind.traits) for kind in kinds))

    def place_namesakes(self, edges: tuple[Edge, Edge]) -> None:
        """Two people who share name, birth date and sex, and nothing else."""
        for _ in range(max(1, self._count() // 4)):
            self._put_pair(*(Placement((), edge, edge.traits) for edge in edges))

    def _count(self) -> int:
        usual = LEAST * self._total / USUAL_TOTAL
        if usual <= LEAST:
            return max(1, round(usual))
        return LEAST + self._total // 2000

    def _put(self, kind: Kind) -> None:
        pool = "any"
        if kind.is_blocking:
            pool = "careless" if self._random.random() < 0.8 else "careful"
        for _ in range(_TRIES):
            unit, position = self._draw(pool)
            if self._is_taken(unit, position) or not self._fits(kind, unit):
                continue
            self._set(unit, position, Placement((kind,), None, kind.traits))
            if kind.is_blocking:
                self._blocked[unit.unit_code] = self._blocked.get(unit.unit_code, 0) + 1
            if kind.transport in {"repeat_same", "repeat_differs"}:
                self.plan.repeats.setdefault(unit.unit_code, []).append(position)
            return

    def _fits(self, kind: Kind, unit: PretendUnit) -> bool:
        if kind.transport and unit.profile_name == "thu_muc":
            return False
        if not kind.is_blocking or unit.is_careless:
            return True
        return self._blocked.get(unit.unit_code, 0) + 1 <= unit.size * _CLEAN_LIMIT

    def _join(self, kind: Kind) -> bool:
        """Put the kind on a record that has another one already."""
        if not kind.touches or kind.transport:
            return False
        for _ in range(40):
            unit, position = self._draw("careless" if kind.is_blocking else "any")
            known = self.plan.at(unit.unit_code, position)
            if known is None or not known.kinds or known.partner or known.edge:
                continue
            if len(known.kinds) < _MOST_KINDS and all(kind.meets(k) for k in known.kinds):
                traits = {**known.traits, **kind.traits}
                joined = replace(known, kinds=(*known.kinds, kind), traits=traits)
                self._set(unit, position, joined)
                return True
        return False

    def _put_edge(self, edge: Edge) -> None:
        for _ in range(_TRIES):
            unit, position = self._draw("any")
            if not self._is_taken(unit, position) and _suits(edge, unit):
                self._set(unit, position, Placement((), edge, edge.traits))
                return

    def _put_pair(self, first: Placement, second: Placement) -> None:
        for _ in range(_TRIES):
            (a, at_a), (b, at_b) = self._draw("any"), self._draw("any")
            if a is b or self._is_taken(a, at_a) or self._is_taken(b, at_b):
                continue
            there = {
                key: value.format(other=a.unit_code) for key, value in second.traits.items()
            }
            self._set(a, at_a, replace(first, partner=(b.unit_code, at_b)))
            back = replace(second, traits=there, partner=(a.unit_code, at_a), is_origin=False)
            self._set(b, at_b, back)
            return

    def _draw(self, pool: str) -> tuple[PretendUnit, int]:
        return self._pools[pool].draw(self._random)

    def _is_taken(self, unit: PretendUnit, position: int) -> bool:
        return self.plan.at(unit.unit_code, position) is not None

    def _set(self, unit: PretendUnit, position: int, placement: Placement) -> None:
        self.plan.places.setdefault(unit.unit_code, {})[position] = placement


def _is_careful(unit: PretendUnit) -> bool:
    return unit.is_answering and not unit.is_careless and not unit.is_year_only


def _suits(edge: Edge, unit: PretendUnit) -> bool:
    return unit.is_province or "commune" not in edge.traits


class _Pool:
    """Units to draw people from, each person equally likely."""

    def __init__(self, units: Sequence[PretendUnit]) -> None:
        self._units = list(units)
        self._sizes = [unit.size for unit in units]

    def draw(self, random: Random) -> tuple[PretendUnit, int]:
        unit = random.choices(self._units, self._sizes)[0]
        return unit, int(random.random() * unit.size)
