"""Flags follow findings: one question to HR for every open finding that blocks or asks.

Set-based; the caller's transaction merged the findings, or ended what decided about them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from sqlalchemy import Connection, text

from sync.model.desk import FlagState
from sync.model.errors import NotFoundError
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


def ask_again(
    conn: Connection, unit_code: str, lists: Mapping[str, str], key: ValueKey, now: datetime
) -> int:
    """Flags whose decision fell away or did not answer them are open again; how many.

    `lists`: field -> its code list.
    """
    values = {
        "unit_code": unit_code,
        "now": now,
        "inner": key.inner,
        "outer": key.outer,
        "code_lists": orjson.dumps(dict(lists)).decode(),
    }
    return int(run_named(conn, "flags/6_asked_again", values).rowcount)


def count_asked(conn: Connection, unit_codes: Sequence[str]) -> None:
    """Bring the figures that pages read of these units' flags up to date."""
    for name in ("7_asked_causes", "8_folded"):
        run_named(conn, f"flags/{name}", {"unit_codes": list(unit_codes)})


@dataclass(frozen=True, slots=True)
class Flag:
    """One question to HR: where it points and where it stands."""

    flag_id: int
    unit_code: str
    record_id: int
    group_name: str
    row_no: int
    field_code: str
    rule_code: str
    effect: str
    state: FlagState
    value_hmac: bytes


def list_by_id(
    conn: Connection, flag_ids: Sequence[int], *, for_update: bool = False
) -> dict[int, Flag]:
    """These flags by id.

    Raises:
        NotFoundError: names the first that does not exist, or that this viewer may not see.
    """
    lock = " FOR UPDATE" if for_update else ""
    rows = conn.execute(
        text(
            "SELECT flag_id, unit_code, record_id, group_name, row_no, field_code, rule_code,"
            " effect, state, value_hmac FROM quality.flag WHERE flag_id = ANY(:ids)"
            f" ORDER BY flag_id{lock}"
        ),
        {"ids": list(flag_ids)},
    )
    found = {
        row["flag_id"]: Flag(
            **{
                **row,
                "state": FlagState(row["state"]),
                "value_hmac": bytes(row["value_hmac"]),
            }
        )
        for row in rows.mappings()
    }
    missing = sorted(set(flag_ids) - found.keys())
    if missing:
        raise NotFoundError(
            f"There is no flag {missing[0]}: list them with cbccvc flags list --unit."
        )
    return found


def units_of(conn: Connection, record_ids: Sequence[int]) -> dict[int, str]:
    """Unit by record, of the records that the units' present answers hold."""
    rows = conn.execute(
        text("SELECT record_id, unit_code FROM landing.present WHERE record_id = ANY(:ids)"),
        {"ids": list(record_ids)},
    )
    return {row.record_id: row.unit_code for row in rows}
