"""The truth about the pretend country against what was found: set-wise, in the database."""

import io
from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, text

from sync.checks.suites import Suites, load_suites
from sync.demo.country import TruthLine
from sync.store.database import Database

EXPECTATIONS = Path(__file__).parents[2] / "expectations"
KEYLESS = "DOC002"  # its records have no key to compare by: counted by unit
APART = frozenset({"snapshot"})  # suites with tests of their own

TRUTH = "CREATE TEMPORARY TABLE truth (unit_code text, local_key text, rule_code text)"
FOUND = """
    CREATE TEMPORARY TABLE found AS
    SELECT DISTINCT f.unit_code, f.rule_code,
           CASE WHEN f.rule_code <> :keyless THEN r.local_key END AS local_key,
           CASE WHEN f.rule_code = :keyless THEN f.record_id END AS record_id
    FROM   quality.finding AS f
    LEFT   JOIN landing.record AS r USING (record_id)
    WHERE  f.closed_at IS NULL
"""
DIFFERENCE = """
    SELECT rule_code, count(*) FROM (
        SELECT unit_code, local_key, rule_code FROM {a} WHERE rule_code <> :keyless
        EXCEPT SELECT unit_code, local_key, rule_code FROM {b}) AS one_sided
    GROUP  BY rule_code
"""
COUNT = "SELECT rule_code, count(*) FROM {a} GROUP BY rule_code"
COUNT_KEYLESS = """
    SELECT unit_code, count(*) FROM {a} WHERE rule_code = :keyless GROUP BY unit_code
"""


@dataclass(frozen=True)
class Comparison:
    """Records by rule. Recall 1.0: `missed` is empty; no false flag: `extra` is empty."""

    injected: Counter[str]
    found: Counter[str]
    missed: Counter[str]
    extra: Counter[str]

    @property
    def recall(self) -> float:
        """Found of what was put there."""
        injected = self.injected.total()
        return (injected - self.missed.total()) / injected if injected else 1.0


def compare(db: Database, lines: Iterable[TruthLine]) -> Comparison:
    """Open findings against these lines of the truth; records without a key by their number."""
    with db.transaction() as conn:
        conn.execute(text("DROP TABLE IF EXISTS truth, found"))
        conn.execute(text(TRUTH))
        _copy(conn, lines)
        conn.execute(text(FOUND), {"keyless": KEYLESS})
        missed = _counted(conn, DIFFERENCE, "truth", "found")
        extra = _counted(conn, DIFFERENCE, "found", "truth")
        sent, seen = (_counted(conn, COUNT_KEYLESS, side) for side in ("truth", "found"))
        missed[KEYLESS], extra[KEYLESS] = (sent - seen).total(), (seen - sent).total()
        return Comparison(
            injected=_counted(conn, COUNT, "truth"),
            found=_counted(conn, COUNT, "found"),
            missed=+missed,
            extra=+extra,
        )


def _counted(conn: Connection, statement: str, a: str, b: str = "") -> Counter[str]:
    values = {"keyless": KEYLESS} if ":keyless" in statement else {}
    rows = conn.execute(text(statement.format(a=a, b=b)), values)
    return Counter({row[0]: row[1] for row in rows})


def _copy(conn: Connection, lines: Iterable[TruthLine]) -> None:
    rows = io.StringIO()
    for line in lines:
        for rule in line.rules:
            key = "\\N" if line.is_keyless else line.local_key
            rows.write(f"{line.unit_code}\t{key}\t{rule}\n")
    rows.seek(0)
    with conn.connection.cursor() as cursor:
        cursor.copy_expert("COPY truth FROM STDIN", rows)


def committed_suites() -> Suites:
    """The rules as committed."""
    return load_suites(EXPECTATIONS)


def rules_of_a_wave(day: date, apart: Set[str] = APART) -> set[str]:
    """Rules in force on the day that a wave over documents can find."""
    return {
        rule.code
        for rule in committed_suites().rules
        if rule.is_valid_on(day) and rule.suite not in apart
    }
