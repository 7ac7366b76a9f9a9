"""What is proved of each unit, and the fact tables that pages read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from sync.store.queries import named_query


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit's evidence at one instant; counts are people or documents, `at` instants are
    UTC."""

    unit_code: str
    name_vi: str
    name_en: str
    kind: str
    is_restricted: bool
    expected: int | None
    has_source: bool
    announced: int | None
    received: int | None
    live: int
    stale: int
    quarantined: int
    unreadable: int
    waiting: int
    blocking_findings: int
    other_findings: int
    last_success_at: datetime | None
    admitted_received: int | None
    admitted_sealed_at: datetime | None
    admitted_figures: Mapping[str, Any] | None
    digests_agree: bool
    is_held: bool
    is_rejected: bool
    answer_reason_code: str
    answer_figures: Mapping[str, Any]
    failed_reason_code: str
    failed_figures: Mapping[str, Any]


def list_standings(conn: Connection, as_of: date, at: datetime) -> list[Standing]:
    """Evidence of every unit valid on a day, as known at an instant."""
    rows = conn.execute(named_query("unit_standing"), {"as_of": as_of, "at": at})
    return [Standing(**row) for row in rows.mappings()]


def replace_unit_days(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write one day's figures; measuring again replaces them."""
    columns = list(rows[0])
    conn.execute(
        text("DELETE FROM facts.unit_day WHERE as_of = :as_of"), {"as_of": rows[0]["as_of"]}
    )
    conn.execute(
        text(
            f"INSERT INTO facts.unit_day ({', '.join(columns)})"
            f" VALUES ({', '.join(':' + name for name in columns)})"
        ),
        list(rows),
    )


def set_headline(conn: Connection, values: Mapping[str, Any]) -> None:
    """Write one day's two ratios, both numbers of each."""
    conn.execute(
        text(
            "INSERT INTO facts.headline (as_of, connected_count, synchronised_count,"
            " unit_count, measured_at, is_recomputed)"
            " VALUES (:as_of, :connected_count, :synchronised_count, :unit_count, :measured_at,"
            " :is_recomputed)"
            " ON CONFLICT (as_of) DO UPDATE SET connected_count = excluded.connected_count,"
            " synchronised_count = excluded.synchronised_count, unit_count ="
            " excluded.unit_count,"
            " measured_at = excluded.measured_at, is_recomputed = excluded.is_recomputed"
        ),
        dict(values),
    )


def replace_unit_waves(
    conn: Connection, wave_key: str, sentences: Mapping[str, tuple[str, str]]
) -> None:
    """Write how each unit fared in a wave; `sentences` by unit code, Vietnamese and English."""
    conn.execute(named_query("fill_unit_wave"), {"wave_key": wave_key})
    if sentences:
        conn.execute(
            text(
                "UPDATE facts.unit_wave SET reason_vi = :vi, reason_en = :en"
                " WHERE wave_key = :wave_key AND unit_code = :unit_code"
            ),
            [
                {"wave_key": wave_key, "unit_code": unit_code, "vi": vi, "en": en}
                for unit_code, (vi, en) in sentences.items()
            ],
        )


def replace_causes(conn: Connection, as_of: date, known_at: datetime, *, is_past: bool) -> None:
    """Write which rules are broken nationwide on a day, as known at an instant; measuring again
    replaces them."""
    conn.execute(text("DELETE FROM facts.cause_day WHERE as_of = :as_of"), {"as_of": as_of})
    bound = {"as_of": as_of, "known_at": known_at, "is_past": is_past}
    conn.execute(named_query("committee/cause_day"), bound)


def list_missing_days(
    conn: Connection, before: date, *, zone: str, row_limit: int
) -> tuple[list[date], int]:
    """The newest days without figures since the first ledger entry, and how many there are."""
    bound = {"before": before, "zone": zone, "row_limit": row_limit}
    rows = conn.execute(named_query("committee/missing_days"), bound).all()
    return [row.as_of for row in rows], rows[0].missing_count if rows else 0
