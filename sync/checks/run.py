"""Runs conditions over staged snapshots: located rows are the verdict, a crash is an error.

Nothing here needs Great Expectations: what it compiled is text, stored or just made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select, true
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import DropTable

from sync.checks.locate import (
    SEPARATOR,
    Asked,
    count_located,
    each_mark,
    forget_located,
    forget_recheck_days,
    in_force,
    located_rows,
    recheck_days,
    scan_rows,
)
from sync.checks.stored import RuleCondition
from sync.checks.suites import SNAPSHOT
from sync.model.errors import ConfigurationError

BROKEN_RULE = ("42", "2201B")  # SQLSTATE: syntax error or access rule violation; a bad regex
Compiled = Mapping[str, Sequence[RuleCondition]]


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """Failing rows by rule code; every rule that ran has an entry, 0 when nothing was found."""

    located_count: Mapping[str, int]

    @property
    def total(self) -> int:
        """Failing (row, rule) pairs of all rules."""
        return sum(self.located_count.values())


def locate_all(conn: Connection, compiled: Compiled, asked: Asked) -> CheckOutcome:
    """Write `located` and the days of `reading`, in the caller's transaction.

    All suites but the one about whole snapshots, whose figures build on what is located here.
    Earlier results of the same snapshots are replaced.

    Raises:
        ConfigurationError: a rule cannot run; the message names it, and nothing was located.
    """
    conn.execute(forget_recheck_days(asked))
    return locate_suites(conn, compiled, [name for name in compiled if name != SNAPSHOT], asked)


def locate_suites(
    conn: Connection, compiled: Compiled, names: Iterable[str], asked: Asked
) -> CheckOutcome:
    """The same for some suites only; results of the others stay.

    Raises:
        ConfigurationError: a rule cannot run; the message names it, and nothing was located.
    """
    chosen = {name: compiled[name] for name in names if compiled.get(name)}
    conditions = [each for suite in chosen.values() for each in suite]
    rules = [each.rule for each in conditions]
    with conn.begin_nested():
        conn.execute(forget_located(rules, asked))
        found = [_locate(conn, name, suite, asked) for name, suite in chosen.items()]
        if found:
            conn.execute(recheck_days(found, asked))
        for each in found:
            conn.execute(DropTable(each))
    counts = {row[0]: row[1] for row in conn.execute(count_located(rules, asked))}
    ran = [each.rule.code for each in in_force(conditions, asked.as_of)]
    return CheckOutcome({code: counts.get(code, 0) for code in ran})


def failing_marks(
    conn: Connection, name: str, conditions: Sequence[RuleCondition], asked: Asked
) -> list[tuple[int, str, int]]:
    """(record, rule code, row number) of one suite, written nowhere."""
    scanned = scan_rows(name, conditions, asked).subquery("found")
    marks = each_mark(scanned)
    code = func.split_part(marks.c.mark, SEPARATOR, 1)
    keys = (scanned.c.record_id, code, scanned.c.row_no)
    rows = conn.execute(select(*keys).select_from(scanned.join(marks, true())))
    return [(row[0], row[1], row[2]) for row in rows]


def _locate(
    conn: Connection, name: str, conditions: Sequence[RuleCondition], asked: Asked
) -> Table:
    """One scan; its few results wait in a table of the transaction, because a statement that
    writes elsewhere is never spread over several workers."""
    found = scan_rows(name, conditions, asked).into(f"found_{name}", temporary=True)
    try:
        with conn.begin_nested():
            conn.execute(found)
            conn.execute(located_rows(found.table, conditions, asked))
            return found.table
    except DBAPIError as error:
        state = getattr(error.orig, "pgcode", None) or ""
        if not state.startswith(BROKEN_RULE):
            raise  # the data, the disk or a neighbour: not the rule
        guilty = _guilty(conn, name, conditions, asked)
        raise ConfigurationError(
            f"Rule {guilty} cannot run (SQLSTATE {state}): see expectations/{name}.json."
        ) from None


def _guilty(
    conn: Connection, name: str, conditions: Sequence[RuleCondition], asked: Asked
) -> str:
    """The first rule that breaks alone; the suite's name when only their sum breaks."""
    for each in conditions:
        scanned = scan_rows(name, [each], asked).subquery("found")
        try:
            with conn.begin_nested():
                conn.execute(select(func.count()).select_from(scanned)).scalar_one()
        except DBAPIError:
            return each.rule.code
    return f"of suite {name}"
