"""Runs the suites over staged snapshots: located rows are the verdict, a crash is an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from sync.checks.conditions import RuleCondition, compile_suite
from sync.checks.locate import count_failing, count_located, forget_located, locate_rows
from sync.checks.suites import Suites
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


def compile_suites(url: str | URL, suites: Suites, as_of: date) -> Compiled:
    """Conditions of every suite, to be used for any number of snapshots of the same day.

    Raises:
        ConfigurationError: names the rule that has no condition.
    """
    return {name: compile_suite(url, suites, name, as_of) for name in suites.contents}


def run_suites(
    url: str | URL, conn: Connection, suites: Suites, as_of: date, snapshot_ids: Sequence[int]
) -> CheckOutcome:
    """Write `staging.located` for these snapshots, in the caller's transaction.

    `url` names the database again: Great Expectations reads the columns over a connection of
    its own. Earlier results of the same snapshots are replaced.

    Raises:
        ConfigurationError: a rule cannot run; the message names it, and nothing was located.
    """
    return locate_all(conn, compile_suites(url, suites, as_of), snapshot_ids)


def locate_all(
    conn: Connection, compiled: Compiled, snapshot_ids: Sequence[int]
) -> CheckOutcome:
    """The locating half of `run_suites`, with conditions already compiled."""
    conn.execute(forget_located(snapshot_ids))
    for name, conditions in compiled.items():
        if conditions:
            _locate(conn, name, conditions, snapshot_ids)
    found = {row[0]: row[1] for row in conn.execute(count_located(snapshot_ids))}
    ran = [each.rule.code for conditions in compiled.values() for each in conditions]
    return CheckOutcome({code: found.get(code, 0) for code in ran})


def _locate(
    conn: Connection,
    name: str,
    conditions: Sequence[RuleCondition],
    snapshot_ids: Sequence[int],
) -> None:
    statement = locate_rows(name, conditions, snapshot_ids)
    try:
        with conn.begin_nested():
            conn.execute(statement)
    except DBAPIError as error:
        if not (getattr(error.orig, "pgcode", None) or "").startswith(BROKEN_RULE):
            raise  # the data, the disk or a neighbour: not the rule
        guilty = _guilty(conn, name, conditions, snapshot_ids)
        state = getattr(error.orig, "pgcode", None) or "no answer"
        raise ConfigurationError(
            f"Rule {guilty} cannot run (SQLSTATE {state}): see expectations/{name}.json."
        ) from None


def _guilty(
    conn: Connection,
    name: str,
    conditions: Sequence[RuleCondition],
    snapshot_ids: Sequence[int],
) -> str:
    """The first rule that breaks alone; the suite's name when only their sum breaks."""
    for each in conditions:
        try:
            with conn.begin_nested():
                conn.execute(count_failing(name, each, snapshot_ids)).scalar_one()
        except DBAPIError:
            return each.rule.code
    return f"of suite {name}"
