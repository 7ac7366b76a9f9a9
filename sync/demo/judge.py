"""Whether a demo wave went as it should: the pretend country knows which units must fail."""

from collections.abc import Iterable, Mapping

from sync.demo.units import Fault, PretendUnit
from sync.model.states import Outcome
from sync.store.facts import UnitWave

EXPECTED: Mapping[Fault, Outcome] = {
    Fault.NONE: Outcome.ADMITTED,
    Fault.SLOW: Outcome.ADMITTED,
    Fault.DOWN: Outcome.UNAVAILABLE,
    Fault.EXPIRED: Outcome.REJECTED,
    Fault.EMPTY: Outcome.HELD,
}
CLASSES = ("added", "changed", "unchanged", "quarantined", "waiting", "unreadable", "duplicate")


def list_surprises(
    units: Iterable[PretendUnit], waves: Mapping[str, UnitWave | None]
) -> list[str]:
    """What did not go as the country meant it, one sentence a unit; empty if all did."""
    found = [(unit, _surprise(unit, waves.get(unit.unit_code))) for unit in units]
    return [f"{unit.unit_code}: {sentence}." for unit, sentence in found if sentence]


def _surprise(unit: PretendUnit, wave: UnitWave | None) -> str:
    if wave is None:
        return "the wave left no figures of it"
    wanted = EXPECTED[unit.fault]
    if wave.outcome != wanted:
        return f"{wave.outcome} where {wanted} was expected ({wave.reason_en or 'no reason'})"
    if wanted is not Outcome.ADMITTED:
        return ""
    counts = [getattr(wave, name) for name in CLASSES]
    if wave.received is None or None in counts:
        return "admitted without complete accounting"
    if sum(counts) != wave.received:
        return f"{wave.received} received, but the classes add up to {sum(counts)}"
    return ""
