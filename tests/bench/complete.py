"""Locating failing rows: our one statement a table against Great Expectations' own COMPLETE.

Both look at the same staged rows. Great Expectations gets them as plain tables, made before its
clock starts; ours opens its views, joins and windows within the time.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from sync.demo.country import USUAL_AS_OF
from sync.model.value_key import ValueKey
from sync.services.context import expectations_dir
from sync.store.database import Database

COMPLETE = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["snapshot_id", "record_id", "row_no"],
    "partial_unexpected_count": 10_000_000,  # it cuts the list of rows too
}


@dataclass(frozen=True, slots=True)
class Located:
    """Failing (row, rule) pairs and seconds, ours and theirs."""

    ours: int
    ours_s: float
    theirs: int
    theirs_s: float
    rules: int


def locate(url: str, superuser_url: str) -> Located:
    """Locate every failing row of everything staged, in both ways.

    Rules that look over several rows are left out on both sides: COMPLETE puts their windows
    into a WHERE, which PostgreSQL refuses, and then repeats the suite rule by rule.
    """
    from sync.checks.conditions import compile_suites
    from sync.checks.suites import load_suites

    suites = load_suites(expectations_dir())
    compiled = compile_suites(url, suites)
    with _plain_tables(superuser_url, list(compiled)):
        context = _great_expectations(superuser_url)
        broken = _run(context, suites, frozenset()).crashed
        theirs = _run(context, suites, broken)
    found, ours_s = _ours(url, compiled, broken)
    rules = sum(len(conditions) for conditions in compiled.values())
    return Located(found, ours_s, theirs.found, theirs.seconds, rules - len(broken))


def _ours(url: str, compiled: Any, broken: frozenset[str]) -> tuple[int, float]:  # noqa: ANN401 - imported late
    """Stored conditions are run as they are: compiling is not part of a check."""
    from sync.checks.locate import Asked
    from sync.checks.run import locate_all
    from sync.store import staging

    database = Database.connect(url)
    with database.engine.connect() as conn:
        ids = list(
            conn.execute(text("SELECT DISTINCT snapshot_id FROM staging.document")).scalars()
        )
        staging.prepare(conn)
        started = time.perf_counter()
        chosen = {
            name: [each for each in conditions if each.rule.code not in broken]
            for name, conditions in compiled.items()
        }
        outcome = locate_all(conn, chosen, Asked(ids, USUAL_AS_OF, ValueKey.of("bench")))
        seconds = time.perf_counter() - started
        conn.rollback()
    database.close()
    return outcome.total, seconds


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
    found: int
    seconds: float
    crashed: frozenset[str]


def _run(context: Any, suites: Any, left_out: frozenset[str]) -> _Run:  # noqa: ANN401 - Great Expectations has no types
    """Every suite once, COMPLETE, over the plain tables."""
    from sync.checks.conditions import build_suite

    logging.disable(logging.CRITICAL)  # it logs the statements that fail
    found, seconds = 0, 0.0
    crashed: set[str] = set()
    for name in suites.contents:
        suite = build_suite(suites, name, USUAL_AS_OF.isoformat())
        suite.expectations = [e for e in suite.expectations if e.meta["rule"] not in left_out]
        if suite.expectations:
            batch = _batch(context, name)
            started = time.perf_counter()
            answer = batch.validate(suite, result_format=COMPLETE)
            seconds += time.perf_counter() - started
            for each in answer.results:
                found += len(each.result.get("unexpected_index_list") or ())
                if _is_crashed(each.exception_info):
                    crashed.add(each.expectation_config.meta["rule"])
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
