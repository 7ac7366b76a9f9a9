"""Claims of several units on one person: who holds the dossier, and which cases stay open."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from sync.store.queries import named_query


def list_contested_units(conn: Connection) -> list[str]:
    """Units to lock before anything is decided, in code order."""
    return list(conn.execute(named_query("claims/contested_units")).scalars())


def decide(conn: Connection, unit_codes: Sequence[str], now: datetime) -> Counter[str]:
    """Give persons without a holder to a claimant where the rule names one; gained per unit.

    Only between units that the caller has locked: whoever became party meanwhile waits.
    """
    values = {"now": now, "unit_codes": list(unit_codes)}
    return Counter(conn.execute(named_query("claims/decide"), values).scalars())


def keep_cases(conn: Connection, now: datetime) -> tuple[int, int]:
    """Open a case for every contested person, close those that are over; (open, closed now)."""
    conn.execute(named_query("claims/open_cases"), {"now": now})
    closed = conn.execute(named_query("claims/close_cases"), {"now": now}).rowcount
    still_open: int = conn.execute(
        text("SELECT count(*) FROM quality.conflict_case WHERE state = 'open'")
    ).scalar_one()
    return still_open, int(closed)
