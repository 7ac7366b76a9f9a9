"""What the committee's page shows, worked out of facts. Pure: no request, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sync.portal.places import CENTRAL_KINDS, LOCAL_KINDS, TILE_POSITIONS, letter_order
from sync.portal.speech import Speech
from sync.store.facts import Claim, Contact, Headline, UnitDay, UnitWave

SYNCHRONISED_LEVEL = 3
TOP_LEVEL = 5
HIDDEN: dict[str, Any] = dict.fromkeys(
    (
        "expected",
        "announced",
        "received",
        "live",
        "stale",
        "quarantined",
        "waiting",
        "blocking_findings",
        "other_findings",
        "waived_findings",
    )
)

HIDDEN_OF_WAVE: dict[str, Any] = dict.fromkeys(
    (
        "received",
        "added",
        "changed",
        "unchanged",
        "quarantined",
        "waiting",
        "unreadable",
        "duplicate",
        "live_after",
    )
)


@dataclass(frozen=True, slots=True)
class Change:
    """One ratio then, and how far it is from now: in units, or in points if the whole moved."""

    since: date
    count: int
    of: int
    difference: float
    is_points: bool


@dataclass(frozen=True, slots=True)
class Ratio:
    """A headline ratio with both numbers, its changes and what others claimed."""

    key: str
    count: int
    of: int
    month: Change | None
    year: Change | None
    claim: Claim | None
    claimed_count: int | None


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Units that miss their next level for the same reason."""

    level: int
    sentence: str
    units: tuple[UnitDay, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """The units of one day, in the blocks of the page."""

    tiles: tuple[tuple[UnitDay, tuple[int, int]], ...]
    elsewhere: tuple[UnitDay, ...]
    central: tuple[tuple[str, tuple[UnitDay, ...]], ...]
    level_counts: tuple[int, ...]


def as_seen(unit: UnitDay, *, is_signed_in: bool) -> UnitDay:
    """The unit as this reader may see it: headcounts of restricted units need a sign-in.

    The sentence of the reason may quote counts, so it goes too.
    """
    if is_signed_in or not unit.is_restricted:
        return unit
    return replace(unit, **HIDDEN, reason_vi="", reason_en="")


def wave_as_seen(wave: UnitWave, unit: UnitDay) -> UnitWave:
    """The wave with no counts and no sentence where its unit's counts are hidden."""
    if unit.live is not None:
        return wave
    return replace(wave, **HIDDEN_OF_WAVE, reason_vi="", reason_en="")


def reason_of(unit: UnitDay, speech: Speech) -> str:
    """What is missing for the next level: with figures, unless they are hidden."""
    return speech.of(unit, "reason") or _general_reason(unit, speech)


def _general_reason(unit: UnitDay, speech: Speech) -> str:
    key = f"reason.{unit.reason_code}"
    return speech.say(key if speech.knows(key) else f"reason.after.{unit.level}")


def ratios_of(
    now: Headline, month: Headline | None, year: Headline | None, claims: Sequence[Claim]
) -> tuple[Ratio, Ratio]:
    """Connected and synchronised; of the claims the newest that speaks of each."""
    return (
        _ratio("connected", "connected_count", (now, month, year), claims),
        _ratio("synchronised", "synchronised_count", (now, month, year), claims),
    )


def _ratio(
    key: str,
    name: str,
    days: tuple[Headline, Headline | None, Headline | None],
    claims: Sequence[Claim],
) -> Ratio:
    now, month, year = days
    changes = [change_of(now, then, name) if then else None for then in (month, year)]
    claim = next((claim for claim in claims if getattr(claim, name) is not None), None)
    return Ratio(
        key,
        getattr(now, name),
        now.unit_count,
        changes[0],
        changes[1],
        claim,
        getattr(claim, name) if claim else None,
    )


def change_of(now: Headline, then: Headline, name: str) -> Change:
    """One ratio then and its difference: in units, or in points if the whole moved."""
    count, before = getattr(now, name), getattr(then, name)
    if now.unit_count == then.unit_count or not (now.unit_count and then.unit_count):
        return Change(then.as_of, before, then.unit_count, count - before, is_points=False)
    points = 100 * (count / now.unit_count - before / then.unit_count)
    return Change(then.as_of, before, then.unit_count, round(points, 1), is_points=True)


def country_of(units: Sequence[UnitDay], speech: Speech) -> Country:
    """Tiles by place, former provinces without a place, and the central bodies by kind."""
    ordered = by_name(units, speech)
    local = [unit for unit in ordered if unit.kind in LOCAL_KINDS]
    placed = [
        (unit, TILE_POSITIONS[unit.unit_code])
        for unit in local
        if unit.unit_code in TILE_POSITIONS
    ]
    central = [
        (kind, tuple(unit for unit in ordered if unit.kind == kind)) for kind in CENTRAL_KINDS
    ]
    return Country(
        tiles=tuple(sorted(placed, key=lambda tile: (tile[1][1], tile[1][0]))),
        elsewhere=tuple(
            unit
            for unit in ordered
            if unit.kind not in CENTRAL_KINDS and unit.unit_code not in TILE_POSITIONS
        ),
        central=tuple((kind, members) for kind, members in central if members),
        level_counts=tuple(
            sum(unit.level == level for unit in units) for level in range(TOP_LEVEL + 1)
        ),
    )


def by_name(units: Iterable[UnitDay], speech: Speech) -> list[UnitDay]:
    """Units in the order of their names' letters."""
    return sorted(units, key=lambda unit: letter_order(speech.of(unit, "name")))


def worst_first(units: Iterable[UnitDay], speech: Speech) -> list[UnitDay]:
    """The lowest level first, then by name."""
    return sorted(by_name(units, speech), key=lambda unit: unit.level)


def contacts_of(contacts: Iterable[Contact]) -> dict[str, list[Contact]]:
    """Offices to turn to, by unit."""
    found: dict[str, list[Contact]] = {}
    for contact in contacts:
        found.setdefault(contact.unit_code, []).append(contact)
    return found


def reason_groups(units: Sequence[UnitDay], speech: Speech) -> list[ReasonGroup]:
    """Why units miss their next level: the lowest level first, then the most units."""
    groups: dict[tuple[int, str], list[UnitDay]] = {}
    for unit in by_name(units, speech):
        if unit.level < TOP_LEVEL:
            groups.setdefault((unit.level, unit.reason_code), []).append(unit)
    ordered = sorted(
        groups.items(), key=lambda group: (group[0][0], -len(group[1]), group[0][1])
    )
    return [
        ReasonGroup(level, _sentence(members, speech), tuple(members))
        for (level, _), members in ordered
    ]


def _sentence(members: Sequence[UnitDay], speech: Speech) -> str:
    """The sentence all units share; where their figures differ, the reason without figures."""
    own = {reason_of(unit, speech) for unit in members}
    return own.pop() if len(own) == 1 else _general_reason(members[0], speech)
