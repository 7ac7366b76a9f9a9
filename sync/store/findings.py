"""Findings that last: the same question stays the same finding until the field is clean.

No value of a person: a value and a cause are HMACs, and a label is quoted only where it names
nobody (sql/findings/5_causes.sql).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from sync.model.value_key import ValueKey
from sync.store.queries import run_named

SEEN, *MERGED = "findings/1_seen", "findings/2_moved", "findings/3_new", "findings/4_gone"
CAUSES, LABELS = "findings/5_causes", "findings/6_labels"


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """One open finding as a unit's officer may read it; `since`: how long it has been asked."""

    record_id: int
    group_name: str
    row_no: int
    field_code: str
    rule_code: str
    effect: str
    found_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class Cause:
    """Open findings of one unit that one act can mend; no `label` where it might name one."""

    rule_code: str
    label: str
    record_count: int
    finding_count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Merging:
    """What merging needs to know of one check."""

    snapshot_ids: Sequence[int]
    suites_sha256: str
    pattern_rules: Sequence[str]
    arrival_rules: Sequence[str]
    key: ValueKey
    checked_at: datetime


def merge_findings(conn: Connection, merging: Merging) -> None:
    """Keep what is seen again, add what is new, close what is gone, count the causes."""
    values = {
        "snapshot_ids": list(merging.snapshot_ids),
        "suites_sha256": merging.suites_sha256,
        "pattern_rules": list(merging.pattern_rules),
        "arrival_rules": list(merging.arrival_rules),
        "inner": merging.key.inner,
        "outer": merging.key.outer,
        "checked_at": merging.checked_at,
    }
    conn.execute(text("ANALYZE staging.located"))
    conn.execute(text("DROP TABLE IF EXISTS seen"))
    run_named(conn, SEEN, values)
    conn.execute(text("ANALYZE seen"))
    for name in MERGED:
        run_named(conn, name, values)
    units = conn.execute(
        text(
            "SELECT unit_code FROM landing.snapshot WHERE snapshot_id = ANY(:ids) ORDER BY"
            " unit_code"
        ),
        {"ids": list(merging.snapshot_ids)},
    ).scalars()
    count_causes(conn, list(units), merging.checked_at)
    run_named(conn, LABELS, values)


def count_causes(conn: Connection, unit_codes: Sequence[str], now: datetime) -> None:
    """Bring the counts by cause of these units up to date."""
    run_named(conn, CAUSES, {"unit_codes": list(unit_codes), "now": now})


def list_open(conn: Connection, unit_code: str) -> list[OpenFinding]:
    """Open findings of one unit, by record."""
    rows = conn.execute(
        text(
            "SELECT record_id, group_name, row_no, field_code, rule_code, effect, found_at,"
            " since FROM quality.finding"
            " WHERE unit_code = :unit_code AND closed_at IS NULL ORDER BY record_id,"
            " group_name, row_no, rule_code"
        ),
        {"unit_code": unit_code},
    )
    return [OpenFinding(**row) for row in rows.mappings()]


def list_causes(conn: Connection, unit_code: str) -> list[Cause]:
    """Causes of one unit, most records first."""
    rows = conn.execute(
        text(
            "SELECT c.rule_code, c.label, c.record_count, c.finding_count,"
            " min(f.since) AS since FROM quality.cause AS c"
            " JOIN quality.finding AS f ON f.unit_code = c.unit_code"
            " AND f.rule_code = c.rule_code AND f.cause_hmac = c.cause_hmac"
            " AND f.closed_at IS NULL WHERE c.unit_code = :unit_code"
            " GROUP BY c.rule_code, c.label, c.cause_hmac, c.record_count, c.finding_count"
            " ORDER BY c.record_count DESC, c.rule_code, c.label"
        ),
        {"unit_code": unit_code},
    )
    return [Cause(**row) for row in rows.mappings()]
