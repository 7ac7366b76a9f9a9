"""One record checked with proposed values: what would still be asked, were they approved.

For the correction desk. Runs the conditions that the last check stored, so it never imports
Great Expectations; leaves no trace.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection

from sync.checks.locate import Asked
from sync.checks.run import failing_marks
from sync.checks.stored import RuleCondition
from sync.checks.suites import REGISTER, SNAPSHOT
from sync.model.errors import ConfigurationError
from sync.services.basis import current_suites, profile_of
from sync.services.conditions import find_conditions
from sync.store import one_record, snapshots, staging
from sync.store.one_record import Proposed

Change = tuple[str, int, str]  # group, row, field
Failing = tuple[str, str, int]  # rule, group, row


def failing_rules(
    conn: Connection, record_id: int, changes: Mapping[Change, str | None], as_of: date
) -> list[Failing]:
    """(rule, group, row) of every rule the record would break with these values, in order.

    Rules that look at other records or at a whole answer are not asked: one record cannot
    answer them. A value is text as the database reads it, a day as yyyy-mm-dd.

    Raises:
        ConfigurationError: the rules in force were never compiled.
        NotFoundError: the record, a field or a row does not exist.
    """
    compiled = _about_one_record(conn)
    with _rolled_back(conn):
        staging.prepare(conn)
        snapshot_id = _stage(conn, record_id, as_of)
        one_record.set_values(
            conn, snapshot_id, (Proposed(*place, value) for place, value in changes.items())
        )
        asked = Asked([snapshot_id], as_of)
        return sorted(
            (code, groups[code], row_no)
            for name, conditions in compiled.items()
            for groups in [{each.rule.code: each.rule.group for each in conditions}]
            for code, row_no in failing_marks(conn, name, conditions, asked)
        )


def _about_one_record(conn: Connection) -> dict[str, list[RuleCondition]]:
    compiled = find_conditions(conn, current_suites())
    if compiled is None:
        raise ConfigurationError(
            "The rules in force were not compiled yet: let a wave check once, then ask again."
        )
    return {
        name: [each for each in conditions if not each.rule.cross_record]
        for name, conditions in compiled.items()
        if name not in (REGISTER, SNAPSHOT)
    }


@contextmanager
def _rolled_back(conn: Connection) -> Iterator[None]:
    savepoint = conn.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def _stage(conn: Connection, record_id: int, as_of: date) -> int:
    """The present document read as a wave reads it, alone in a snapshot of its own."""
    snapshot_id = one_record.add_snapshot(conn, record_id, as_of)
    profile = profile_of(conn, snapshots.get(conn, snapshot_id))
    reading = staging.ReadingPass(pass_no=1, basis_sha256="", cross_rules=())
    staging.choose_documents(conn, [snapshot_id], profile, reading)
    staging.read_documents(conn, [snapshot_id], profile, reading.pass_no)
    return snapshot_id
