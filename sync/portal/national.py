"""Below the headline: ladder by kind, trend, timeliness. Pure: no request, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.portal.places import CENTRAL_KINDS
from sync.portal.scorecard import MONTH, WEEK, YEAR, Scorecard
from sync.portal.speech import Speech
from sync.portal.thresholds import Thresholds
from sync.portal.views import TOP_LEVEL, Change, by_name, change_of
from sync.store.facts import Headline, UnitDay

KINDS = (*CENTRAL_KINDS, "municipality", "province")
NOT_MEASURED = "next_not_measured"
WIDTH, HEIGHT = 1000, 100  # of the line's drawing: the year across, percent upwards


@dataclass(frozen=True, slots=True)
class KindRow:
    """How many units of one kind stand on each level; `key` is '' for all of them."""

    key: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Units of this kind."""
        return sum(self.counts)

    @property
    def bars(self) -> list[tuple[int, int, int]]:
        """Level, where its bar begins and how long it is, in units."""
        starts = [sum(self.counts[:level]) for level in range(len(self.counts))]
        return [
            (level, start, count)
            for level, (start, count) in enumerate(zip(starts, self.counts, strict=True))
            if count
        ]


@dataclass(frozen=True, slots=True)
class Earlier:
    """Both ratios on an earlier day, and how far they are from now."""

    key: str
    then: Headline | None
    connected: Change | None
    synchronised: Change | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Both ratios over the year before, as numbers and as lines of a drawing."""

    points: tuple[Headline, ...]
    earlier: tuple[Earlier, ...]
    connected: str
    synchronised: str

    @property
    def is_drawn(self) -> bool:
        """A line needs two points."""
        return len(self.points) > 1


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """Units last reached well longer than `after` hours ago and within `hours`."""

    key: str
    after: int
    hours: int
    units: tuple[UnitDay, ...]


@dataclass(frozen=True, slots=True)
class Timeliness:
    """How fresh the answers are, and whether timely changes are measured at all."""

    groups: tuple[AgeGroup, ...]
    is_measured: bool
    current_count: int
    unit_count: int


def ladder_of(units: Sequence[UnitDay]) -> list[KindRow]:
    """One row a kind, central bodies first, and the sum."""
    kinds = [*KINDS, *sorted({unit.kind for unit in units} - set(KINDS))]
    rows = [_kind_row(kind, [unit for unit in units if unit.kind == kind]) for kind in kinds]
    return [row for row in rows if row.total] + [_kind_row("", units)]


def _kind_row(key: str, units: Sequence[UnitDay]) -> KindRow:
    return KindRow(
        key,
        tuple(sum(unit.level == level for unit in units) for level in range(TOP_LEVEL + 1)),
    )


def trend_of(card: Scorecard) -> Trend:
    """The lines, and the comparison with a week, a month and a year before."""
    return Trend(
        points=card.trend,
        earlier=tuple(_earlier(key, card.now, card.past[key]) for key in (WEEK, MONTH, YEAR)),
        connected=_line(card.trend, "connected_count"),
        synchronised=_line(card.trend, "synchronised_count"),
    )


def _earlier(key: str, now: Headline, then: Headline | None) -> Earlier:
    if then is None:
        return Earlier(key, None, None, None)
    return Earlier(
        key,
        then,
        change_of(now, then, "connected_count"),
        change_of(now, then, "synchronised_count"),
    )


def _line(points: Sequence[Headline], name: str) -> str:
    """The points of an SVG polyline: days across, percent of the units of the day upwards."""
    if len(points) < 2:
        return ""
    first, days = points[0].as_of, (points[-1].as_of - points[0].as_of).days
    return " ".join(
        f"{WIDTH * (point.as_of - first).days / days:.1f},"
        f"{HEIGHT * (1 - getattr(point, name) / max(point.unit_count, 1)):.1f}"
        for point in points
    )


def timeliness_of(card: Scorecard, limits: Thresholds, speech: Speech) -> Timeliness:
    """Units by the age of the last success when the day was measured."""
    units = by_name(card.units, speech)
    day, days = limits.reachable_h, limits.answer_h
    hours_of = {"day": (0, day), "days": (day, days), "older": (days, 0), "never": (0, 0)}
    found: dict[str, list[UnitDay]] = {key: [] for key in hours_of}
    for unit in units:
        found[_age(unit, card.now.measured_at, limits)].append(unit)
    return Timeliness(
        groups=tuple(
            AgeGroup(key, *hours, tuple(found[key])) for key, hours in hours_of.items()
        ),
        is_measured=all(unit.reason_code != NOT_MEASURED for unit in units),
        current_count=sum(unit.level >= TOP_LEVEL for unit in units),
        unit_count=len(units),
    )


def _age(unit: UnitDay, at: datetime, limits: Thresholds) -> str:
    if unit.last_success_at is None:
        return "never"
    age = at - unit.last_success_at
    if age <= timedelta(hours=limits.reachable_h):
        return "day"
    return "days" if age <= timedelta(hours=limits.answer_h) else "older"
