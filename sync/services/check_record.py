"""Records checked with proposed values: what would still be asked, were they approved.

For the correction desk. Runs the conditions that the last check stored, so it never imports
Great Expectations; leaves no trace. Many records are staged and checked as one set.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from sync.checks.locate import Asked
from sync.checks.run import failing_marks
from sync.checks.stored import RuleCondition
from sync.checks.suites import REGISTER, SNAPSHOT, Rule
from sync.model.errors import ConfigurationError
from sync.model.states import Effect
from sync.services.basis import current_suites, profile_of
from sync.services.code_fields import fields_of_lists
from sync.services.conditions import find_conditions
from sync.services.secrets import value_key
from sync.store import code_mappings, one_record, overlays, records, snapshots, staging
from sync.store.one_record import Proposed, Standing
from sync.store.records import Rows

Change = tuple[str, int, str]  # group, row, field
Failing = tuple[str, str, int]  # rule, group, row
Marks = Mapping[int, Set[Failing]]  # record -> what it breaks
Compiled = Mapping[str, Sequence[RuleCondition]]


@dataclass(frozen=True, slots=True)
class Question:
    """A proposed value, and the rule of the flag that it is to answer ('' where of none)."""

    proposed: Proposed
    own_rule: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands there as read, and the rule that speaks against the value ('' if none)."""

    standing: Standing
    broken_rule: str = ""


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
    compiled = _about_records(conn, lambda rule: True)
    proposals = [
        Proposed(record_id, group, row_no, field, value)
        for (group, row_no, field), value in changes.items()
    ]
    with _rolled_back(conn):
        snapshot_id = _stage(conn, [record_id], as_of)
        overlays.lay(conn, [snapshot_id], 1, value_key())
        one_record.set_values(conn, snapshot_id, proposals)
        return sorted(_marks(conn, compiled, Asked([snapshot_id], as_of))[record_id])


def check_questions(
    conn: Connection, questions: Sequence[Question], as_of: date
) -> list[Answer]:
    """What speaks against proposed values of one unit's records, checked as one set.

    Against a value speaks the rule of its flag if it is still broken, else a rule of its field
    or one that blocks which the record did not break before. What stands there is told as
    read, before corrections. A value that cannot be read or has no row is not checked.

    Raises:
        ConfigurationError: the rules in force were never compiled.
        NotFoundError: a field does not exist, or no record has a present answer.
    """
    fields = {(q.proposed.group, q.proposed.field) for q in questions}
    own = {q.own_rule for q in questions}
    compiled = _about_records(
        conn,
        lambda rule: (
            (rule.group, rule.field) in fields
            or rule.code in own
            or rule.effect is Effect.BLOCK
        ),
    )
    proposals = [q.proposed for q in questions]
    with _rolled_back(conn):
        snapshot_id = _stage(conn, sorted({p.record_id for p in proposals}), as_of)
        standing = one_record.list_standing(conn, snapshot_id, proposals, value_key())
        asked = Asked([snapshot_id], as_of)
        overlays.lay(conn, [snapshot_id], 1, value_key())
        before = _marks(conn, compiled, asked)
        settable = [p for p, s in zip(proposals, standing, strict=True) if is_settable(p, s)]
        one_record.set_values(conn, snapshot_id, settable)
        after = _marks(conn, compiled, asked)
    rules = {each.rule.code: each.rule for suite in compiled.values() for each in suite}
    return [
        Answer(stands, _against(question, rules, before, after))
        for question, stands in zip(questions, standing, strict=True)
    ]


def is_settable(proposed: Proposed, standing: Standing) -> bool:
    """The value can be read, and there is a row for it or one can be made."""
    return standing.is_readable and (
        not standing.is_absent or one_record.may_lack_row(proposed.group)
    )


def _against(question: Question, rules: Mapping[str, Rule], before: Marks, after: Marks) -> str:
    proposed = question.proposed
    broken = after[proposed.record_id]
    if question.own_rule in {code for code, *_ in _at(broken, proposed)}:
        return question.own_rule
    new = sorted(broken - before[proposed.record_id])
    of_field = [code for code, *_ in _at(new, proposed) if rules[code].field == proposed.field]
    blocking = [code for code, *_ in new if rules[code].effect is Effect.BLOCK]
    return next(iter(of_field + blocking), "")


def _at(marks: Set[Failing] | Sequence[Failing], proposed: Proposed) -> list[Failing]:
    """Marks at the row of a proposed value; a rule about a group of one row has row 1."""
    return [mark for mark in marks if mark[1] != proposed.group or mark[2] == proposed.row_no]


def _marks(conn: Connection, compiled: Compiled, asked: Asked) -> Marks:
    found: dict[int, set[Failing]] = defaultdict(set)
    staging.add_up(conn, asked.snapshot_ids)
    for name, conditions in compiled.items():
        groups = {each.rule.code: each.rule.group for each in conditions}
        for record_id, code, row_no in failing_marks(conn, name, conditions, asked):
            found[record_id].add((code, groups[code], row_no))
    return found


def _about_records(
    conn: Connection, is_wanted: Callable[[Rule], bool]
) -> dict[str, list[RuleCondition]]:
    """Stored conditions of rules that one record alone answers, by suite."""
    compiled = find_conditions(conn, current_suites())
    if compiled is None:
        raise ConfigurationError(
            "The rules in force were not compiled yet: let a wave check once, then ask again."
        )
    chosen = {
        name: [c for c in conditions if not c.rule.cross_record and is_wanted(c.rule)]
        for name, conditions in compiled.items()
        if name not in (REGISTER, SNAPSHOT)
    }
    return {name: conditions for name, conditions in chosen.items() if conditions}


@contextmanager
def reading_alone(
    conn: Connection, record_ids: Sequence[int], groups: Set[str], as_of: date
) -> Iterator[int]:
    """These groups of records of one unit staged as a wave would read them now, before
    corrections; the number of their snapshot. Leaves no trace.

    Raises:
        NotFoundError: no record has a present answer.
    """
    with _rolled_back(conn):
        yield _stage(conn, record_ids, as_of, frozenset(groups))


@contextmanager
def _rolled_back(conn: Connection) -> Iterator[None]:
    savepoint = conn.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def _stage(
    conn: Connection,
    record_ids: Sequence[int],
    as_of: date,
    only: frozenset[str] | None = None,
) -> int:
    """Present documents read as a wave reads them, alone in a snapshot of their own."""
    staging.prepare(conn)
    snapshot_id = one_record.add_snapshot(conn, record_ids, as_of)
    profile = profile_of(conn, snapshots.get(conn, snapshot_id))
    reading = staging.ReadingPass(pass_no=1, basis_sha256="", cross_rules=())
    staging.choose_documents(conn, [snapshot_id], profile, reading)
    staging.read_documents(conn, [snapshot_id], profile, reading.pass_no, only)
    code_mappings.apply(conn, [snapshot_id], reading.pass_no, fields_of_lists())
    return snapshot_id


def read_present(conn: Connection, record_id: int, as_of: date) -> Rows:
    """The present document as a wave would read it now, before corrections; leaves no trace.

    Raises:
        NotFoundError: the record has no present answer.
    """
    with _rolled_back(conn):
        return records.staged_rows(conn, _stage(conn, [record_id], as_of))
