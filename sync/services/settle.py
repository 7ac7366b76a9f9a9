"""Settle: after all admits, who holds a person claimed by several units. In any order."""

from datetime import datetime

from sqlalchemy import Connection

from sync.services.context import Clock, database_of, utc_now
from sync.store import admission, claims, ledger, waves
from sync.store.database import Database
from sync.store.locks import lock_units


def settle_claims(
    wave_key: str, *, db: Database | None = None, clock: Clock = utc_now
) -> dict[str, int]:
    """Decide by rule - incumbent, else earlier start - and open a case where it is silent.

    Returns: decided (records that became live), open_cases, closed_cases.
    """
    with (db or database_of()).transaction() as conn:
        units = claims.list_contested_units(conn)
        lock_units(conn, units)
        before = {unit_code: admission.count_unit(conn, unit_code) for unit_code in units}
        gained = claims.decide(conn, units, clock())
        for unit_code in sorted(gained):
            _append(conn, wave_key, unit_code, before[unit_code]["live"], clock())
        open_cases, closed = claims.keep_cases(conn, clock())
        waves.finish_step(conn, wave_key, "settle", clock())
    return {"decided": gained.total(), "open_cases": open_cases, "closed_cases": closed}


def _append(
    conn: Connection, wave_key: str, unit_code: str, live_before: int, now: datetime
) -> None:
    after = admission.count_unit(conn, unit_code)
    digests = admission.unit_digest(conn, unit_code)
    ledger.append(
        conn,
        ledger.Entry(
            unit_code=unit_code,
            action="claims_settled",
            actor="pipeline",
            as_of=waves.get_as_of(conn, wave_key),
            recorded_at=now,
            wave_key=wave_key,
            counts={
                "live_before": live_before,
                "entered": after["live"] - live_before,
                "left_count": 0,
                "live_after": after["live"],
                "stale": after["stale"],
                "waiting": after["waiting"],
                "blocking_findings": after["blocking_findings"],
                "other_findings": after["other_findings"],
            },
            landing_sha256=digests[0],
            register_sha256=digests[1],
        ),
    )
