"""Codes of units for national ones, as the pages list them; no person in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from sync.store.queries import named_query


@dataclass(frozen=True, slots=True)
class MappingLine:
    """A unit's code for a national one, how many records it concerns, what became of it."""

    mapping_id: int
    unit_code: str
    code_list: str
    local_code: str
    national_code: str
    reason: str
    state: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    name_vi: str
    name_en: str
    record_count: int


def list_mappings(
    conn: Connection, rules: Mapping[str, str], before: int | None, row_count: int
) -> list[MappingLine]:
    """Those the viewer may see, waiting ones first, newest first. `rules`: rule → code list."""
    rows = conn.execute(
        named_query("desk/mappings"),
        {
            "rules": list(rules),
            "lists": list(rules.values()),
            "before": before,
            "row_count": row_count,
        },
    )
    return [MappingLine(**row) for row in rows.mappings()]
