"""Locating failing rows: our one statement a table against Great Expectations' own COMPLETE.

Both look at the same staged rows. Great Expectations gets them as plain tables, made before its
clock starts; ours opens its views, joins and windows within the time.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from sync.checks.run import Compiled
from sync.checks.suites import SNAPSHOT, load_suites
from sync.demo.country import USUAL_AS_OF
from sync.model.value_key import ValueKey
from sync.services.context import expectations_dir
from sync.store.database import Database
from tests.bench.grown import count_rows, multiply_staged, settle

ACROSS = frozenset({SNAPSHOT, "register"})  # these look at no rows of a record
LOOKS = 3  # each way; the least disturbed one counts
COMPLETE = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["snapshot_id", "record_id", "row_no"],
    "partial_unexpected_count": 10_000_000,  # it cuts the list of rows too
}


@dataclass(frozen=True, slots=True)
class Looked:
    """One look through everything staged: failing rows by rule, and how long it took."""

    by_rule: Mapping[str, int]
    rows: int
    documents: int
    seconds: float

    @property
    def found(self) -> int:
        """Failing (row, rule) pairs."""
        return sum(self.by_rule.values())


@dataclass(frozen=True, slots=True)
class Located:
    """The same rules in both ways (`ours`, `theirs`), and `every` rule in ours."""

    compile_s: float
    ours: Looked
    every: Looked
    theirs: int
    theirs_s: float
    rules: int
    differing: Mapping[str, int]


def locate(url: str, superuser_url: str, wanted: int) -> Located:
    """Locate every failing row of `wanted` staged rows, in both ways.

    Rules that look over several rows are left out on both sides: COMPLETE puts their windows
    into a WHERE, which PostgreSQL refuses, and then repeats the suite rule by rule.
    """
    from sync.checks.conditions import compile_suites

    suites = load_suites(expectations_dir())
    started = time.perf_counter()
    compiled = compile_suites(url, suites)
    compile_s = time.perf_counter() - started
    names = [name for name in compiled if name not in ACROSS]
    rules = {each.rule.code for name in names for each in compiled[name]}
    with _plain_tables(superuser_url, names):
        broken = _run(_great_expectations(superuser_url), suites, names, frozenset()).crashed
    broken |= {rule.code for rule in suites.rules if not rule.is_valid_on(USUAL_AS_OF)}
    multiply_staged(superuser_url, wanted)
    every = look(url, compiled)
    asked = {
        name: [each for each in compiled[name] if each.rule.code not in broken]
        for name in names
    }
    ours = min((look(url, asked) for _ in range(LOOKS)), key=lambda seen: seen.seconds)
    with _plain_tables(superuser_url, names):
        context = _great_expectations(superuser_url)
        runs = (_run(context, suites, names, broken) for _ in range(LOOKS))
        theirs = min(runs, key=lambda run: run.seconds)
    if theirs.crashed:
        raise RuntimeError(f"COMPLETE could not run {sorted(theirs.crashed)}.")
    differing = {
        code: abs(ours.by_rule.get(code, 0) - theirs.found.get(code, 0))
        for code in sorted(ours.by_rule.keys() | theirs.found.keys())
        if ours.by_rule.get(code, 0) != theirs.found.get(code, 0)
    }
    total = sum(theirs.found.values())
    return Located(
        compile_s, ours, every, total, theirs.seconds, len(rules - broken), differing
    )


def look(url: str, compiled: Compiled | None = None) -> Looked:
    """What a wave runs: conditions as they are stored; compiling is no part of a check."""
    from sync.checks.locate import Asked
    from sync.checks.run import locate_all
    from sync.services.conditions import find_conditions
    from sync.store import staging

    database = Database.connect(url)
    with database.engine.connect() as conn:
        snapshots = text("SELECT DISTINCT snapshot_id FROM staging.document")
        ids = list(conn.execute(snapshots).scalars())
        chosen = compiled or find_conditions(conn, load_suites(expectations_dir()))
        if chosen is None:
            raise RuntimeError("No wave has stored the conditions yet.")
        rows = count_rows(conn)
        documents = conn.execute(text("SELECT count(*) FROM staging.document")).scalar_one()
        staging.prepare(conn)
        started = time.perf_counter()
        outcome = locate_all(conn, chosen, Asked(ids, USUAL_AS_OF, ValueKey.of("bench")))
        seconds = time.perf_counter() - started
        conn.rollback()
    database.close()
    return Looked(dict(outcome.located_count), rows, documents, seconds)


@contextmanager
def _plain_tables(superuser_url: str, suites: list[str]) -> Iterator[None]:
    """The checked rows as tables of a schema of their own."""
    from sync.checks.stored import relation_of

    database = Database.connect(superuser_url)
    with database.transaction() as conn:
        conn.execute(text("CREATE SCHEMA complete"))
        for name in map(relation_of, suites):
            conn.execute(text(f"CREATE UNLOGGED TABLE complete.{name} AS TABLE staging.{name}"))
            conn.execute(text(f"ANALYZE complete.{name}"))
    settle(database)
    yield
    with database.transaction() as conn:
        conn.execute(text("DROP SCHEMA complete CASCADE"))
    database.close()


def _great_expectations(address: str) -> Any:  # noqa: ANN401 - a library without types
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    context.data_sources.add_postgres("bench", connection_string=address)
    return context


@dataclass(frozen=True, slots=True)
class _Run:
    found: Mapping[str, int]
    seconds: float
    crashed: frozenset[str]


def _run(context: Any, suites: Any, names: Iterable[str], left_out: frozenset[str]) -> _Run:  # noqa: ANN401 - Great Expectations has no types
    """These suites once, COMPLETE, over the plain tables."""
    from sync.checks.conditions import build_suite

    logging.disable(logging.CRITICAL)  # it logs the statements that fail
    seconds = 0.0
    found: dict[str, int] = {}
    crashed: set[str] = set()
    for name in names:
        suite = build_suite(suites, name, USUAL_AS_OF.isoformat())
        suite.expectations = [e for e in suite.expectations if e.meta["rule"] not in left_out]
        if suite.expectations:
            batch = _batch(context, name)
            started = time.perf_counter()
            answer = batch.validate(suite, result_format=COMPLETE)
            seconds += time.perf_counter() - started
            for each in answer.results:
                code = each.expectation_config.meta["rule"]
                found[code] = len(each.result.get("unexpected_index_list") or ())
                if _is_crashed(each.exception_info):
                    crashed.add(code)
    logging.disable(logging.NOTSET)
    return _Run(found, seconds, frozenset(crashed))


def _batch(context: Any, suite: str) -> Any:  # noqa: ANN401 - Great Expectations has no types
    from sync.checks.stored import relation_of

    source = context.data_sources.get("bench")
    if suite not in {asset.name for asset in source.assets}:
        source.add_table_asset(suite, table_name=relation_of(suite), schema_name="complete")
    asset = source.get_asset(suite)
    with suppress(LookupError, KeyError):
        return asset.get_batch_definition("all").get_batch()
    return asset.add_batch_definition_whole_table("all").get_batch()


def _is_crashed(info: Any) -> bool:  # noqa: ANN401 - flat, or one a metric
    details = [info] if "raised_exception" in info else info.values()
    return any(detail["raised_exception"] for detail in details)
