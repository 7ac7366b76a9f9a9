"""Housekeeping: what is too old to keep goes, batch by batch; what is needed stays.

Never goes: an answer that is open, the newest admitted one of each source, a document of the
present answer, one behind a dossier in any state or behind a version of one (versions are never
removed, and what they say must stay readable), and no row of landing.snapshot or of the ledger:
the figures of any past day can be computed again.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync.services.context import Clock, database_of, today, utc_now
from sync.settings import Settings, get_settings
from sync.store import housekeeping, ledger, staging
from sync.store.database import Database
from sync.store.housekeeping import OF_A_UNIT, OF_NOBODY, Cutoffs
from sync.store.locks import lock_keeping, lock_reading, try_lock_pull

COUNTED = ("answers", *OF_A_UNIT, *OF_NOBODY, "staged")
Progress = Callable[[str, int, int], None]


def _silent(step: str, done: int, of: int) -> None:
    """Nobody watches."""


def list_units(*, db: Database | None = None) -> list[str]:
    """Codes of the units to tidy, sorted."""
    with (db or database_of()).transaction() as conn:
        return housekeeping.list_units(conn)


def tidy(
    *,
    is_dry: bool = False,
    db: Database | None = None,
    clock: Clock = utc_now,
    progress: Progress = _silent,
) -> dict[str, int]:
    """Tidy every unit and what belongs to none; rows removed (or, dry, to be removed) by kind.

    `waiting`: units whose documents wait for the next time, because a pull is under way.
    """
    database = db or database_of()
    units = list_units(db=database)
    totals = dict.fromkeys((*COUNTED, "waiting"), 0)
    for number, unit_code in enumerate(units, 1):
        if is_dry:
            found = count_unit(unit_code, db=database, clock=clock)
        else:
            found = tidy_unit(unit_code, db=database, clock=clock, progress=progress)
        for name, removed in found.items():
            totals[name] += removed
        progress("units", number, len(units))
    rest = count_rest if is_dry else tidy_rest
    return totals | rest(db=database, clock=clock)


def cutoffs_of(settings: Settings, day: date) -> Cutoffs:
    """What is too old on a day; an age is counted in whole days of the service's zone."""

    def before(days: int) -> date:
        return day - timedelta(days=days)

    def midnight(days: int) -> datetime:
        return datetime.combine(before(days), time.min, ZoneInfo(settings.timezone))

    return Cutoffs(
        answers_before=before(settings.keep_answers_days),
        daily_before=before(settings.keep_every_answer_days),
        waves_before=before(settings.keep_waves_days),
        findings_before=midnight(settings.keep_closed_findings_days),
        probes_before=midnight(settings.keep_probes_days),
        timezone=settings.timezone,
    )


def count_unit(
    unit_code: str, *, db: Database | None = None, clock: Clock = utc_now
) -> dict[str, int]:
    """What `tidy_unit` would remove; changes nothing."""
    cutoffs = cutoffs_of(get_settings(), today(clock))
    with (db or database_of()).transaction() as conn:
        answers = housekeeping.list_answers(conn, unit_code, cutoffs)
        bound = housekeeping.values(unit_code, cutoffs, answers)
        counts = {what: housekeeping.count(conn, what, bound) for what in OF_A_UNIT}
    return {"answers": len(answers.new), **counts}


def tidy_unit(
    unit_code: str,
    *,
    db: Database | None = None,
    clock: Clock = utc_now,
    progress: Progress = _silent,
) -> dict[str, int]:
    """Remove what is too old of one unit; rows by kind, and `waiting` if a pull was under way.

    Every batch is its own transaction and notes what it took: broken off anywhere, the next
    time goes on, and the ledger entry at the end names the sum.
    """
    database = db or database_of()
    cutoffs = cutoffs_of(get_settings(), today(clock))
    with database.transaction() as guard:
        lock_keeping(guard, unit_code)
        with database.transaction() as conn:
            answers = housekeeping.list_answers(conn, unit_code, cutoffs)
            housekeeping.mark_leaving(conn, answers, clock())
            housekeeping.note(conn, unit_code, "answers", len(answers.new))
        bound = housekeeping.values(unit_code, cutoffs, answers)
        counts = {"answers": len(answers.new), "waiting": 0}
        for what in OF_A_UNIT:
            removed, is_done = _remove(database, unit_code, what, bound, progress)
            counts |= {what: removed, "waiting": counts["waiting"] + (not is_done)}
        _tell(database, unit_code, clock)
    return counts


def _remove(
    database: Database, unit_code: str, what: str, bound: Mapping[str, Any], progress: Progress
) -> tuple[int, bool]:
    """All batches of one kind; a pull counts on the documents it found, so they wait for it."""
    batch = get_settings().housekeeping_batch_rows
    removed, last = 0, batch
    while last >= batch:
        with database.transaction() as conn:
            if what == "documents" and not try_lock_pull(conn, unit_code):
                return removed, False
            last = housekeeping.remove(conn, what, bound, batch)
            housekeeping.note(conn, unit_code, what, last)
        removed += last
        progress(f"{unit_code} {what}", removed, removed)
    return removed, True


def _tell(database: Database, unit_code: str, clock: Clock) -> None:
    """One ledger entry with everything that was taken since the last one, if anything was."""
    with database.transaction() as conn:
        housekeeping.mark_emptied(conn, unit_code, clock())
        taken = housekeeping.take_notes(conn, unit_code)
        if taken:
            ledger.append(
                conn,
                ledger.Entry(
                    unit_code=unit_code,
                    action="housekeeping",
                    actor=ledger.PIPELINE,
                    as_of=today(clock),
                    recorded_at=clock(),
                    figures=taken,
                ),
            )


def _bound_of_nobody(clock: Clock) -> dict[str, Any]:
    waves_before = cutoffs_of(get_settings(), today(clock)).waves_before
    return {"waves_before": waves_before, "drafts_ended": clock()}


def count_rest(*, db: Database | None = None, clock: Clock = utc_now) -> dict[str, int]:
    """What `tidy_rest` would remove; changes nothing."""
    bound = _bound_of_nobody(clock)
    with (db or database_of()).transaction() as conn:
        counts = {what: housekeeping.count(conn, what, bound) for what in OF_NOBODY}
        return {**counts, "staged": staging.count_forsaken(conn)}


def tidy_rest(*, db: Database | None = None, clock: Clock = utc_now) -> dict[str, int]:
    """Remove what belongs to no unit: steps of old waves, waves that brought nothing, uploaded
    sheets whose day passed, staging of answers that nobody will admit. After the units; rows by
    kind."""
    database = db or database_of()
    bound = _bound_of_nobody(clock)
    batch = get_settings().housekeeping_batch_rows
    counts = dict.fromkeys(OF_NOBODY, 0)
    for what in OF_NOBODY:
        last = batch
        while last >= batch:
            with database.transaction() as conn:
                last = housekeeping.remove(conn, what, bound, batch)
            counts[what] += last
    with database.transaction() as conn:
        lock_reading(conn)
        forsaken = staging.count_forsaken(conn)
        if forsaken:
            staging.clear(conn, [])
    return {**counts, "staged": forsaken}
