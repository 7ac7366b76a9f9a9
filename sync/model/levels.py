"""The evidence ladder (ARCHITECTURE section 6): the highest level below which nothing is
missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync.model.states import Level


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a level asks for; settings, never constants in a rule. Hours and ratios 0..1."""

    reachable_h: int = 24
    answer_h: int = 72
    filled_ratio: float = 0.95
    key_list_h: int = 168
    not_admitted_ratio: float = 0.05


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is proved of one unit at one instant."""

    at: datetime
    has_source: bool
    last_success_at: datetime | None
    failed: tuple[str, Mapping[str, Any]]
    answer: tuple[str, Mapping[str, Any]]
    is_held: bool
    is_rejected: bool
    admitted_at: datetime | None
    unmapped: tuple[str, ...]
    filled: int
    filled_of: int
    filled_field: str
    digests_agree: bool
    not_admitted: int
    received: int


Step = tuple[Level, str, Mapping[str, Any]]


def climb(evidence: Evidence, limits: Thresholds) -> Step:
    """The level, and the reason code with figures of what is missing for the next one."""
    steps: tuple[
        tuple[Level, Callable[[Evidence, Thresholds], tuple[str, Mapping[str, Any]]]], ...
    ] = (
        (Level.REGISTERED, _why_not_reachable),
        (Level.REACHABLE, _why_not_conformant),
        (Level.CONFORMANT, _why_not_reconciled),
    )
    for level, why_not_next in steps:
        reason, figures = why_not_next(evidence, limits)
        if reason:
            return level, reason, figures
    return Level.RECONCILED, "next_not_measured", {}


def _older(then: datetime | None, now: datetime, hours: int) -> bool:
    return then is None or now - then > timedelta(hours=hours)


def _why_not_reachable(evidence: Evidence, limits: Thresholds) -> tuple[str, Mapping[str, Any]]:
    if not evidence.has_source:
        return "no_source", {}
    if _older(evidence.last_success_at, evidence.at, limits.reachable_h):
        return (
            evidence.failed
            if evidence.failed[0]
            else ("not_reachable", {"hours": limits.reachable_h})
        )
    return "", {}


def _why_not_conformant(
    evidence: Evidence, limits: Thresholds
) -> tuple[str, Mapping[str, Any]]:
    stopped = _why_stopped(evidence)
    if stopped[0]:
        return stopped
    if _older(evidence.admitted_at, evidence.at, limits.answer_h):
        return "answer_too_old", {"hours": limits.answer_h}
    if evidence.unmapped:
        return "unmapped", {"fields": ", ".join(evidence.unmapped)}
    if evidence.filled < limits.filled_ratio * evidence.filled_of:
        return "not_filled", {
            "filled_field": evidence.filled_field,
            "filled": evidence.filled,
            "filled_of": evidence.filled_of,
        }
    return "", {}


def _why_stopped(evidence: Evidence) -> tuple[str, Mapping[str, Any]]:
    """Nothing was admitted, or the newest answer waits for a person."""
    if evidence.is_held:
        return evidence.answer if evidence.answer[0] else ("held", {})
    if evidence.is_rejected:
        return "rejected", {}
    if evidence.admitted_at is None or not evidence.received:
        return evidence.failed if evidence.failed[0] else ("never_admitted", {})
    return "", {}


def _why_not_reconciled(
    evidence: Evidence, limits: Thresholds
) -> tuple[str, Mapping[str, Any]]:
    if _older(evidence.admitted_at, evidence.at, limits.key_list_h):
        return "key_list_too_old", {"hours": limits.key_list_h}
    if not evidence.digests_agree:
        return "digest", {}
    if evidence.not_admitted > limits.not_admitted_ratio * evidence.received:
        return "too_many_blocked", {
            "blocked": evidence.not_admitted,
            "received": evidence.received,
        }
    return "", {}
