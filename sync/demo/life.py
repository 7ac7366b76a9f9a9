"""The plan of one invented life: the days and codes that all groups of the record agree on.

A life is a pure function of (seed, number in the country, unit, traits). Traits are what a
legal edge case or a defect needs to be there: `{"status": "10"}`, `{"leader": "1"}` ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from sync.demo import calendar, reference
from sync.demo.names import MINORITY_CODES, kinh_name, minority_name
from sync.demo.reference import Grade, Post
from sync.demo.units import PretendUnit

Traits = Mapping[str, str]
NO_TRAITS: Traits = {}

BLOCK = 999_983  # a prime: serials of identity numbers are a permutation of 1..BLOCK
_STEP = 618_031
YEAR = 365.25
NEXT_DAYS = 60
CAREER_LEVELS_ON = calendar.ordinal("2026-07-01")
_GROUPS = {
    "CC": ("A1",) * 26 + ("A2.1",) * 7 + ("A0",) * 3 + ("B",) * 3 + ("A3.1",),
    "CB": ("A1",) * 8 + ("A2.1",) * 2,
    "VC": ("A1",) * 24 + ("A2.1",) * 3 + ("A2.2",) * 3 + ("A0",) * 4 + ("B",) * 5 + ("A3.1",),
}
_CATEGORIES = {
    True: ("VC",) * 12 + ("CC",) * 7 + ("CB",),
    False: ("CC",) * 12 + ("VC",) * 8,
}
_LAST_AGE = {True: 60, False: 55}
_FIRST_AGE = {"A3.1": 46, "A3.2": 46, "A2.1": 38, "A2.2": 38}
_RECRUIT_AGE = {"B": 20, "A0": 21}
_ELSEWHERE = ("02", "03", "04", "04", "02", "03", "05")
_ENDING = {"10": "NH", "11": "TV", "12": "CT", "13": "BTV", "14": "TT"}


@dataclass(slots=True)
class Life:
    """Days are ordinals. `ended` is 0 for a serving person; `post` is None for most."""

    unit: PretendUnit
    number: int
    chance: Callable[[], float]
    traits: Traits
    as_of: int
    is_male: bool
    category: str
    grade: Grade
    birth: int = 0
    identity: str = ""
    name: str = ""
    prefix: str = ""
    ethnic: str = "01"
    rank: str = ""
    recruited: int = 0
    rank_since: int = 0
    first_step: int = 1
    step: int = 1
    step_since: int = 0
    post: Post | None = None
    post_since: int = 0
    status: str = "00"
    ended: int = 0
    movement: str = ""
    is_member: bool = False
    is_married: bool = False

    @property
    def until(self) -> int:
        """The last day the record speaks of: the end of service, or the day of the data."""
        return self.ended or self.as_of

    def between(self, first: int, last: int) -> int:
        """A day from `first` to `last`; `first` when they are the wrong way round."""
        return first + int(self.chance() * (last - first + 1)) if last > first else first


@dataclass(frozen=True, slots=True)
class World:
    """What all lives of one country share."""

    seed: int
    as_of: int
    blocks: int  # how many times the serials are used; each time with its own prefixes


def live(
    world: World,
    unit: PretendUnit,
    number: int,
    traits: Traits = NO_TRAITS,
    origin: PretendUnit | None = None,
) -> Life:
    """The life of person `number`, as `unit` knows it. Same arguments, same life.

    A person whom two units claim is born in `origin` and has one identity in both.
    """
    origin = origin or unit
    chance = Random(world.seed * 1_000_003 + number).random  # noqa: S311 - nobody real
    is_male = traits["sex"] == "1" if "sex" in traits else chance() < 0.52
    category = traits.get("category") or _CATEGORIES[origin.is_province][int(chance() * 20)]
    groups = _GROUPS[category]
    group = traits.get("group") or groups[int(chance() * len(groups))]
    grade = reference.GRADES[reference.STAFF_KIND[category], group]
    life = Life(unit, number, chance, traits, world.as_of, is_male, category, grade)
    _be_born(life, group)
    _be_named(life, world, origin)
    _be_recruited(life, group)
    _end(life)
    _earn(life, group)
    if category == "CB" or ("leader" in traits) or (category == "CC" and chance() < 0.12):
        _lead(life)
    life.is_member = traits["party"] == "1" if "party" in traits else chance() < 0.45
    life.is_married = traits.get("married") == "1" or chance() < 0.75
    return life


def numbers_of_serial(world: World, serial: int) -> range:
    """Everybody whose identity number may end in this serial: `_be_named` backwards."""
    first = (serial - 1 - world.seed * 7919) * pow(_STEP, -1, BLOCK) % BLOCK
    return range(first, world.blocks * BLOCK, BLOCK)


def _be_born(life: Life, group: str) -> None:
    if life.traits.get("age") == "retirement":
        life.birth = _born_to_retire(life, life.as_of - 1 - int(life.chance() * 300))
        return
    first = max(_FIRST_AGE.get(group, 24), int(life.traits.get("age_from", "0")))
    last = int(life.traits.get("age_to", _LAST_AGE[life.is_male]))
    age = first + life.chance() * (last - first)
    life.birth = life.as_of - int(age * YEAR) - 1
    if "birth_0101" in life.traits:
        life.birth = calendar.ordinal(f"{calendar.year_of(life.birth)}-01-01")


def _born_to_retire(life: Life, day: int) -> int:
    """A birth day whose retirement day is the first of the month of `day`."""
    months = int(calendar.iso(day)[:4]) * 12 + int(calendar.iso(day)[5:7]) - 1
    for age in range(55 * 12, 63 * 12):
        birth = calendar.first_of_month(months - 1 - age) + int(life.chance() * 28)
        if calendar.retirement_day(life.is_male, birth) == calendar.first_of_month(months):
            return birth
    return calendar.first_of_month(months - 62 * 12)


def _be_named(life: Life, world: World, origin: PretendUnit) -> None:
    """Identity number: old province prefix, century and sex, year of birth, serial."""
    own = reference.PREFIXES_OF_UNIT.get(origin.unit_code, ())
    pool = own if own and life.chance() < 0.8 else reference.PREFIXES
    if world.blocks > 1:  # a serial used again must meet another prefix
        pool = reference.PREFIXES[life.number // BLOCK :: world.blocks]
    life.prefix = pool[int(life.chance() * len(pool))]
    year = calendar.year_of(life.birth)
    digit = (0 if life.is_male else 1) + (2 if year >= 2000 else 0)
    serial = (life.number * _STEP + world.seed * 7919) % BLOCK + 1
    life.identity = f"{life.prefix}{digit}{year % 100:02d}{serial:06d}"
    if "ethnic" in life.traits:
        life.ethnic = life.traits["ethnic"]
    elif life.chance() < 0.08:
        life.ethnic = MINORITY_CODES[int(life.chance() * len(MINORITY_CODES))]
    if life.ethnic == "01":
        life.name = kinh_name(life.number, life.is_male, life.chance())
    else:
        life.name = minority_name(life.ethnic, life.is_male, life.chance())


def _be_recruited(life: Life, group: str) -> None:
    if life.traits.get("recruited") == "18":
        life.recruited = calendar.years_after(life.birth, 18)
        return
    if life.traits.get("recruited") == "new":
        life.recruited = life.as_of - 90 - int(life.chance() * 200)
        return
    least = _RECRUIT_AGE.get(group, 22)
    room = min(6.0, (life.as_of - life.birth) / YEAR - least - 1.2)
    life.recruited = life.birth + int((least + life.chance() * room) * YEAR) + 2


def _end(life: Life) -> None:
    """Ended service: retirement on the day of the roadmap, or earlier by decision."""
    status = life.traits.get("status", "")
    if not status and life.chance() < 0.03:
        status = _ELSEWHERE[int(life.chance() * len(_ELSEWHERE))]
        status = "04" if status == "03" and life.is_male else status
    life.status = status or "00"
    if life.status not in _ENDING:
        return
    life.movement = life.traits.get("movement", _ENDING[life.status])
    if life.traits.get("age") == "retirement":
        life.ended = calendar.retirement_day(life.is_male, life.birth)
    elif "ended_days" in life.traits:
        life.ended = life.as_of - int(life.traits["ended_days"])
    else:
        life.ended = life.between(max(life.recruited + 300, life.as_of - 500), life.as_of - 20)


def _earn(life: Life, group: str) -> None:
    ranks = reference.RANKS[reference.STAFF_KIND[life.category], group]
    life.rank = life.traits.get("rank") or ranks[int(life.chance() * len(ranks))]
    life.rank_since = life.recruited
    if group in reference.LOWER_GROUP:
        first = min(life.recruited + 3300, life.until - 400)
        life.rank_since = life.between(first, life.until - 200)
        life.first_step = 1 + int(life.chance() * 3)
    if "career_level" in life.traits:  # placed in a level since the law allows it
        life.rank_since = life.between(min(CAREER_LEVELS_ON, life.as_of - 60), life.as_of - 30)
        life.first_step = 2
    if "last_step" in life.traits:
        # long enough on the last step for five percent and more beyond the frame
        life.first_step = life.grade.last
        life.rank_since = life.until - int((life.grade.years + 0.2 + life.chance() * 4) * YEAR)
    _climb(life)


def _climb(life: Life) -> None:
    _step_up(life)
    due = calendar.years_after(life.step_since, life.grade.years)
    if life.step < life.grade.last and due <= life.until + NEXT_DAYS:
        life.rank_since += NEXT_DAYS  # the country's next days bring nobody a raise
        _step_up(life)


def _step_up(life: Life) -> None:
    years = life.grade.years
    raises = int((life.until - life.rank_since) / YEAR / years)
    if calendar.years_after(life.rank_since, (raises + 1) * years) <= life.until:
        raises += 1
    if calendar.years_after(life.rank_since, raises * years) > life.until:
        raises -= 1
    raises = min(raises, life.grade.last - life.first_step)
    life.step = life.first_step + raises
    life.step_since = calendar.years_after(life.rank_since, raises * years)


def _lead(life: Life) -> None:
    unit = life.unit
    is_metropolis = unit.unit_code in reference.METROPOLIS
    if life.category == "CB":
        posts: tuple[Post, ...] = reference.CADRES[is_metropolis]
    elif unit.is_province:
        posts = reference.LEADERS[is_metropolis]
    else:
        posts = reference.LEADERS_CENTRAL
    # a post held for less than two terms: at most one re-appointment, five years on
    since = life.between(max(life.recruited + 400, life.until - 3200), life.until - 60)
    if life.recruited + 60 < since <= life.until - 60:
        life.post = posts[int(life.chance() * len(posts))]
        life.post_since = since
