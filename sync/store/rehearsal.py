"""Changed rules over everybody's present documents, in tables of their own, undone at the end.

The twin schema `rehearsal` has the tables and check functions of `staging`. Every chunk is one
transaction that is rolled back, so a rehearsal cannot change anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from sync.contract.profile import Profile
from sync.model.value_key import ValueKey
from sync.store.check_views import adds_up, groups_looked_at, looks_around
from sync.store.queries import named_query
from sync.store.reading import malformed_sql, read_statements
from sync.store.staging import add_up, look_beside, prepare, tables

SCHEMA = "rehearsal"


@dataclass(frozen=True, slots=True)
class Answer:
    """The present answer of one unit."""

    snapshot_id: int
    unit_code: str
    as_of: date
    profile_name: str
    record_count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Findings of one rule in one unit that would come, go and stay."""

    unit_code: str
    rule_code: str
    added: int
    removed: int
    kept: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """Records of one unit that are blocked now, and would be."""

    unit_code: str
    records: int
    blocked_before: int
    blocked_after: int


def list_answers(conn: Connection) -> list[Answer]:
    """The present answer of every unit that was ever admitted."""
    rows = conn.execute(named_query("rehearsal/answers"))
    return [Answer(**row) for row in rows.mappings()]


def clear(conn: Connection) -> None:
    """Nothing stands here before a chunk; the files go with the rollback."""
    prepare(conn)
    names = ", ".join(f"{SCHEMA}.{name}" for name in tables())
    conn.execute(text(f"TRUNCATE {names}"))


def stage_present(
    conn: Connection, answers: Sequence[Answer], profile: Profile, suites: Iterable[str]
) -> None:
    """Present documents of these units (one profile) → typed rows that the suites look at."""
    ids = [answer.snapshot_id for answer in answers]
    statement = named_query("rehearsal/documents").text.replace(
        "{malformed}", malformed_sql(profile)
    )
    conn.execute(text(statement), {"snapshot_ids": ids})
    conn.execute(text(f"ANALYZE {SCHEMA}.document"))
    wanted = frozenset().union(*(groups_looked_at(suite) for suite in suites))
    for reading in read_statements(profile, wanted):
        conn.execute(
            text(reading.replace("staging.", f"{SCHEMA}.")), {"snapshot_ids": ids, "pass_no": 1}
        )
    for group in sorted(wanted):
        conn.execute(text(f"ANALYZE {SCHEMA}.{group}"))


def needs_context(suites: Iterable[str]) -> bool:
    """Whether some of these suites look at what other records say."""
    return any(looks_around(suite) for suite in suites)


def add_context(conn: Connection, answers: Sequence[Answer], key: ValueKey) -> None:
    """What other records say of these, as the register holds them."""
    look_beside(conn, [answer.snapshot_id for answer in answers], key, rehearsal=SCHEMA)
    conn.execute(text(f"ANALYZE {SCHEMA}.context"))


def add_sums(conn: Connection, answers: Sequence[Answer], suites: Iterable[str]) -> None:
    """What the lists of each record add up to, corrections laid, for suites that ask."""
    if any(adds_up(suite) for suite in suites):
        add_up(conn, [answer.snapshot_id for answer in answers], rehearsal=SCHEMA)
        conn.execute(text(f"ANALYZE {SCHEMA}.sums"))


def list_held(conn: Connection, brakes: Sequence[str]) -> list[tuple[str, str]]:
    """(unit, rule) of every answer that one of these rules would hold."""
    rows = conn.execute(
        text(
            f"SELECT d.unit_code, l.rule_code FROM {SCHEMA}.located AS l"
            " JOIN landing.snapshot AS d ON d.snapshot_id = l.snapshot_id"
            " WHERE l.rule_code = ANY(:brakes) ORDER BY d.unit_code, l.rule_code"
        ),
        {"brakes": list(brakes)},
    )
    return [(row.unit_code, row.rule_code) for row in rows]


def add_standing(conn: Connection, rules: Sequence[str]) -> None:
    """Open findings of the rules that are not rehearsed stand beside those just located."""
    conn.execute(named_query("rehearsal/standing"), {"rules": list(rules)})


def compare(conn: Connection, rules: Sequence[str]) -> list[Difference]:
    """Findings of the rehearsed rules that would come, go and stay, by unit and rule."""
    rows = conn.execute(named_query("rehearsal/compare"), {"rules": list(rules)})
    return [Difference(**row) for row in rows.mappings()]


def count_blocked(conn: Connection, blocking: Sequence[str]) -> list[Blocked]:
    """Blocked records by unit, before and after; `blocking`: rules that block afterwards."""
    rows = conn.execute(named_query("rehearsal/blocked"), {"blocking": list(blocking)})
    return [Blocked(**row) for row in rows.mappings()]
