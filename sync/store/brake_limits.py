"""Limits of the brakes that a steward set for single units; dated, with a reason."""

from datetime import date, datetime

from sqlalchemy import Connection, text

from sync.store.brakes import BrakeLimit
from sync.store.queries import named_query


def set_limit(conn: Connection, limit: BrakeLimit, stated_at: datetime) -> None:
    """From its first day on this word holds; what held before ends the day before."""
    values = {
        "unit_code": limit.unit_code,
        "rule_code": limit.rule_code,
        "valid_from": limit.valid_from,
        "max_count": limit.max_count,
        "max_ratio": limit.max_ratio,
        "stated_by": limit.stated_by,
        "reason": limit.reason,
        "stated_at": stated_at,
    }
    keys = ("unit_code", "rule_code", "valid_from")
    for name in ("limit_replaced", "limit_ended"):
        conn.execute(named_query(f"figures/{name}"), {key: values[key] for key in keys})
    conn.execute(named_query("figures/limit_added"), values)


def list_limits(conn: Connection, as_of: date) -> list[BrakeLimit]:
    """Limits in force on a day or later, by unit and rule."""
    rows = conn.execute(
        text(
            "SELECT unit_code, rule_code, max_count, max_ratio, lower(valid_on) AS valid_from,"
            " upper(valid_on) - 1 AS valid_to, stated_by, reason FROM registry.brake_limit"
            " WHERE coalesce(upper(valid_on), 'infinity') > CAST(:as_of AS date)"
            " ORDER BY unit_code, rule_code, valid_on"
        ),
        {"as_of": as_of},
    )
    return [BrakeLimit(**row) for row in rows.mappings()]
