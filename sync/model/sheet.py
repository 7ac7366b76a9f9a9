"""What is said of each cell that comes back in a sheet, and where its upload stands."""

from collections.abc import Mapping
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of a changed cell; all but ACCEPTED stay out."""

    ACCEPTED = "accepted"  # a correction can be proposed
    CONFLICT = "conflict"  # the source says something newer than what was exported
    BREAKS_RULE = "breaks_rule"
    UNREADABLE = "unreadable"  # no value of this kind of field
    IN_FORCE = "in_force"  # a correction waits or holds there
    MOVED_ON = "moved_on"
    NO_PLACE = "no_place"  # no such record of the unit, field or row
    NOT_ASKED = "not_asked"  # a cell that was none of its row
    FORMULA = "formula"
    SPOILT = "spoilt"  # the hidden part of its row was changed
    TWICE = "twice"


class DraftState(StrEnum):
    """Where an uploaded sheet stands; one that nobody confirms is removed after a day."""

    OPEN = "open"  # shown to who uploaded it
    CONFIRMED = "confirmed"  # its corrections were proposed, once


NEXT_DRAFT_STATES: Mapping[DraftState, frozenset[DraftState]] = {
    DraftState.OPEN: frozenset({DraftState.CONFIRMED}),
    DraftState.CONFIRMED: frozenset(),
}
