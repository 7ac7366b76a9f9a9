"""Rehearse: what changed or new rules would find in everybody's present documents.

Nothing is changed: each chunk of units is read, checked and compared in one transaction that is
rolled back. Great Expectations is imported, to compile the rules of the file.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from sync.checks.changing import Changes, change_suites
from sync.checks.locate import Asked
from sync.checks.run import Compiled, locate_suites
from sync.checks.suites import SNAPSHOT, Suites
from sync.model.states import Effect
from sync.model.value_key import ValueKey
from sync.services.basis import current_suites
from sync.services.brakes import OVER_FINDINGS, counted_rules
from sync.services.code_fields import fields_of_lists
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.secrets import value_key
from sync.settings import get_settings
from sync.sources.profiles import load_profile
from sync.store import code_mappings, overlays, rehearsal
from sync.store.brakes import CountedRules, count_figures
from sync.store.database import Database
from sync.store.locks import lock_rehearsal
from sync.store.rehearsal import Answer, Blocked, Difference

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Play:
    """What is rehearsed: conditions of the changed rules, the brakes, codes that block then."""

    changes: Changes
    rows: Compiled
    brakes: Compiled
    counted: CountedRules
    key: ValueKey
    asked_anew: Sequence[str]  # not those about how a document came: it does not come again


@dataclass
class Rehearsal:
    """The blast radius: findings that would come and go, blocked records, units on hold."""

    changes: Changes
    differences: list[Difference] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    holds: list[tuple[str, str]] = field(default_factory=list)

    @property
    def record_count(self) -> int:
        """How many present records were looked at."""
        return sum(unit.records for unit in self.blocked)

    def by_rule(self) -> dict[str, tuple[int, int]]:
        """Findings that would come and go, by rule; a rule without a difference has zeros."""
        totals = dict.fromkeys(self.changes.codes, (0, 0))
        for each in self.differences:
            came, went = totals[each.rule_code]
            totals[each.rule_code] = (came + each.added, went + each.removed)
        return totals

    def by_unit(self) -> list[dict[str, Any]]:
        """Units something would change for: unit_code, records, findings_added,
        findings_removed, blocked_before, blocked_after, would_hold (rule codes)."""
        came, went = Counter[str](), Counter[str]()
        for each in self.differences:
            came[each.unit_code] += each.added
            went[each.unit_code] += each.removed
        held: dict[str, list[str]] = defaultdict(list)
        for unit_code, rule_code in self.holds:
            held[unit_code].append(rule_code)
        return [
            {
                "unit_code": unit.unit_code,
                "records": unit.records,
                "findings_added": came[unit.unit_code],
                "findings_removed": went[unit.unit_code],
                "blocked_before": unit.blocked_before,
                "blocked_after": unit.blocked_after,
                "would_hold": held[unit.unit_code],
            }
            for unit in self.blocked
            if came[unit.unit_code]
            or went[unit.unit_code]
            or held[unit.unit_code]
            or unit.blocked_before != unit.blocked_after
        ]


def rehearse_suite(
    path: Path,
    *,
    is_whole: bool = False,
    db: Database | None = None,
    clock: Clock = utc_now,
    progress: Progress = lambda done, of: None,
) -> Rehearsal:
    """The blast radius of a suite file over the present documents of all units.

    Rules of the file take the place of those of the same code and join the rest of their suite;
    `is_whole`: the suite's rules that the file lacks would go.

    Raises:
        ConfigurationError: the file is no suite, changes nothing, or a rule of it cannot run.
    """
    database = db or database_of()
    suites, changes = change_suites(current_suites(), path, is_whole=is_whole)
    result = Rehearsal(changes)
    with database.transaction() as guard:
        lock_rehearsal(guard)
        play = _play(database, suites, changes, clock)
        answers = rehearsal.list_answers(guard)
        of, done = sum(answer.record_count for answer in answers), 0
        for chunk in _chunks(answers):
            with database.rehearsal() as conn:
                _rehearse(conn, chunk, play, result)
            done += sum(answer.record_count for answer in chunk)
            progress(done, of)
    return result


def _play(database: Database, suites: Suites, changes: Changes, clock: Clock) -> Play:
    """Conditions of the rules to rehearse, and of the brakes over their findings."""
    from sync.checks.conditions import compile_suite

    asked = {*changes.changed, *changes.added}
    names = {SNAPSHOT, *(suites.rule(code).suite for code in asked)} & suites.contents.keys()
    compiled = {name: compile_suite(database.engine.url, suites, name) for name in names}
    brakes = compiled.pop(SNAPSHOT, [])
    rows = {
        name: [each for each in conditions if each.rule.code in asked]
        for name, conditions in compiled.items()
    }
    holding = [
        each
        for each in brakes
        if each.rule.effect is Effect.HOLD and each.rule.code in OVER_FINDINGS | asked
    ]
    arrivals = {rule.code for rule in suites.rules if rule.about_arrival}
    return Play(
        changes,
        rows,
        {SNAPSHOT: holding},
        counted_rules(suites, today(clock)),
        value_key(),
        [code for code in changes.codes if code not in arrivals],
    )


def _rehearse(
    conn: Connection, answers: Sequence[Answer], play: Play, result: Rehearsal
) -> None:
    """Read what the rules look at, find, put beside what is found today."""
    rehearsal.clear(conn)
    for name in sorted({answer.profile_name for answer in answers}):
        of_vendor = [answer for answer in answers if answer.profile_name == name]
        rehearsal.stage_present(conn, of_vendor, load_profile(name), play.rows)
    ids = [answer.snapshot_id for answer in answers]
    code_mappings.apply(conn, ids, 1, fields_of_lists(), schema=rehearsal.SCHEMA)
    overlays.lay(conn, ids, 1, play.key, schema=rehearsal.SCHEMA)
    rehearsal.add_sums(conn, answers, play.rows)
    if rehearsal.needs_context(play.rows):
        rehearsal.add_context(conn, answers, play.key)
    by_day: dict[date, list[int]] = defaultdict(list)
    for answer in answers:
        by_day[answer.as_of].append(answer.snapshot_id)
    asked = [
        Asked(ids, as_of, play.key, rehearsal.SCHEMA) for as_of, ids in sorted(by_day.items())
    ]
    for each in asked:
        locate_suites(conn, play.rows, list(play.rows), each)
    rehearsal.add_standing(conn, play.asked_anew)
    result.differences += rehearsal.compare(conn, play.changes.codes)
    result.blocked += rehearsal.count_blocked(conn, play.counted.blocking)
    count_figures(conn, ids, play.counted, rehearsal.SCHEMA)
    for each in asked:
        locate_suites(conn, play.brakes, list(play.brakes), each)
    holding = [each.rule.code for each in play.brakes[SNAPSHOT]]
    result.holds += rehearsal.list_held(conn, holding)


def _chunks(answers: Sequence[Answer]) -> Iterator[list[Answer]]:
    """Units together, up to so many documents; a larger unit alone."""
    limit = get_settings().read_batch_documents
    chunk: list[Answer] = []
    size = 0
    for answer in answers:
        if chunk and size + answer.record_count > limit:
            yield chunk
            chunk, size = [], 0
        chunk.append(answer)
        size += answer.record_count
    if chunk:
        yield chunk
