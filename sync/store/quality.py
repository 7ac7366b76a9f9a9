"""Rules, check results and findings: ids, codes and counts, never a value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from sqlalchemy import Connection, text

from sync.store.queries import named_query


@dataclass(frozen=True, slots=True)
class StoredRule:
    """One rule of one version of the suites."""

    rule_code: str
    effect: str
    field_code: str
    group_name: str
    sentence_vi: str
    sentence_en: str
    basis: str
    is_cross_record: bool


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What check wrote, in one transaction with the findings."""

    snapshot_id: int
    basis_sha256: str
    suites_sha256: str
    as_of: date
    staged_count: int
    finding_count: int
    rule_counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """One open finding as a unit's officer may read it."""

    record_id: int
    group_name: str
    row_no: int
    field_code: str
    rule_code: str
    effect: str
    found_at: datetime


def add_rules(conn: Connection, suites_sha256: str, rules: Iterable[StoredRule]) -> None:
    """Keep this version of the suites; again is nothing."""
    conn.execute(
        text(
            "INSERT INTO quality.rule (suites_sha256, rule_code, effect, field_code,"
            " group_name, sentence_vi,"
            " sentence_en, basis, is_cross_record) VALUES (:suites_sha256, :rule_code,"
            " :effect, :field_code,"
            " :group_name, :sentence_vi, :sentence_en, :basis, :is_cross_record) ON CONFLICT"
            " DO NOTHING"
        ),
        [
            {
                "suites_sha256": suites_sha256,
                "rule_code": rule.rule_code,
                "effect": rule.effect,
                "field_code": rule.field_code,
                "group_name": rule.group_name,
                "sentence_vi": rule.sentence_vi,
                "sentence_en": rule.sentence_en,
                "basis": rule.basis,
                "is_cross_record": rule.is_cross_record,
            }
            for rule in rules
        ],
    )


def clear_located(conn: Connection, snapshot_ids: Sequence[int]) -> None:
    """Forget what an earlier, broken check located."""
    conn.execute(
        text("DELETE FROM staging.located WHERE snapshot_id = ANY(:ids)"),
        {"ids": list(snapshot_ids)},
    )


def merge_findings(
    conn: Connection, snapshot_ids: Sequence[int], suites_sha256: str, checked_at: datetime
) -> None:
    """Close what is gone, add what is new, keep what is seen again."""
    values = {
        "snapshot_ids": list(snapshot_ids),
        "suites_sha256": suites_sha256,
        "checked_at": checked_at,
    }
    conn.execute(text("ANALYZE staging.located"))
    conn.execute(
        named_query("close_findings"),
        {key: values[key] for key in ("snapshot_ids", "checked_at")},
    )
    conn.execute(named_query("merge_findings"), values)


def count_located(conn: Connection, snapshot_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Located rows per snapshot and rule."""
    rows = conn.execute(
        text(
            "SELECT snapshot_id, rule_code, count(*) AS located FROM staging.located"
            " WHERE snapshot_id = ANY(:ids) GROUP BY snapshot_id, rule_code"
        ),
        {"ids": list(snapshot_ids)},
    )
    counts: dict[int, dict[str, int]] = {snapshot_id: {} for snapshot_id in snapshot_ids}
    for snapshot_id, rule_code, located in rows:
        counts[snapshot_id][rule_code] = located
    return counts


def set_result(conn: Connection, result: CheckResult, checked_at: datetime) -> None:
    """Write the result; a later check of the same snapshot replaces it."""
    conn.execute(
        text(
            "INSERT INTO quality.check_result (snapshot_id, basis_sha256, suites_sha256,"
            " as_of, staged_count,"
            " finding_count, rule_counts, checked_at) VALUES (:snapshot_id, :basis_sha256,"
            " :suites_sha256,"
            " :as_of, :staged_count, :finding_count, CAST(:rule_counts AS jsonb), :checked_at)"
            " ON CONFLICT (snapshot_id) DO UPDATE SET basis_sha256 = excluded.basis_sha256,"
            " suites_sha256 = excluded.suites_sha256, as_of = excluded.as_of,"
            " staged_count = excluded.staged_count, finding_count = excluded.finding_count,"
            " rule_counts = excluded.rule_counts, checked_at = excluded.checked_at"
        ),
        {
            "snapshot_id": result.snapshot_id,
            "basis_sha256": result.basis_sha256,
            "suites_sha256": result.suites_sha256,
            "as_of": result.as_of,
            "staged_count": result.staged_count,
            "finding_count": result.finding_count,
            "rule_counts": orjson.dumps(dict(result.rule_counts)).decode(),
            "checked_at": checked_at,
        },
    )


def find_result(conn: Connection, snapshot_id: int) -> CheckResult | None:
    """The check's word on one snapshot, if it was checked."""
    row = (
        conn.execute(
            text(
                "SELECT snapshot_id, basis_sha256, suites_sha256, as_of, staged_count,"
                " finding_count,"
                " rule_counts FROM quality.check_result WHERE snapshot_id = :id"
            ),
            {"id": snapshot_id},
        )
        .mappings()
        .one_or_none()
    )
    return CheckResult(**row) if row else None


def list_open(conn: Connection, unit_code: str) -> list[OpenFinding]:
    """Open findings of one unit, by record."""
    rows = conn.execute(
        text(
            "SELECT record_id, group_name, row_no, field_code, rule_code, effect, found_at"
            " FROM quality.finding"
            " WHERE unit_code = :unit_code AND closed_at IS NULL ORDER BY record_id,"
            " group_name, row_no, rule_code"
        ),
        {"unit_code": unit_code},
    )
    return [OpenFinding(**row) for row in rows.mappings()]


def clear_rechecks(conn: Connection, snapshot_ids: Sequence[int]) -> None:
    """Records that were read again need no more queueing."""
    conn.execute(
        text(
            "DELETE FROM quality.recheck WHERE record_id IN"
            " (SELECT record_id FROM staging.document WHERE snapshot_id = ANY(:ids))"
        ),
        {"ids": list(snapshot_ids)},
    )


def queue_checked(conn: Connection, snapshot_ids: Sequence[int]) -> None:
    """The check of an answer that is not admitted changed these findings: read again later."""
    conn.execute(
        text(
            "INSERT INTO quality.recheck (record_id, unit_code, why)"
            " SELECT DISTINCT record_id, unit_code, 'an answer that was checked is not"
            " admitted'"
            " FROM quality.finding WHERE snapshot_id = ANY(:ids) OR closed_snapshot_id ="
            " ANY(:ids)"
            " ON CONFLICT (record_id) DO NOTHING"
        ),
        {"ids": list(snapshot_ids)},
    )
