"""The ledger as an auditor reads it: newest first, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Asked:
    """What an auditor filters by; empty parts ask for everything."""

    unit_code: str = ""
    action: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before_entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: who did what to which unit, with its figures."""

    entry_id: int
    recorded_at: datetime
    unit_code: str
    action: str
    actor: str
    reason_code: str
    snapshot_id: int | None
    figures: Mapping[str, Any]


WHERE = {
    "unit_code": "unit_code = :unit_code",
    "action": "action = :action",
    "actor": "actor = :actor",
    "since": "recorded_at >= :since",
    "until": "recorded_at < :until",
    "before_entry_id": "entry_id < :before_entry_id",
}


def list_entries(conn: Connection, asked: Asked, row_count: int) -> list[Entry]:
    """Entries that the role may see, newest first."""
    values = {name: getattr(asked, name) for name in WHERE}
    given = {name: value for name, value in values.items() if value not in ("", None)}
    where = " AND ".join(WHERE[name] for name in given) or "true"
    rows = conn.execute(
        text(
            "SELECT entry_id, recorded_at, unit_code, action, actor, reason_code, snapshot_id,"
            f" figures FROM ledger.entry WHERE {where} ORDER BY entry_id DESC LIMIT :row_count"
        ),
        {**given, "row_count": row_count},
    )
    return [Entry(**row._mapping) for row in rows]
