"""The whole wave without Airflow: the same verbs in the same order."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from sync.logs import log_failure
from sync.model.errors import SyncError
from sync.services import admit, check, measure, pull, read, settle, wave
from sync.services.context import Clock, database_of, utc_now
from sync.store import ledger
from sync.store.database import Database

LOGGER = logging.getLogger(__name__)
PULLS_AT_ONCE = 4
Progress = Callable[[str, int, int], None]


def run_wave(
    *,
    unit_code: str | None = None,
    db: Database | None = None,
    clock: Clock = utc_now,
    progress: Progress = lambda step, done, of: None,
) -> dict[str, Any]:
    """Pull, read, check, admit, settle, measure; wave_key, outcomes and admitted counts.

    Raises:
        IncompleteWaveError: as in Airflow, for reasons that are ours.
    """
    database = db or database_of()
    wave_key = f"cli {clock().isoformat()}"
    due = wave.list_due_units(wave_key, "cli", only=unit_code, db=database, clock=clock)
    if unit_code is not None and not due:
        raise SyncError(
            f"Unit {unit_code} is not due: it has no active source in the registry."
        )
    _pull_all(due, wave_key, database, clock, progress)
    staged = read.read_sealed_snapshots(wave_key, db=database, clock=clock)
    progress("read", staged, staged)
    ready = check.check_read_snapshots(wave_key, db=database, clock=clock)
    progress("check", len(ready), len(ready))
    results = []
    for number, snapshot in enumerate(ready, 1):
        results += _admit(int(snapshot["snapshot_id"]), database, clock)
        progress("admit", number, len(ready))
    settle.settle_claims(wave_key, db=database, clock=clock)
    measure.measure_units(wave_key, db=database, clock=clock)
    wave.raise_if_incomplete(wave_key, db=database, clock=clock)
    with database.transaction() as conn:
        kept = ledger.count_kept(conn, wave_key)
    return {
        "wave_key": wave_key,
        "kept": kept,
        "staged": staged,
        "outcomes": wave.count_outcomes(wave_key, db=database),
        "admitted": [result for result in results if result["outcome"] == "admitted"],
    }


def _admit(snapshot_id: int, database: Database, clock: Clock) -> list[dict[str, int | str]]:
    """Admit; what became stale is left to the next wave, what failed to the verdict."""
    try:
        return [admit.admit_snapshot(snapshot_id, db=database, clock=clock)]
    except SyncError as error:
        log_failure(LOGGER, "admit_failed", error)
        return []  # its unit stays unfinished; the others must not wait for it


def _pull_all(
    due: list[str],
    wave_key: str,
    database: Database,
    clock: Clock,
    progress: Progress,
) -> None:
    """Pull several units side by side; a source's failure is its outcome, not ours."""

    with ThreadPoolExecutor(PULLS_AT_ONCE) as pool:
        pulls = [
            pool.submit(pull.pull_unit, code, wave_key, db=database, clock=clock)
            for code in due
        ]
        for number, done in enumerate(as_completed(pulls), 1):
            progress("pull", number, len(due))
            error = done.exception()
            if error and not isinstance(error, SyncError):
                log_failure(
                    LOGGER, "pull_failed", error
                )  # its unit stays due: the verdict is red


def finish_snapshot(
    snapshot_id: int, *, db: Database | None = None, clock: Clock = utc_now
) -> dict[str, int | str]:
    """Read, check and admit one snapshot that a person released, then settle and measure."""
    database = db or database_of()
    wave_key = f"release {snapshot_id} {clock().isoformat()}"
    wave.list_due_units(wave_key, "release", only="", db=database, clock=clock)
    read.read_sealed_snapshots(wave_key, db=database, clock=clock)
    check.check_read_snapshots(wave_key, db=database, clock=clock)
    result = admit.admit_snapshot(snapshot_id, db=database, clock=clock)
    settle.settle_claims(wave_key, db=database, clock=clock)
    measure.measure_units(wave_key, db=database, clock=clock)
    return result
