"""The table of units: its columns, its order, its totals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sync.portal.places import letter_order
from sync.portal.speech import Speech
from sync.store.facts import UnitDay

ASCENDING = "asc"
DESCENDING = "desc"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `counts` gives its number, `explained` the anchor of its definition."""

    key: str
    explained: str
    counts: Callable[[UnitDay], int | None] | None = None


COLUMNS = (
    Column("name", "denominator"),
    Column("level", "levels"),
    Column("present", "present", lambda unit: unit.present),
    Column("expected", "expected", lambda unit: unit.expected),
    Column("completeness", "completeness"),
    Column("announced", "announced", lambda unit: unit.announced),
    Column("received", "received", lambda unit: unit.received),
    Column("live", "live", lambda unit: unit.live),
    Column("stale", "stale", lambda unit: unit.stale),
    Column("quarantined", "quarantined", lambda unit: unit.quarantined),
    Column("waiting", "waiting", lambda unit: unit.waiting),
    Column("blocking", "findings", lambda unit: unit.blocking_findings),
    Column("other", "findings", lambda unit: unit.other_findings),
    Column("waived", "waived", lambda unit: unit.waived_findings),
    Column("last", "last"),
)
COLUMN_KEYS = frozenset(column.key for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class Order:
    """How the table is sorted."""

    key: str = "level"
    direction: str = DESCENDING

    @classmethod
    def wanted(cls, key: str, direction: str) -> "Order":
        """The order of an address; what is not a column or a direction is the usual order."""
        if key not in COLUMN_KEYS:
            return cls()
        return cls(key, DESCENDING if direction == DESCENDING else ASCENDING)

    def aria(self, key: str) -> str:
        """The word of `aria-sort` for a column."""
        if key != self.key:
            return "none"
        return "descending" if self.direction == DESCENDING else "ascending"

    def turned(self, key: str) -> str:
        """The direction a column's link gives: names rise first, figures fall first."""
        if key == self.key:
            return ASCENDING if self.direction == DESCENDING else DESCENDING
        return ASCENDING if key == "name" else DESCENDING


def in_order(units: Sequence[UnitDay], order: Order, speech: Speech) -> list[UnitDay]:
    """The units sorted; equals by name, the unknown always last."""
    named = sorted(units, key=lambda unit: letter_order(speech.of(unit, "name")))
    known = [unit for unit in named if sort_value(unit, order.key, speech) is not None]
    unknown = [unit for unit in named if sort_value(unit, order.key, speech) is None]
    known.sort(
        key=lambda unit: sort_value(unit, order.key, speech),
        reverse=order.direction == DESCENDING,
    )
    return known + unknown


def sort_value(unit: UnitDay, key: str, speech: Speech) -> Any:  # noqa: ANN401 - by column
    """What a unit is sorted by in one column; None where it is not known."""
    if key == "name":
        return letter_order(speech.of(unit, "name"))
    if key == "level":
        return (unit.level, completeness(unit) or 0.0)
    if key == "completeness":
        return completeness(unit)
    if key == "last":
        return unit.last_success_at
    counts = next(column.counts for column in COLUMNS if column.key == key)
    return counts(unit) if counts else None


def completeness(unit: UnitDay) -> float | None:
    """Present out of expected; None where either is unknown."""
    if unit.present is None or not unit.expected:
        return None
    return unit.present / unit.expected


def totals(units: Sequence[UnitDay]) -> dict[str, int]:
    """The sum of each counted column; what is not shown is not summed."""
    return {
        column.key: sum(column.counts(unit) or 0 for unit in units)
        for column in COLUMNS
        if column.counts
    }
