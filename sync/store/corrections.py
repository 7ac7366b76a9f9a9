"""Corrections: proposed values, what a second officer said of them, and how they ended.

Values live here and nowhere outside schema `register`; no dataclass prints one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as hidden
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from sync.model.desk import CorrectionState, FlagState
from sync.model.errors import NotFoundError
from sync.store.queries import run_named

COLUMNS = (
    "correction_id, unit_code, record_id, group_name, row_no, field_code, flag_id, reason,"
    " state, proposed_by, proposed_at, decided_by, decided_at, decision_reason, ended_at,"
    " ended_snapshot_id, old_value, new_value"
)
Place = tuple[int, str, int, str]  # record, group, row, field


@dataclass(frozen=True, slots=True)
class Correction:
    """One proposed value and where it stands."""

    correction_id: int
    unit_code: str
    record_id: int
    group_name: str
    row_no: int
    field_code: str
    flag_id: int | None
    reason: str
    state: CorrectionState
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    ended_at: datetime | None
    ended_snapshot_id: int | None
    old_value: str | None = hidden(repr=False)
    new_value: str | None = hidden(repr=False)


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """A value to propose, with what it replaces."""

    unit_code: str
    place: Place
    flag_id: int | None
    old_hmac: bytes
    old_value: str | None = hidden(repr=False)
    new_value: str | None = hidden(repr=False)


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who moves corrections to which state, when and why."""

    state: CorrectionState
    actor: str
    now: datetime
    reason: str = ""


def list_in_force(conn: Connection, places: Sequence[Place]) -> dict[Place, tuple[int, str]]:
    """(correction, state) at those of the places where one waits or holds."""
    rows = run_named(conn, "corrections/places_in_force", columns_of(places))
    return {
        (row.record_id, row.group_name, row.row_no, row.field_code): (
            row.correction_id,
            row.state,
        )
        for row in rows
    }


def add_many(
    conn: Connection, new: Sequence[NewCorrection], reason: str, by: tuple[str, datetime]
) -> dict[Place, int]:
    """Propose; the correction at each place. `by`: who, and when."""
    values = {
        **columns_of([each.place for each in new]),
        "unit_codes": [each.unit_code for each in new],
        "flag_ids": [each.flag_id for each in new],
        "old_hmacs": [each.old_hmac for each in new],
        "old_values": [each.old_value for each in new],
        "new_values": [each.new_value for each in new],
        "reason": reason,
        "actor": by[0],
        "now": by[1],
    }
    rows = run_named(conn, "corrections/add", values)
    return {
        (row.record_id, row.group_name, row.row_no, row.field_code): row.correction_id
        for row in rows
    }


def list_by_id(
    conn: Connection, correction_ids: Sequence[int], *, for_update: bool = False
) -> list[Correction]:
    """These corrections, in order of their ids.

    Raises:
        NotFoundError: names the first that does not exist, or that this viewer may not see.
    """
    lock = " FOR UPDATE" if for_update else ""
    rows = conn.execute(
        text(
            f"SELECT {COLUMNS} FROM register.correction WHERE correction_id = ANY(:ids)"
            f" ORDER BY correction_id{lock}"
        ),
        {"ids": list(correction_ids)},
    )
    found = [_correction(row) for row in rows.mappings()]
    missing = sorted(set(correction_ids) - {each.correction_id for each in found})
    if missing:
        raise NotFoundError(
            f"There is no correction {missing[0]}: list them with cbccvc corrections list."
        )
    return found


def list_in_states(
    conn: Connection,
    unit_code: str,
    states: Sequence[CorrectionState],
    *,
    after: int = 0,
    limit: int = 50,
) -> list[Correction]:
    """One page of a unit's corrections in these states, oldest first, after one of them."""
    rows = conn.execute(
        text(
            f"SELECT {COLUMNS} FROM register.correction WHERE unit_code = :unit_code"
            " AND state = ANY(:states) AND correction_id > :after ORDER BY correction_id"
            " LIMIT :row_limit"
        ),
        {
            "unit_code": unit_code,
            "states": [str(state) for state in states],
            "after": after,
            "row_limit": limit,
        },
    )
    return [_correction(row) for row in rows.mappings()]


def decide(conn: Connection, correction_ids: Sequence[int], deciding: Deciding) -> None:
    """A second officer's word."""
    conn.execute(
        text(
            "UPDATE register.correction SET state = :state, decided_by = :actor,"
            " decided_at = :now, decision_reason = :reason WHERE correction_id = ANY(:ids)"
        ),
        {
            "ids": list(correction_ids),
            "state": str(deciding.state),
            "actor": deciding.actor,
            "now": deciding.now,
            "reason": deciding.reason,
        },
    )


def withdraw(conn: Connection, correction_ids: Sequence[int], now: datetime) -> None:
    """Taken back; who decided before stays."""
    conn.execute(
        text(
            "UPDATE register.correction SET state = 'withdrawn', ended_at = :now"
            " WHERE correction_id = ANY(:ids)"
        ),
        {"ids": list(correction_ids), "now": now},
    )


def move_flags(
    conn: Connection,
    correction_ids: Sequence[int],
    from_states: Sequence[FlagState],
    wanted: FlagState,
    now: datetime,
) -> None:
    """Flags that the corrections speak of, from these states to the next."""
    values = {
        "correction_ids": list(correction_ids),
        "from_states": [str(state) for state in from_states],
        "wanted": str(wanted),
        "now": now,
    }
    run_named(conn, "corrections/move_flags", values)


def queue_rechecks(conn: Connection, correction_ids: Sequence[int]) -> None:
    """The records concerned are read again by the next wave."""
    run_named(conn, "corrections/queue", {"correction_ids": list(correction_ids)})


def end_by_snapshot(
    conn: Connection, snapshot_id: int, unit_code: str, now: datetime
) -> Counter[str]:
    """End what an admitted answer agrees or disagrees with; how many by state."""
    values = {"snapshot_id": snapshot_id, "unit_code": unit_code, "now": now}
    return Counter(run_named(conn, "corrections/end", values).scalars())


def columns_of(places: Sequence[Place]) -> dict[str, Any]:
    """Places as bound arrays."""
    return {
        "record_ids": [place[0] for place in places],
        "groups": [place[1] for place in places],
        "row_nos": [place[2] for place in places],
        "fields": [place[3] for place in places],
    }


def _correction(row: RowMapping) -> Correction:
    return Correction(**{**row, "state": CorrectionState(row["state"])})
