"""Measure: the evidence level of every unit, from the ledger, the probes and the sealed
answers."""

import logging
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sync.logs import log_event
from sync.model.levels import Evidence, Step, Thresholds, climb
from sync.model.reasons import sentence
from sync.model.states import Level
from sync.services.context import Clock, database_of, utc_now
from sync.services.flags import end_due_waivers
from sync.settings import get_settings
from sync.store import contacts, measures, waivers, waves
from sync.store.database import Database
from sync.store.locks import lock_measuring
from sync.store.measures import Standing

DAYS_A_WAVE = 31  # of days that no wave measured: a long gap must not make one wave slow

log = logging.getLogger(__name__)


def measure_units(
    wave_key: str, *, db: Database | None = None, clock: Clock = utc_now
) -> dict[str, int]:
    """Write the day's figures of all units and of this wave; returns the two numerators and
    `of`."""
    database = db or database_of()
    with database.transaction() as conn:
        as_of = waves.get_as_of(conn, wave_key)
    end_due_waivers(database, as_of, clock)
    with database.transaction() as conn:
        lock_measuring(conn)
        now = clock()
        counts = _write_day(conn, as_of, instant_of(as_of, clock), now)
        contacts.copy_to_facts(conn, as_of)
        for touched in waves.list_touched(conn, wave_key):
            sentences = {
                unit.unit_code: tuple_of_sentences(unit.reason_code, dict(unit.figures))
                for unit in waves.list_units(conn, touched)
            }
            measures.replace_unit_waves(conn, touched, sentences)
        waves.finish_step(conn, wave_key, "measure", now)
    _write_missing_days(database, as_of, clock)
    return counts


def _write_day(
    conn: Connection, as_of: date, known_at: datetime, at: datetime, *, is_past: bool = False
) -> dict[str, int]:
    """Units, headline and causes of one day; a past one from what was known then."""
    rows = unit_days(conn, as_of, known_at, at)
    counts = count_levels(rows)
    if rows:  # no unit was there yet
        measures.replace_unit_days(conn, rows)
    measures.set_headline(
        conn,
        {
            "as_of": as_of,
            "connected_count": counts["connected"],
            "synchronised_count": counts["synchronised"],
            "unit_count": counts["of"],
            "measured_at": at,
            "is_recomputed": is_past,
        },
    )
    # A wave that is measured after midnight speaks of a day that has passed, too.
    measures.replace_causes(conn, as_of, known_at, is_past=is_past or known_at < at)
    return counts


def _write_missing_days(database: Database, before: date, clock: Clock) -> None:
    """Days on which no wave measured have figures too: pages read facts, not the ledger.

    A transaction each, after the wave's own day: nobody waits for a long gap.
    """
    with database.transaction() as conn:
        days, count = measures.list_missing_days(
            conn, before, zone=get_settings().timezone, row_limit=DAYS_A_WAVE
        )
    for day in days:
        at = instant_of(day, clock)
        with database.transaction() as conn:
            lock_measuring(conn)
            _write_day(conn, day, at, at, is_past=True)
    if days:
        log_event(log, "missing_days_written", count=len(days), left=count - len(days))


def unit_days(
    conn: Connection, as_of: date, known_at: datetime, at: datetime
) -> list[dict[str, Any]]:
    """Rows of facts.unit_day for one day, as known at an instant, by unit code."""
    waived = waivers.count_in_force(conn, as_of, known_at)
    return [
        unit_day(standing, as_of, at) | {"waived_findings": waived.get(standing.unit_code, 0)}
        for standing in measures.list_standings(conn, as_of, known_at)
    ]


def instant_of(as_of: date, clock: Clock) -> datetime:
    """The end of a day, or now while the day lasts: evidence is not asked of the future."""
    zone = ZoneInfo(get_settings().timezone)
    end = datetime.combine(as_of + timedelta(days=1), time.min, zone)
    return min(end, clock())


def thresholds() -> Thresholds:
    """The ladder's limits as set."""
    settings = get_settings()
    return Thresholds(
        reachable_h=settings.level_reachable_h,
        answer_h=settings.level_answer_h,
        filled_ratio=settings.level_filled_ratio,
        key_list_h=settings.level_key_list_h,
        not_admitted_ratio=settings.level_not_admitted_ratio,
    )


def level_of(standing: Standing, at: datetime) -> Step:
    """Level, reason code and figures of one unit."""
    figures = standing.admitted_figures or {}
    evidence = Evidence(
        at=at,
        has_source=standing.has_source,
        last_success_at=standing.last_success_at,
        failed=(standing.failed_reason_code, standing.failed_figures),
        answer=(standing.answer_reason_code, standing.answer_figures),
        is_held=standing.is_held,
        is_rejected=standing.is_rejected,
        admitted_at=standing.admitted_sealed_at,
        unmapped=tuple(figures.get("unmapped", ())),
        filled=figures.get("filled", 0),
        filled_of=figures.get("filled_of", 0),
        filled_field=figures.get("filled_field", ""),
        digests_agree=standing.digests_agree,
        not_admitted=standing.quarantined + standing.waiting + standing.unreadable,
        received=standing.admitted_received or 0,
    )
    return climb(evidence, thresholds())


def unit_day(standing: Standing, as_of: date, at: datetime) -> dict[str, Any]:
    """One row of facts.unit_day."""
    level, code, figures = level_of(standing, at)
    vi, en = tuple_of_sentences(code, dict(figures))
    return {
        "as_of": as_of,
        "unit_code": standing.unit_code,
        "name_vi": standing.name_vi,
        "name_en": standing.name_en,
        "kind": standing.kind,
        "is_restricted": standing.is_restricted,
        "level": level.number,
        "level_name": str(level),
        "expected": standing.expected,
        "announced": standing.announced,
        "received": standing.received,
        "live": standing.live,
        "stale": standing.stale,
        "quarantined": standing.quarantined,
        "waiting": standing.waiting,
        "blocking_findings": standing.blocking_findings,
        "other_findings": standing.other_findings,
        "last_success_at": standing.last_success_at,
        "reason_code": code,
        "reason_vi": vi,
        "reason_en": en,
        "measured_at": at,
    }


def tuple_of_sentences(code: str, figures: dict[str, Any]) -> tuple[str, str]:
    """A reason in Vietnamese and English."""
    return sentence(code, figures, english=False), sentence(code, figures, english=True)


def count_levels(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Both national numerators and their denominator: the units valid on the day."""
    return {
        "connected": sum(row["level"] >= Level.REACHABLE.number for row in rows),
        "synchronised": sum(row["level"] >= Level.RECONCILED.number for row in rows),
        "of": len(rows),
    }
