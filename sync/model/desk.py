"""People at the desk: roles, and the states of what they decide; the tables document them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sync.model.errors import IllegalTransitionError


class Role(StrEnum):
    """What an account may do; the two of HR are given for named units."""

    HR_OFFICER = "hr_officer"  # fixes records of a unit
    HR_APPROVER = "hr_approver"  # the second officer
    STEWARD = "steward"  # national: rules, code mappings
    ENGINEER = "engineer"  # runs, holds
    COMMITTEE = "committee"  # aggregates only
    AUDITOR = "auditor"  # the ledger
    ADMINISTRATOR = "administrator"  # accounts


UNIT_ROLES = frozenset({Role.HR_OFFICER, Role.HR_APPROVER})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a login and what it may do; `units` by role, '' where a role is national."""

    login: str
    grants: frozenset[tuple[Role, str]] = frozenset()

    def has(self, role: Role, unit_code: str = "") -> bool:
        """Whether the role was given, for this unit where it is one of HR."""
        return (role, unit_code) in self.grants

    @property
    def roles(self) -> frozenset[Role]:
        """Every role, wherever it holds."""
        return frozenset(role for role, _ in self.grants)

    @property
    def units(self) -> tuple[str, ...]:
        """Units whose people this actor may see, in code order."""
        return tuple(sorted({unit for role, unit in self.grants if role in UNIT_ROLES}))


class FlagState(StrEnum):
    """Where a question to HR stands."""

    OPEN = "open"  # waiting for HR
    PROPOSED = "proposed"  # a correction waits for the second officer
    APPROVED = "approved"  # approved; the next reading lays it over the source's value
    WAIVED = "waived"  # accepted until a day
    CORRECTED = "corrected"  # the overlay answered it
    FIXED = "fixed"  # the source answered it
    GONE = "gone"  # the record left, the rule did, or another value is asked about


NEXT_FLAG_STATES: Mapping[FlagState, frozenset[FlagState]] = {
    FlagState.OPEN: frozenset(
        {
            FlagState.PROPOSED,
            FlagState.WAIVED,
            FlagState.CORRECTED,
            FlagState.FIXED,
            FlagState.GONE,
        }
    ),
    FlagState.PROPOSED: frozenset(
        {
            FlagState.OPEN,
            FlagState.APPROVED,
            FlagState.CORRECTED,
            FlagState.FIXED,
            FlagState.GONE,
        }
    ),
    FlagState.APPROVED: frozenset(
        {FlagState.OPEN, FlagState.CORRECTED, FlagState.FIXED, FlagState.GONE}
    ),
    FlagState.WAIVED: frozenset(
        {FlagState.OPEN, FlagState.CORRECTED, FlagState.FIXED, FlagState.GONE}
    ),
    FlagState.CORRECTED: frozenset(),
    FlagState.FIXED: frozenset(),
    FlagState.GONE: frozenset(),
}


class CorrectionState(StrEnum):
    """Where a proposed value stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"  # an overlay, as long as the source says what it replaces
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"  # the source said something else before anybody decided
    RETIRED = "retired"  # the source agrees now
    REOPENED = "reopened"  # the source says something else again


NEXT_CORRECTION_STATES: Mapping[CorrectionState, frozenset[CorrectionState]] = {
    CorrectionState.PROPOSED: frozenset(
        {
            CorrectionState.APPROVED,
            CorrectionState.DECLINED,
            CorrectionState.WITHDRAWN,
            CorrectionState.SUPERSEDED,
        }
    ),
    CorrectionState.APPROVED: frozenset(
        {CorrectionState.RETIRED, CorrectionState.REOPENED, CorrectionState.WITHDRAWN}
    ),
    CorrectionState.DECLINED: frozenset(),
    CorrectionState.WITHDRAWN: frozenset(),
    CorrectionState.SUPERSEDED: frozenset(),
    CorrectionState.RETIRED: frozenset(),
    CorrectionState.REOPENED: frozenset(),
}


class WaiverState(StrEnum):
    """Where an accepted deviation stands."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"  # its day passed, or the value changed


NEXT_WAIVER_STATES: Mapping[WaiverState, frozenset[WaiverState]] = {
    WaiverState.ACTIVE: frozenset({WaiverState.WITHDRAWN, WaiverState.ENDED}),
    WaiverState.WITHDRAWN: frozenset(),
    WaiverState.ENDED: frozenset(),
}


class MappingState(StrEnum):
    """Where a unit's code for a national one stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


NEXT_MAPPING_STATES: Mapping[MappingState, frozenset[MappingState]] = {
    MappingState.PROPOSED: frozenset(
        {MappingState.APPROVED, MappingState.DECLINED, MappingState.WITHDRAWN}
    ),
    MappingState.APPROVED: frozenset({MappingState.WITHDRAWN}),
    MappingState.DECLINED: frozenset(),
    MappingState.WITHDRAWN: frozenset(),
}

State = TypeVar("State", bound=StrEnum)


def check_step(
    subject: str, state: State, wanted: State, table: Mapping[State, frozenset[State]]
) -> None:
    """Let an allowed move pass.

    Raises:
        IllegalTransitionError: names the states that are possible.
    """
    if wanted not in table[state]:
        raise IllegalTransitionError(subject, state, wanted, table[state])
