"""Typed rows under check: what is staged, its context, its hashes. Unlogged, re-derivable."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from sync.contract.profile import Profile
from sync.model.value_key import ValueKey
from sync.store.database import set_local
from sync.store.queries import named_query, run_bound
from sync.store.reading import malformed_sql, read_statements
from sync.store.typed_rows import SETTINGS, spoken_groups, typed_rows_sql

PENDING = "state IN ('sealed', 'checked', 'released')"
COMMON = (
    "document",
    "reading",
    "overlay",
    "mapped",
    "context",
    "sums",
    "answer",
    "twin",
    "departure",
    "news",
    "located",
    "figures",
)
BESIDE = ("context", "answers", "twins", "departures", "news")  # news asks the answers


@dataclass(frozen=True, slots=True)
class ReadingPass:
    """One pass over documents: its basis, and the rules whose findings reopen records."""

    pass_no: int
    basis_sha256: str
    cross_rules: Sequence[str]


def tables() -> tuple[str, ...]:
    """Every staging table that a reading fills."""
    return (*COMMON, *(group.name for group in spoken_groups()))


def prepare(conn: Connection) -> None:
    """Session settings under which values are read and hashed alike everywhere."""
    for name, value in SETTINGS.items():
        set_local(conn, name, value)
    set_local(conn, "work_mem", "256MB")
    set_local(conn, "jit", "off")
    set_local(conn, "default_statistics_target", "10")  # 3,000 rows tell the planner enough
    # The planner takes every row for a failing one, and a worker for too dear. Below 0.03 rows
    # look so cheap to hand over that the leader alone asks the rules.
    set_local(conn, "parallel_tuple_cost", "0.05")


def clear(conn: Connection, snapshot_ids: Sequence[int]) -> None:
    """Forget what was staged for these snapshots, and for any that nobody will admit.

    A reading that breaks off half-way leaves no count, so nobody takes its rows for all.
    """
    conn.execute(
        text("UPDATE landing.snapshot SET staged_count = NULL WHERE snapshot_id = ANY(:ids)"),
        {"ids": list(snapshot_ids)},
    )
    pending = conn.execute(
        text(
            "SELECT EXISTS (SELECT FROM landing.snapshot WHERE state IN ('checked',"
            " 'released', 'sealed')"
            " AND staged_count IS NOT NULL AND NOT snapshot_id = ANY(:ids))"
        ),
        {"ids": list(snapshot_ids)},
    ).scalar_one()
    names = tables()
    if not pending:
        conn.execute(text("TRUNCATE " + ", ".join(f"staging.{name}" for name in names)))
        return
    for name in names:
        conn.execute(
            text(
                f"DELETE FROM staging.{name} WHERE snapshot_id = ANY(:ids) OR snapshot_id"
                " NOT IN"
                " (SELECT snapshot_id FROM landing.snapshot WHERE state IN ('checked',"
                " 'released', 'sealed'))"
            ),
            {"ids": list(snapshot_ids)},
        )


def count_forsaken(conn: Connection) -> int:
    """Staged records of answers that nobody will admit; a reading forgets them, too."""
    return int(
        conn.execute(
            text(
                "SELECT count(*) FROM staging.document WHERE snapshot_id NOT IN (SELECT"
                " snapshot_id FROM landing.snapshot WHERE state IN ('checked', 'released',"
                " 'sealed'))"
            )
        ).scalar_one()
    )


def stage_documents(
    conn: Connection,
    snapshot_ids: Sequence[int],
    profile: Profile,
    reading: ReadingPass,
) -> int:
    """Choose the documents to read; how many records. A second pass adds queued ones."""
    chosen = choose_documents(conn, snapshot_ids, profile, reading)
    conn.execute(text("ANALYZE staging.document"))
    return chosen


def choose_documents(
    conn: Connection,
    snapshot_ids: Sequence[int],
    profile: Profile,
    reading: ReadingPass,
) -> int:
    """The choice alone, without the statistics that many documents need."""
    statement = named_query("stage_documents").text.replace(
        "{malformed}", malformed_sql(profile)
    )
    done = conn.execute(
        text(statement),
        {
            "snapshot_ids": list(snapshot_ids),
            "basis_sha256": reading.basis_sha256,
            "cross_rules": list(reading.cross_rules),
            "pass_no": reading.pass_no,
        },
    )
    return int(done.rowcount)


def read_documents(
    conn: Connection,
    snapshot_ids: Sequence[int],
    profile: Profile,
    pass_no: int,
    only: frozenset[str] | None = None,
) -> None:
    """Documents of one pass → typed rows, one statement a group; `only`: of these groups."""
    values = {"snapshot_ids": list(snapshot_ids), "pass_no": pass_no}
    for statement in read_statements(profile, only):
        conn.execute(text(statement), values)


def queue_number_sharers(conn: Connection, snapshot_ids: Sequence[int]) -> int:
    """Queue unchanged records whose number, or whose person, came again; returns how many."""
    values = {"snapshot_ids": list(snapshot_ids)}
    names = ("queue_number_sharers", "queue_twins")
    return sum(int(conn.execute(named_query(name), values).rowcount) for name in names)


def know_sizes(conn: Connection) -> None:
    """Statistics of the typed rows: hashing joins them all."""
    for group in spoken_groups():
        conn.execute(text(f"ANALYZE staging.{group.name}"))


def add_context(conn: Connection, snapshot_ids: Sequence[int], key: ValueKey) -> None:
    """What other records and registers say of these."""
    look_beside(conn, snapshot_ids, key)


def look_beside(
    conn: Connection, snapshot_ids: Sequence[int], key: ValueKey, *, rehearsal: str = ""
) -> None:
    """What stands beside each record: its number elsewhere, its unit's answer, what is new.

    `rehearsal`: the twin schema that is filled instead, where only these snapshots speak.
    """
    values = {
        "snapshot_ids": list(snapshot_ids),
        "inner_pad": key.inner,
        "outer_pad": key.outer,
    }
    for name in BESIDE:
        statement = named_query(f"stage_{name}")
        if rehearsal:
            asked = statement.text.replace(PENDING, "snapshot_id = ANY(:snapshot_ids)")
            statement = text(asked.replace("staging.", f"{rehearsal}."))
        run_bound(conn, statement, values)


def add_up(conn: Connection, snapshot_ids: Sequence[int], *, rehearsal: str = "") -> None:
    """What the lists of each staged record add up to, in place of what they did before."""
    schema = rehearsal or "staging"
    values = {"snapshot_ids": list(snapshot_ids)}
    delete = f"DELETE FROM {schema}.sums WHERE snapshot_id = ANY(:snapshot_ids)"
    conn.execute(text(delete), values)
    statement = named_query("stage_sums").text.replace("staging.", f"{schema}.")
    conn.execute(text(statement), values)


def add_hashes(conn: Connection, snapshot_ids: Sequence[int], pass_no: int = 1) -> None:
    """Typed hash and lacking fields of every record that one pass read, before overlays."""
    read = (
        "FROM staging.document WHERE snapshot_id = ANY(:snapshot_ids) AND pass_no = :pass_no"
        " AND is_readable AND NOT is_malformed AND differing_count = 1"
    )
    scope = "g.snapshot_id = ANY(:snapshot_ids)"
    if pass_no > 1:  # few among many: the first pass hashed the others
        scope += f" AND g.record_id IN (SELECT record_id {read})"
    hashed = typed_rows_sql("staging", f"(SELECT snapshot_id, record_id {read})", scope)
    hashed = hashed.replace(
        "SELECT base.record_id", "SELECT base.snapshot_id, base.record_id", 1
    )
    conn.execute(
        text(
            "INSERT INTO staging.reading (snapshot_id, record_id, typed_sha256,"
            " missing_fields)\n" + hashed
        ),
        {"snapshot_ids": list(snapshot_ids), "pass_no": pass_no},
    )


def finish_reading(conn: Connection) -> None:
    """Statistics for the checks that follow."""
    for name in ("reading", "context", "sums"):
        conn.execute(text(f"ANALYZE staging.{name}"))


def count_staged(conn: Connection, snapshot_id: int) -> int:
    """How many records stand staged for one snapshot."""
    return int(
        conn.execute(
            text("SELECT count(*) FROM staging.document WHERE snapshot_id = :id"),
            {"id": snapshot_id},
        ).scalar_one()
    )
