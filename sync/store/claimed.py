"""The register of figures that others announced, kept beside what is proved."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from sync.store.queries import named_query


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was announced: on which day, by whom, where it can be read, and its numbers."""

    claimed_on: date
    claim_vi: str
    claim_en: str
    connected_count: int | None
    synchronised_count: int | None
    unit_count: int | None
    stated_by: str
    source: str


def set_packaged(conn: Connection, claims: Iterable[Claimed]) -> None:
    """Bring the packaged figures up to date; what people added stays."""
    for claim in claims:
        conn.execute(named_query("committee/claim_packaged"), asdict(claim))


def add_claim(conn: Connection, claim: Claimed, recorded_by: str, recorded_at: datetime) -> int:
    """Add a figure; returns its number.

    Raises:
        DatabaseRefusedError: the same words of the same day are there already.
    """
    values = asdict(claim) | {"recorded_by": recorded_by, "recorded_at": recorded_at}
    return int(conn.execute(named_query("committee/claim_added"), values).scalar_one())


def withdraw_claim(conn: Connection, claim_id: int, withdrawn_at: datetime) -> date | None:
    """Take a figure out of the pages; the day it was announced, or None if it is not there."""
    found: date | None = conn.execute(
        text(
            "UPDATE facts.claimed SET withdrawn_at = :withdrawn_at WHERE claim_id = :claim_id"
            " AND withdrawn_at IS NULL RETURNING claimed_on"
        ),
        {"claim_id": claim_id, "withdrawn_at": withdrawn_at},
    ).scalar_one_or_none()
    return found


def is_known(conn: Connection, claim: Claimed) -> bool:
    """Whether the same words of the same day are in the register, withdrawn or not."""
    return bool(
        conn.execute(
            text(
                "SELECT EXISTS (SELECT FROM facts.claimed WHERE claimed_on = :claimed_on"
                " AND claim_en = :claim_en)"
            ),
            {"claimed_on": claim.claimed_on, "claim_en": claim.claim_en},
        ).scalar_one()
    )
