"""States and the moves between them; the tables are the documentation."""

from collections.abc import Mapping
from enum import StrEnum

from sync.model.errors import IllegalTransitionError


class SnapshotState(StrEnum):
    """Where one answer of one source stands."""

    SEALED = "sealed"  # whole and immutable, waiting to be read and checked
    CHECKED = "checked"  # read and checked, waiting to be admitted
    HELD = "held"  # a brake stopped it; a person decides
    RELEASED = "released"  # a person let it through; waiting to be read again and admitted
    ADMITTED = "admitted"
    REJECTED = "rejected"  # a person returned it to the unit
    SUPERSEDED = "superseded"  # a newer answer of the source exists
    FAILED = "failed"  # not a whole answer; nothing of it was kept


NEXT_SNAPSHOT_STATES: Mapping[SnapshotState, frozenset[SnapshotState]] = {
    SnapshotState.SEALED: frozenset(
        {
            SnapshotState.CHECKED,
            SnapshotState.HELD,
            SnapshotState.SUPERSEDED,
            SnapshotState.FAILED,
        }
    ),
    SnapshotState.CHECKED: frozenset(
        {
            SnapshotState.SEALED,  # stale: its basis changed, so it is read again
            SnapshotState.ADMITTED,
            SnapshotState.HELD,
            SnapshotState.SUPERSEDED,
            SnapshotState.FAILED,
        }
    ),
    SnapshotState.HELD: frozenset(
        {SnapshotState.RELEASED, SnapshotState.REJECTED, SnapshotState.SUPERSEDED}
    ),
    SnapshotState.RELEASED: frozenset(
        {
            SnapshotState.RELEASED,  # read and checked again, still released
            SnapshotState.HELD,  # another brake than the released one
            SnapshotState.ADMITTED,
            SnapshotState.SUPERSEDED,
            SnapshotState.FAILED,
        }
    ),
    SnapshotState.ADMITTED: frozenset(),
    SnapshotState.REJECTED: frozenset(),
    SnapshotState.SUPERSEDED: frozenset(),
    SnapshotState.FAILED: frozenset(),
}


def check_move(snapshot_id: int, state: SnapshotState, wanted: SnapshotState) -> None:
    """Let an allowed move pass.

    Raises:
        IllegalTransitionError: names the states that are possible.
    """
    allowed = NEXT_SNAPSHOT_STATES[state]
    if wanted not in allowed:
        raise IllegalTransitionError(f"Snapshot {snapshot_id}", state, wanted, allowed)


class DossierState(StrEnum):
    """Where the register stands with one unit's record of a person."""

    LIVE = "live"  # serving, and this unit holds the dossier
    WAITING = "waiting"  # claimed by several units and not decided for this one
    ENDED = "ended"  # retired, left, transferred, dismissed or deceased, by the source's word
    ABSENT = "absent"  # gone from a complete answer


class DocumentClass(StrEnum):
    """The one class of every received document (ARCHITECTURE section 6)."""

    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    WAITING = "waiting"
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class DocumentProblem(StrEnum):
    """What a connector saw in a document before anybody read it."""

    NO_KEY = "no_key"
    NUL = "nul"  # \u0000, which JSONB refuses
    REPEATED_KEY = "repeated_key"  # JSONB would keep the last one only
    SECRET_FIELD = "secret_field"  # noqa: S105 - a problem, not a password; sent on the plain channel; dropped
    NOT_JSON = "not_json"  # refused by the database as JSON


class Effect(StrEnum):
    """What a finding of a rule does."""

    BLOCK = "block"
    HOLD = "hold"
    CASE = "case"
    ASK = "ask"
    COUNT = "count"


class Outcome(StrEnum):
    """How one unit fared in one wave."""

    DUE = "due"  # not pulled yet
    PULLED = "pulled"
    UNAVAILABLE = "unavailable"  # its source's reason
    REJECTED = "rejected"  # its source's reason
    UNREADABLE = "unreadable"  # its source's reason
    FAILED = "failed"  # ours
    HELD = "held"
    STALE = "stale"  # its basis changed between check and admit; the next wave reads it again
    SUPERSEDED = "superseded"  # a wave at the same time brought a newer answer; that one counts
    ADMITTED = "admitted"


SOURCE_REASONS = frozenset({Outcome.UNAVAILABLE, Outcome.REJECTED, Outcome.UNREADABLE})


class Level(StrEnum):
    """The evidence ladder; members are in rising order."""

    REGISTERED = "registered"
    REACHABLE = "reachable"
    CONFORMANT = "conformant"
    RECONCILED = "reconciled"
    COMPLETE = "complete"
    CURRENT = "current"

    @property
    def number(self) -> int:
        """0..5."""
        return list(Level).index(self)
