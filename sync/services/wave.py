"""One run over all due units: who is due, how each fared, whether the run may be green."""

from collections import Counter

from sync.model.errors import SyncError
from sync.model.states import SOURCE_REASONS, Outcome
from sync.services.context import Clock, database_of, today, utc_now
from sync.store import registry, waves
from sync.store.database import Database

STEPS = frozenset({"read", "check", "settle", "measure"})
FINISHED = frozenset({Outcome.ADMITTED, Outcome.HELD, Outcome.SUPERSEDED, *SOURCE_REASONS})


class IncompleteWaveError(SyncError):
    """The wave did not do all its work for a reason that is ours."""


def list_due_units(
    wave_key: str,
    trigger: str = "airflow",
    *,
    only: str | None = None,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> list[str]:
    """Open the wave (again is nothing) and return the codes of the units to ask, sorted."""
    with (db or database_of()).transaction() as conn:
        as_of = today(clock)
        waves.open_wave(conn, wave_key, trigger, as_of, clock())
        codes = [s.unit_code for s in registry.list_sources(conn, as_of)]
        due = [code for code in codes if only in (None, code)]
        waves.add_due_units(conn, wave_key, due, clock())
    return due


def open_run(
    wave_key: str, run_id: str, *, db: Database | None = None, clock: Clock = utc_now
) -> list[str]:
    """The same for a run of Airflow, whose name is kept: pages lead to its tasks by it."""
    due = list_due_units(wave_key, db=db, clock=clock)
    note_run(wave_key, run_id, db=db)
    return due


def note_run(wave_key: str, run_id: str, *, db: Database | None = None) -> None:
    """Keep Airflow's name of the run that a wave is."""
    with (db or database_of()).transaction() as conn:
        waves.set_run(conn, wave_key, run_id)


def raise_if_incomplete(
    wave_key: str, *, db: Database | None = None, clock: Clock = utc_now
) -> None:
    """The verdict: let a wave pass whose only gaps are its sources' own.

    Raises:
        IncompleteWaveError: a step did not finish, or a unit stands where it should not.
    """
    with (db or database_of()).transaction() as conn:
        missing = STEPS - waves.list_finished_steps(conn, wave_key)
        units = waves.list_units(conn, wave_key)
        waves.finish_wave(conn, wave_key, clock())
    if missing:
        raise IncompleteWaveError(
            f"Wave {wave_key} did not finish {', '.join(sorted(missing))}: see the log of"
            " that task."
        )
    open_units = [f"{u.unit_code} ({u.outcome})" for u in units if u.outcome not in FINISHED]
    if open_units:
        raise IncompleteWaveError(
            f"Wave {wave_key} left {len(open_units)} units unfinished for reasons of ours:"
            f" {', '.join(open_units[:10])}; see the logs of their tasks."
        )


def count_outcomes(wave_key: str, *, db: Database | None = None) -> dict[str, int]:
    """How many units stand where, for progress displays."""
    with (db or database_of()).transaction() as conn:
        return dict(Counter(str(unit.outcome) for unit in waves.list_units(conn, wave_key)))
