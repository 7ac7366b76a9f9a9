"""A steward's word on the brakes of one unit: another limit than the suite's, with a reason."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from sync.checks.suites import SNAPSHOT, load_suites
from sync.model.errors import ConfigurationError
from sync.model.reason import stated_reason
from sync.services.context import Clock, database_of, expectations_dir, today, utc_now
from sync.store import brake_limits, ledger, registry
from sync.store.brakes import BrakeLimit
from sync.store.database import Database
from sync.store.locks import lock_unit


def set_limit(
    limit: BrakeLimit, *, db: Database | None = None, clock: Clock = utc_now
) -> BrakeLimit:
    """From its first day (today) this unit's brake has this count and ratio; again replaces.

    Raises:
        NotFoundError: there never was such a unit.
        ConfigurationError: no rule about whole snapshots has this code, nothing is limited, or
            no reason is given.
    """
    _check(limit)
    reason = stated_reason(limit.reason)
    word = replace(limit, valid_from=limit.valid_from or today(clock), reason=reason)
    with (db or database_of()).transaction() as conn:
        registry.get_unit(conn, word.unit_code)
        lock_unit(conn, word.unit_code)
        brake_limits.set_limit(conn, word, clock())
        _append(conn, word, clock)
    return word


def _check(limit: BrakeLimit) -> None:
    suites = load_suites(expectations_dir())
    known = sorted(rule.code for rule in suites.rules if rule.suite == SNAPSHOT)
    if limit.rule_code not in known:
        raise ConfigurationError(
            f"Rule {limit.rule_code} has no limit to set: use one of {', '.join(known)}."
        )
    if limit.max_count is None and limit.max_ratio is None:
        raise ConfigurationError("A limit is needed: give --count, --ratio or both.")
    if (limit.max_count or 0) < 0 or (limit.max_ratio or 0) < 0:
        raise ConfigurationError("A limit cannot be negative: give a count or ratio from 0 up.")


def _append(conn: Connection, word: BrakeLimit, clock: Clock) -> None:
    figures: dict[str, Any] = {"rule": word.rule_code, "reason": word.reason}
    figures |= {"valid_from": str(word.valid_from)}
    if word.max_count is not None:
        figures["count"] = word.max_count
    if word.max_ratio is not None:
        figures["ratio"] = word.max_ratio
    ledger.append(
        conn,
        ledger.Entry(
            unit_code=word.unit_code,
            action="limit_set",
            actor=word.stated_by,
            as_of=today(clock),
            recorded_at=clock(),
            figures=figures,
        ),
    )


def list_limits(*, db: Database | None = None, clock: Clock = utc_now) -> list[dict[str, Any]]:
    """Limits in force today or later: unit, rule, count, ratio, from, to, who, why."""
    with (db or database_of()).transaction() as conn:
        found = brake_limits.list_limits(conn, today(clock))
    return [
        {
            "unit_code": each.unit_code,
            "rule_code": each.rule_code,
            "count": each.max_count,
            "ratio": None if each.max_ratio is None else float(each.max_ratio),
            "valid_from": each.valid_from and each.valid_from.isoformat(),
            "valid_to": each.valid_to and each.valid_to.isoformat(),
            "stated_by": each.stated_by,
            "reason": each.reason,
        }
        for each in found
    ]
