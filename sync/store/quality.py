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


def add_rules(conn: Connection, suites_sha256: str, rules: Iterable[StoredRule]) -> None:
    """Keep this version of the suites; again is nothing."""
    is_kept = conn.execute(
        text("SELECT EXISTS (SELECT FROM quality.rule WHERE suites_sha256 = :sha256)"),
        {"sha256": suites_sha256},
    ).scalar_one()
    if is_kept:  # a version is written whole, in one transaction
        return
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


def take_rechecks(conn: Connection, snapshot_ids: Sequence[int]) -> None:
    """Note which answer reads a queued record again."""
    conn.execute(named_query("take_rechecks"), {"snapshot_ids": list(snapshot_ids)})


def clear_rechecks(conn: Connection, snapshot_id: int, unit_code: str) -> None:
    """The answer that read these records again is admitted; who is gone is forgotten."""
    conn.execute(
        text(
            "DELETE FROM quality.recheck AS q WHERE q.taken_by = :id"
            " OR q.unit_code = :unit_code AND NOT EXISTS"
            " (SELECT FROM landing.present AS p WHERE p.record_id = q.record_id)"
        ),
        {"id": snapshot_id, "unit_code": unit_code},
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
            " ON CONFLICT (record_id) DO UPDATE SET taken_by = NULL, why = excluded.why"
        ),
        {"ids": list(snapshot_ids)},
    )
