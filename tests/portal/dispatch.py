"""Waves and deliveries as the pipeline leaves them, of late: sessions need the real clock."""

from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, text

from sync.portal.speech import ZONE
from sync.store.database import Database

UNITS = ("G09", "H20", "H26", "H52")
DOWN, HELD = "H52", "H20"
RUN = "manual__2026-11-23T05:00:00+00:00_a/b"
SECONDS = {"G09": 4, "H20": 90, "H26": 20}
PROFILE = "INSERT INTO registry.profile VALUES ('p', 'p', '{}') ON CONFLICT DO NOTHING"
RECEIVED = {"G09": 59, "H20": 571, "H26": 900}


def add_waves(database: Database, now: datetime, count: int) -> list[str]:
    """Hourly waves up to now, keys newest first: one unit down, one held in the newest wave."""
    keys = [f"{now - timedelta(hours=back):%Y-%m-%dT%H:%M:%S%z}" for back in range(count)]
    with database.transaction() as conn:
        _run(conn, PROFILE)
        for back in reversed(range(count)):
            _add_wave(conn, keys[back], now - timedelta(hours=back), is_newest=back == 0)
    return keys


def _add_wave(conn: Connection, key: str, at: datetime, *, is_newest: bool) -> None:
    day = at.astimezone(ZONE).date()
    _run(
        conn,
        "INSERT INTO landing.wave (wave_key, trigger, as_of, started_at, finished_at, run_id)"
        " VALUES (:key, 'airflow', :day, :at, :done, :run)",
        {"key": key, "day": day, "at": at, "done": at + timedelta(seconds=150), "run": RUN},
    )
    for step, seconds in (("read", 100), ("check", 110), ("settle", 130), ("measure", 140)):
        _run(
            conn,
            "INSERT INTO landing.wave_step VALUES (:key, :step, :at)",
            {"key": key, "step": step, "at": at + timedelta(seconds=seconds)},
        )
    for unit in UNITS:
        _add_unit(conn, key, unit, at, is_held=is_newest and unit == HELD)


def _add_unit(conn: Connection, key: str, unit: str, at: datetime, *, is_held: bool) -> None:
    outcome, reason, number = "admitted", "", None
    if unit == DOWN:
        outcome, reason = "unavailable", "source_unavailable"
    else:
        outcome, reason = ("held", "vanished") if is_held else (outcome, reason)
        number = _add_snapshot(conn, key, unit, at, outcome)
    _run(
        conn,
        "INSERT INTO landing.wave_unit (wave_key, unit_code, outcome, reason_code, figures,"
        " snapshot_id, updated_at) VALUES (:key, :unit, :outcome, :reason,"
        " CAST(:figures AS jsonb), :number, :at)",
        {
            "key": key, "unit": unit, "outcome": outcome, "reason": reason, "number": number,
            "figures": FIGURES if is_held else "{}", "at": at + timedelta(seconds=95),
        },
    )  # fmt: skip
    if outcome == "admitted":
        received = RECEIVED[unit]
        _run(
            conn,
            "INSERT INTO facts.unit_wave (wave_key, unit_code, started_at, outcome, received,"
            " added, changed, unchanged, quarantined, waiting, unreadable, duplicate,"
            " live_after) VALUES (:key, :unit, :at, 'admitted', :received, 0, 1,"
            " :received - 10, 8, 1, 0, 0, :received - 9)",
            {"key": key, "unit": unit, "at": at, "received": received},
        )


def _add_snapshot(conn: Connection, key: str, unit: str, at: datetime, state: str) -> int:
    figures = FIGURES if state == "held" else "{}"
    number = _run(
        conn,
        "INSERT INTO landing.snapshot (source_code, unit_code, wave_key, seq, state, as_of,"
        " announced_count, received_count, page_count, pages_sha256, key_list_sha256,"
        " staged_count, profile_sha256, pulled_at, sealed_at, reason_code, figures)"
        " VALUES (:unit || '-S', :unit, :key, (SELECT count(*) + 1 FROM landing.snapshot WHERE"
        " unit_code = :unit), :state, :day, :received, :received, 3, '', '', :received, 'p',"
        " :at, :sealed, :reason, CAST(:figures AS jsonb)) RETURNING snapshot_id",
        {
            "unit": unit, "key": key, "state": state, "day": at.astimezone(ZONE).date(),
            "received": RECEIVED[unit], "at": at, "figures": figures,
            "sealed": at + timedelta(seconds=SECONDS[unit]),
            "reason": "vanished" if state == "held" else "",
        },
    ).scalar_one()  # fmt: skip
    _run(
        conn,
        "INSERT INTO quality.check_result VALUES (:number, 'b', 's', :day, :received, 7,"
        ' \'{"NAM-01": 5, "GRD-02": 2}\', :at)',
        {"number": number, "day": at.date(), "received": RECEIVED[unit], "at": at},
    )
    if state == "held":
        _run(
            conn,
            "INSERT INTO quality.snapshot_figures VALUES (:number, :unit, 481, 0, '{}',"
            " CAST(:fired AS jsonb), :at)",
            {"number": number, "unit": unit, "fired": FIRED, "at": at},
        )
    return int(number)


FIGURES = orjson.dumps(
    {
        "rule": "SNP002", "vanished": 481, "live": 500, "limit": 25,
        "also": [{"reason_code": "snapshot_rule", "rule": "SNP099", "part": 7, "whole": 90}],
    }
).decode()  # fmt: skip
FIRED = orjson.dumps(
    [
        {"rule_code": "SNP002", "effect": "hold", "subject": "", "part": 481, "part_of": 500,
         "figures": {"vanished": 481, "live": 500, "limit": 25}},
        {"rule_code": "SNP099", "effect": "hold", "subject": "", "part": 7, "part_of": 90,
         "figures": {}},
        {"rule_code": "SNP050", "effect": "count", "subject": "", "part": 1, "part_of": 2,
         "figures": {}},
    ]
).decode()  # fmt: skip


def add_probe(
    database: Database,
    unit: str,
    at: datetime,
    *,
    reason: str = "",
    code: str = "",
    ends_in: int | None = None,
) -> None:
    """What one probe of the unit's source said; `ends_in`: days its certificate still holds."""
    with database.transaction() as conn:
        _run(
            conn,
            "INSERT INTO registry.source (source_code, unit_code, connector, profile_name,"
            " address, secret_name) VALUES (:unit || '-S', :unit, 'rest_page', 'hrm_trang',"
            " 'https://x', 'key') ON CONFLICT DO NOTHING",
            {"unit": unit},
        )
        _run(
            conn,
            "INSERT INTO registry.probe (unit_code, source_code, probed_at, is_ok, reason,"
            " latency_ms, clock_skew_s, tls_expires_at, reason_code) VALUES (:unit,"
            " :unit || '-S', :at, :is_ok, :reason, 42, 1.5, :ends, :code)",
            {
                "unit": unit, "at": at, "is_ok": not reason, "reason": reason, "code": code,
                "ends": None if ends_in is None else at + timedelta(days=ends_in, hours=1),
            },
        )  # fmt: skip


def _run(conn: Connection, statement: str, values: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - as SQLAlchemy
    return conn.execute(text(statement), values or {})
