"""Proposals that wait and can be decided together: of one act of proposing, or of one cause."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from sync.store.queries import run_named


@dataclass(frozen=True, slots=True)
class Lot:
    """Which proposals: those made at once with this one, or those that answer this cause."""

    unit_code: str
    lot_id: int | None = None
    rule_code: str | None = None
    cause_hmac: bytes | None = None

    def __post_init__(self) -> None:
        """A lot that names nothing would be everything that waits."""
        if self.lot_id is None and not self.rule_code:
            raise ValueError("A lot is of one act or of one cause: name it.")


@dataclass(frozen=True, slots=True)
class WaitingLot:
    """A lot as a choice: how many proposals, and who made them when, where one act did."""

    lot: Lot
    proposal_count: int
    proposed_by: str | None
    proposed_at: datetime | None
    reason: str | None = field(repr=False)


def list_lots(
    conn: Connection, unit_code: str, login: str, row_count: int
) -> Sequence[WaitingLot]:
    """The largest lots of a unit that wait for this person's word: never their own."""
    values = {"unit_code": unit_code, "login": login, "row_count": row_count}
    return [
        WaitingLot(
            Lot(unit_code, row.lot_id, row.rule_code, bytes(row.cause_hmac or b"")),
            row.proposal_count,
            row.proposed_by,
            row.proposed_at,
            row.reason,
        )
        for row in run_named(conn, "desk/waiting_lots", values)
    ]


def list_waiting_ids(conn: Connection, lot: Lot, login: str, row_count: int) -> list[int]:
    """The proposals of a lot that wait for this person's word, oldest first."""
    values = {
        "unit_code": lot.unit_code,
        "lot_id": lot.lot_id,
        "rule_code": lot.rule_code,
        "cause_hmac": lot.cause_hmac,
        "login": login,
        "row_count": row_count,
    }
    return list(run_named(conn, "desk/waiting_of_lot", values).scalars())
