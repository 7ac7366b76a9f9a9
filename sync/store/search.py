"""Finding people of a unit by name, number, rule or age of a flag; no record is scanned."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, text

from sync.store.queries import named_query


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is '' or None is not asked."""

    unit_code: str
    name: str = field(default="", repr=False)
    digits: str = field(default="", repr=False)
    rule_code: str = ""
    open_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One person found, and what is still asked."""

    record_id: int
    unit_code: str
    name: str = field(repr=False)
    number: str = field(repr=False)
    record_class: str | None
    dossier_state: str | None
    is_stale: bool
    blocking: int
    to_review: int
    since: datetime | None


def list_open_rules(conn: Connection, unit_code: str) -> list[str]:
    """Codes of the rules of which something is open in a unit."""
    rows = conn.execute(
        text(
            "SELECT DISTINCT rule_code FROM quality.cause WHERE unit_code = :unit_code"
            " ORDER BY rule_code"
        ),
        {"unit_code": unit_code},
    )
    return list(rows.scalars())


def list_found(
    conn: Connection, wanted: Wanted, *, after: int | None, row_count: int
) -> list[Found]:
    """People of one of the viewer's units, by given name in Vietnamese letter order."""
    record_ids = conn.execute(
        text(
            "SELECT record_id FROM portal.search_people(:unit_code, :name, :digits, :rule_code,"
            " :open_since, :after, :row_count)"
        ),
        {
            "unit_code": wanted.unit_code,
            "name": wanted.name,
            "digits": wanted.digits,
            "rule_code": wanted.rule_code,
            "open_since": wanted.open_since,
            "after": after,
            "row_count": row_count,
        },
    ).scalars()
    rows = conn.execute(named_query("desk/found"), {"record_ids": list(record_ids)})
    return [
        Found(**{("record_class" if key == "class" else key): row[key] for key in row})
        for row in rows.mappings()
    ]
