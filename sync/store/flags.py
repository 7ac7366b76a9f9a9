"""Flags follow findings: one question to HR for every open finding that blocks or asks.

Set-based; the caller's transaction merged the findings, or ended what decided about them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from sqlalchemy import Connection, text

from sync.contract.record import all_fields
from sync.model.value_key import ValueKey
from sync.store.queries import run_named


@dataclass(frozen=True, slots=True)
class Following:
    """What following needs to know of one check; `rules`: codes of all rules there are."""

    snapshot_ids: Sequence[int]
    rules: Sequence[str]
    zone: str
    now: datetime

    def values(self) -> dict[str, object]:
        """Bound values of the statements."""
        return {
            "snapshot_ids": list(self.snapshot_ids),
            "rules": list(self.rules),
            "zone": self.zone,
            "now": self.now,
        }


def follow_old(conn: Connection, following: Following) -> None:
    """Flags of findings that moved or were closed, for the records that were read."""
    conn.execute(text("ANALYZE staging.overlay"))
    for name in ("1_moved", "2_closed"):
        run_named(conn, f"flags/{name}", following.values())


def list_days(conn: Connection, following: Following) -> list[date]:
    """Days since which findings without a flag have been asked."""
    return list(run_named(conn, "flags/3_days", following.values()).scalars())


def add_new(conn: Connection, following: Following, dues: Mapping[date, date]) -> int:
    """A flag for every finding without one, due as its day says; how many."""
    values = {**following.values(), "days": list(dues), "dues": list(dues.values())}
    return int(run_named(conn, "flags/4_new", values).rowcount)


def close_gone(conn: Connection, unit_code: str, now: datetime) -> int:
    """Flags about records that no longer come; how many."""
    values = {"unit_code": unit_code, "now": now}
    return int(run_named(conn, "flags/5_gone", values).rowcount)


def ask_again(conn: Connection, unit_code: str, key: ValueKey, now: datetime) -> int:
    """Flags whose decision fell away or did not answer them are open again; how many."""
    lists = {f.code: f.code_list for f in all_fields() if f.code_list}
    values = {
        "unit_code": unit_code,
        "now": now,
        "inner": key.inner,
        "outer": key.outer,
        "code_lists": orjson.dumps(lists).decode(),
    }
    return int(run_named(conn, "flags/6_asked_again", values).rowcount)
