"""What waits for a unit's officers: counts, causes, flags; ids, codes and days, no value."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from sync.model.desk import FlagState
from sync.store.queries import run_named


@dataclass(frozen=True, slots=True)
class Counts:
    """Flags that are not closed, by state; the open ones by effect and by due day."""

    open: int
    proposed: int
    approved: int
    waived: int
    blocking: int
    to_review: int
    overdue: int
    due_today: int
    due_later: int


@dataclass(frozen=True, slots=True)
class LastDelivery:
    """The unit's last admitted answer and the flags that it closed."""

    sealed_at: datetime
    fixed: int
    corrected: int
    gone: int


@dataclass(frozen=True, slots=True)
class WaitingCause:
    """Flags that one act can answer: a rule, and the code or pattern they have in common."""

    effect: str
    rule_code: str
    group_name: str
    field_code: str
    cause_hmac: bytes
    label: str
    record_count: int
    flag_count: int
    open_count: int
    proposed_count: int
    approved_count: int
    waived_count: int
    due_on: date | None
    since: datetime


@dataclass(frozen=True, slots=True)
class WaitingFlag:
    """One question to HR."""

    flag_id: int
    unit_code: str
    record_id: int
    group_name: str
    row_no: int
    field_code: str
    rule_code: str
    effect: str
    state: FlagState
    since: datetime
    due_on: date
    cause_hmac: bytes
    label: str


@dataclass(frozen=True, slots=True)
class FlagFilter:
    """Which flags of a unit; what is None does not restrict."""

    rule_code: str | None = None
    cause_hmac: bytes | None = None
    effect: str | None = None
    states: Sequence[FlagState] | None = None
    record_id: int | None = None
    due_by: date | None = None
    since_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Where a page ended: its last flag's place in the order of the queue."""

    effect: str
    due_on: date
    flag_id: int


def count_flags(conn: Connection, unit_code: str, today: date) -> Counts:
    """How many flags of a unit wait, by state and by due day."""
    row = run_named(conn, "queue/counts", {"unit_code": unit_code, "today": today})
    return Counts(**row.mappings().one())


def find_last_delivery(conn: Connection, unit_code: str) -> LastDelivery | None:
    """The unit's last admitted answer; None before the first."""
    row = run_named(conn, "queue/last_delivery", {"unit_code": unit_code})
    found = row.mappings().one_or_none()
    return LastDelivery(**found) if found else None


def list_causes(conn: Connection, unit_code: str) -> list[WaitingCause]:
    """Causes of a unit's flags: blocking first, then by due day, then most records."""
    rows = run_named(conn, "queue/causes", {"unit_code": unit_code})
    return [WaitingCause(**_plain(row)) for row in rows.mappings()]


def list_flags(
    conn: Connection, unit_code: str, wanted: FlagFilter, after: After | None, limit: int
) -> list[WaitingFlag]:
    """One page of a unit's flags in the order in which they should be answered."""
    values = {
        **asdict(wanted),
        "states": [str(state) for state in wanted.states] if wanted.states else None,
        "unit_code": unit_code,
        "after_effect": after.effect if after else None,
        "after_due_on": after.due_on if after else None,
        "after_flag_id": after.flag_id if after else None,
        "row_limit": limit,
    }
    rows = run_named(conn, "queue/flags", values)
    return [
        WaitingFlag(**{**_plain(row), "state": FlagState(row["state"])})
        for row in rows.mappings()
    ]


def _plain(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row with any columns
    return {**row, "cause_hmac": bytes(row["cause_hmac"])}
