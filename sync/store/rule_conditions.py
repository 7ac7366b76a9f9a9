"""Compiled rules as text: written once for each version of suites and compiler."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Version:
    """What conditions are made of, and by what."""

    suites_sha256: str
    compiler_sha256: str


@dataclass(frozen=True, slots=True)
class StoredCondition:
    """One rule's condition and, where time alone can change the answer, when."""

    rule_code: str
    suite: str
    position: int
    condition_sql: str
    turns_on_sql: str | None


def list_conditions(conn: Connection, version: Version) -> list[StoredCondition]:
    """The conditions of one version in the order of the suites; empty when none are stored."""
    rows = conn.execute(
        text(
            "SELECT rule_code, suite, position, condition_sql, turns_on_sql"
            " FROM quality.rule_condition WHERE suites_sha256 = :suites_sha256"
            " AND compiler_sha256 = :compiler_sha256 ORDER BY suite, position"
        ),
        asdict(version),
    )
    return [StoredCondition(**row) for row in rows.mappings()]


def add_conditions(
    conn: Connection,
    version: Version,
    conditions: Iterable[StoredCondition],
    stored_at: datetime,
) -> None:
    """Keep the conditions of one version; again is nothing."""
    conn.execute(
        text(
            "INSERT INTO quality.rule_condition (suites_sha256, compiler_sha256, rule_code,"
            " suite, position, condition_sql, turns_on_sql, stored_at)"
            " VALUES (:suites_sha256, :compiler_sha256, :rule_code, :suite, :position,"
            " :condition_sql, :turns_on_sql, :stored_at) ON CONFLICT DO NOTHING"
        ),
        [{**asdict(version), **asdict(each), "stored_at": stored_at} for each in conditions],
    )
