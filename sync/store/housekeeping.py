"""Takes away what is too old to keep, in batches; what it takes is counted until it is told.

Each selection in `sql/housekeeping/` is used twice, to count and to remove: a rehearsal cannot
say another number than the work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from sync.store.database import set_local
from sync.store.queries import named_query

TABLES: Mapping[str, str] = {  # in the order of removal
    "documents": "landing.document",
    "entries": "landing.snapshot_entry",
    "findings": "quality.finding",
    "probes": "registry.probe",
    "outcomes": "landing.wave_unit",
    "steps": "landing.wave_step",
    "waves": "landing.wave",
    "drafts": "register.upload_draft",
}
OF_A_UNIT = ("documents", "entries", "findings", "probes", "outcomes")
OF_NOBODY = ("steps", "waves", "drafts")


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What is older than these may go; `probes_before` and `findings_before` are midnights."""

    answers_before: date
    daily_before: date  # older: of each day only the last admitted answer
    waves_before: date
    findings_before: datetime
    probes_before: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one unit whose entries are there: ids of snapshots."""

    staying: Sequence[int]
    leaving: Sequence[int]
    new: Sequence[int]  # of the leaving ones, those nobody has marked yet


def list_units(conn: Connection) -> list[str]:
    """Units that ever had a source, by code; closed ones too."""
    return list(
        conn.execute(
            text(
                "SELECT unit_code FROM registry.source UNION"
                " SELECT unit_code FROM landing.snapshot ORDER BY unit_code"
            )
        ).scalars()
    )


def list_answers(conn: Connection, unit_code: str, cutoffs: Cutoffs) -> Answers:
    """Which answers of a unit stay and which leave."""
    rows = conn.execute(
        named_query("housekeeping/answers"),
        {
            "unit_code": unit_code,
            "answers_before": cutoffs.answers_before,
            "daily_before": cutoffs.daily_before,
        },
    ).all()
    return Answers(
        staying=[row.snapshot_id for row in rows if not row.may_leave],
        leaving=[row.snapshot_id for row in rows if row.may_leave],
        new=[row.snapshot_id for row in rows if row.may_leave and not row.is_leaving],
    )


def mark_leaving(conn: Connection, answers: Answers, now: datetime) -> None:
    """From now on nobody may replay these."""
    conn.execute(
        text(
            "UPDATE landing.snapshot SET leaving_at = :now"
            " WHERE snapshot_id = ANY(:ids) AND leaving_at IS NULL"
        ),
        {"ids": list(answers.new), "now": now},
    )


def mark_emptied(conn: Connection, unit_code: str, now: datetime) -> None:
    """The last entry of these is gone."""
    conn.execute(
        text(
            "UPDATE landing.snapshot AS s SET emptied_at = :now WHERE s.unit_code = :unit_code"
            " AND s.leaving_at IS NOT NULL AND s.emptied_at IS NULL AND NOT EXISTS"
            " (SELECT FROM landing.snapshot_entry AS e WHERE e.snapshot_id = s.snapshot_id)"
        ),
        {"unit_code": unit_code, "now": now},
    )


def values(unit_code: str, cutoffs: Cutoffs, answers: Answers) -> dict[str, Any]:
    """Everything the selections of one unit may ask for."""
    return {
        "unit_code": unit_code,
        "staying": list(answers.staying),
        "leaving": list(answers.leaving),
        "findings_before": cutoffs.findings_before,
        "probes_before": cutoffs.probes_before,
        "waves_before": cutoffs.waves_before,
        "timezone": cutoffs.timezone,
    }


def count(conn: Connection, what: str, bound: Mapping[str, Any]) -> int:
    """How many rows would go."""
    chosen = named_query(f"housekeeping/{what}").text
    return _run(conn, f"SELECT count(*) FROM ({chosen}) AS chosen", bound)


def remove(conn: Connection, what: str, bound: Mapping[str, Any], batch: int) -> int:
    """Remove one batch; how many went, fewer than `batch` when it was the last."""
    chosen = named_query(f"housekeeping/{what}").text
    return _run(
        conn,
        f"WITH gone AS (DELETE FROM {TABLES[what]} WHERE ctid = ANY (ARRAY("
        f"SELECT ctid FROM ({chosen}) AS chosen LIMIT :batch)) RETURNING 1)"
        " SELECT count(*) FROM gone",
        {**bound, "batch": batch},
    )


def _run(conn: Connection, statement: str, bound: Mapping[str, Any]) -> int:
    set_local(conn, "work_mem", "256MB")
    set_local(conn, "jit", "off")
    query = text(statement)
    wanted = set(query.compile().params)
    asked = {name: value for name, value in bound.items() if name in wanted}
    return int(conn.execute(query, asked).scalar_one())


def note(conn: Connection, unit_code: str, what: str, removed: int) -> None:
    """Count what was taken, in the transaction that took it."""
    if removed:
        conn.execute(
            text(
                "INSERT INTO landing.removal AS r (unit_code, what, removed_count)"
                " VALUES (:unit_code, :what, :removed) ON CONFLICT (unit_code, what)"
                " DO UPDATE SET removed_count = r.removed_count + excluded.removed_count"
            ),
            {"unit_code": unit_code, "what": what, "removed": removed},
        )


def take_notes(conn: Connection, unit_code: str) -> dict[str, int]:
    """What was taken from a unit since it was last told, and forget it."""
    rows = conn.execute(
        text(
            "DELETE FROM landing.removal WHERE unit_code = :unit_code"
            " RETURNING what, removed_count"
        ),
        {"unit_code": unit_code},
    )
    return {what: int(removed) for what, removed in rows}
