"""Reconcile: hash every typed row of the register again and compare with what was read."""

from typing import Any

from sync.services.context import Clock, database_of, today, utc_now
from sync.store import admission, ledger, registry, staging
from sync.store.database import Database
from sync.store.locks import lock_unit


def reconcile_units(
    unit_code: str | None = None, *, db: Database | None = None, clock: Clock = utc_now
) -> list[dict[str, Any]]:
    """One ledger entry a unit with both digests; returns unit_code and whether they agree."""
    database = db or database_of()
    with database.transaction() as conn:
        units = [u.unit_code for u in registry.list_units(conn, today(clock))]
    return [_reconcile(database, code, clock) for code in units if unit_code in (None, code)]


def _reconcile(database: Database, unit_code: str, clock: Clock) -> dict[str, Any]:
    with database.transaction() as conn:
        lock_unit(conn, unit_code)
        staging.prepare(conn)
        admission.rehash_register(conn, unit_code)
        counts = admission.count_unit(conn, unit_code)
        landing, register = admission.unit_digest(conn, unit_code)
        ledger.append(
            conn,
            ledger.Entry(
                unit_code=unit_code,
                action="reconciled",
                actor="pipeline",
                as_of=today(clock),
                recorded_at=clock(),
                counts={
                    "live_before": counts["live"],
                    "entered": 0,
                    "left_count": 0,
                    "live_after": counts["live"],
                    "stale": counts["stale"],
                    "waiting": counts["waiting"],
                    "blocking_findings": counts["blocking_findings"],
                    "other_findings": counts["other_findings"],
                },
                landing_sha256=landing,
                register_sha256=register,
            ),
        )
    return {"unit_code": unit_code, "agrees": landing == register}
