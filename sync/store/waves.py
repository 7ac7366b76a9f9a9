"""Waves: one run over all due units, and how each unit fared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text

from sync.model.states import Outcome


@dataclass(frozen=True, slots=True)
class WaveUnit:
    """How one unit fared in one wave; the reason is a code and its numbers."""

    unit_code: str
    outcome: Outcome
    reason_code: str
    figures: Mapping[str, Any]
    snapshot_id: int | None


def open_wave(
    conn: Connection, wave_key: str, trigger: str, as_of: date, started_at: datetime
) -> None:
    """Begin a wave; again is nothing."""
    conn.execute(
        text(
            "INSERT INTO landing.wave (wave_key, trigger, as_of, started_at)"
            " VALUES (:wave_key, :trigger, :as_of, :started_at) ON CONFLICT (wave_key) DO"
            " NOTHING"
        ),
        {"wave_key": wave_key, "trigger": trigger, "as_of": as_of, "started_at": started_at},
    )


def set_run(conn: Connection, wave_key: str, run_id: str) -> None:
    """Airflow's name of the run; once the task ran again it is the same."""
    conn.execute(
        text("UPDATE landing.wave SET run_id = :run_id WHERE wave_key = :wave_key"),
        {"wave_key": wave_key, "run_id": run_id},
    )


def get_as_of(conn: Connection, wave_key: str) -> date:
    """The day the wave's data speak of."""
    found: date = conn.execute(
        text("SELECT as_of FROM landing.wave WHERE wave_key = :wave_key"),
        {"wave_key": wave_key},
    ).scalar_one()
    return found


def add_due_units(
    conn: Connection, wave_key: str, unit_codes: Sequence[str], at: datetime
) -> None:
    """Units this wave must ask."""
    conn.execute(
        text(
            "INSERT INTO landing.wave_unit (wave_key, unit_code, outcome, updated_at)"
            " SELECT :wave_key, unit_code, 'due', :at FROM unnest(CAST(:codes AS text[])) AS"
            " unit_code"
            " ON CONFLICT (wave_key, unit_code) DO NOTHING"
        ),
        {"wave_key": wave_key, "codes": list(unit_codes), "at": at},
    )


def set_outcome(conn: Connection, wave_key: str, unit: WaveUnit, at: datetime) -> None:
    """How the unit fares now; the latest word counts."""
    conn.execute(
        text(
            "UPDATE landing.wave_unit SET outcome = :outcome, reason_code = :reason_code,"
            " figures = CAST(:figures AS jsonb), snapshot_id = coalesce(:snapshot_id,"
            " snapshot_id),"
            " updated_at = :at WHERE wave_key = :wave_key AND unit_code = :unit_code"
        ),
        {
            "wave_key": wave_key,
            "unit_code": unit.unit_code,
            "outcome": str(unit.outcome),
            "reason_code": unit.reason_code,
            "figures": orjson.dumps(dict(unit.figures)).decode(),
            "snapshot_id": unit.snapshot_id,
            "at": at,
        },
    )


def supersede_outcomes(
    conn: Connection, snapshot_ids: Sequence[int], outcome: tuple[Outcome, str], at: datetime
) -> None:
    """Waves that still wait for these answers wait no more; `outcome` with its reason."""
    conn.execute(
        text(
            "UPDATE landing.wave_unit SET outcome = :outcome, reason_code = :reason_code,"
            " figures = '{}', updated_at = :at WHERE snapshot_id = ANY(:ids)"
            " AND outcome IN ('pulled', 'stale')"
        ),
        {
            "ids": list(snapshot_ids),
            "outcome": str(outcome[0]),
            "reason_code": outcome[1],
            "at": at,
        },
    )


def list_units(conn: Connection, wave_key: str) -> list[WaveUnit]:
    """Every unit of a wave, by code."""
    rows = conn.execute(
        text(
            "SELECT unit_code, outcome, reason_code, figures, snapshot_id FROM"
            " landing.wave_unit"
            " WHERE wave_key = :wave_key ORDER BY unit_code"
        ),
        {"wave_key": wave_key},
    )
    return [
        WaveUnit(**dict(row) | {"outcome": Outcome(row["outcome"])}) for row in rows.mappings()
    ]


def finish_step(conn: Connection, wave_key: str, step: str, at: datetime) -> None:
    """Remember that read, check, settle or measure came to its end."""
    conn.execute(
        text(
            "INSERT INTO landing.wave_step (wave_key, step, finished_at) VALUES (:wave_key,"
            " :step, :at)"
            " ON CONFLICT (wave_key, step) DO UPDATE SET finished_at = excluded.finished_at"
        ),
        {"wave_key": wave_key, "step": step, "at": at},
    )


def list_finished_steps(conn: Connection, wave_key: str) -> set[str]:
    """Steps of this wave that came to their end."""
    return set(
        conn.execute(
            text("SELECT step FROM landing.wave_step WHERE wave_key = :wave_key"),
            {"wave_key": wave_key},
        ).scalars()
    )


def finish_wave(conn: Connection, wave_key: str, at: datetime) -> None:
    """The wave is over."""
    conn.execute(
        text("UPDATE landing.wave SET finished_at = :at WHERE wave_key = :wave_key"),
        {"wave_key": wave_key, "at": at},
    )


def list_touched(conn: Connection, wave_key: str) -> list[str]:
    """This wave, and earlier ones whose units fared otherwise since it began (late,"
    " released)."""
    return list(
        conn.execute(
            text(
                "SELECT DISTINCT wu.wave_key FROM landing.wave AS w JOIN landing.wave_unit AS"
                " wu"
                " ON wu.wave_key = w.wave_key OR wu.updated_at >= w.started_at"
                " WHERE w.wave_key = :wave_key"
            ),
            {"wave_key": wave_key},
        ).scalars()
    )
