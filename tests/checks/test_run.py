"""Located rows are Great Expectations' own verdict, and a crash never reads as no bad rows."""

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import great_expectations as gx
import pytest
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator
from sqlalchemy import Connection, text

from sync.checks.conditions import build_suite, gx_engine, metric_of, relation_of
from sync.checks.run import Compiled, compile_suites, locate_all, run_suites
from sync.checks.suites import Suites, load_suites
from sync.contract.record import Field, record_groups
from sync.model.errors import ConfigurationError
from sync.services.registry import load_registry
from sync.store.database import Database
from tests.checks.conftest import AS_OF
from tests.checks.staged import SNAPSHOT_ID, insert, located, stage, stage_snapshot
from tests.checks.test_examples import EXAMPLES
from tests.conftest import Urls

PEOPLE = 60
WINDOWS = {"CA006a", "CA006b", "EV001a", "SA010a", "SA010b", "SA011"}


def pool() -> dict[str, list[Any]]:
    """Values by field, from the examples of all rules: sound ones and failing ones."""
    values: dict[str, list[Any]] = {}
    for _, example in EXAMPLES.values():
        for row in (*example["pass"], *example["fail"]):
            for name, value in row.items():
                values.setdefault(name, [None]).append(value)
    return values


def random_row(
    random_: random.Random, fields: tuple[Field, ...], values: dict[str, list[Any]]
) -> dict[str, Any]:
    row = {f.code: random_.choice(values[f.code]) for f in fields if f.code in values}
    unreadable = [
        code for code, value in row.items() if value is None and random_.random() < 0.2
    ]
    return {**row, "unreadable_fields": unreadable}


def stage_people(conn: Connection, seed: int) -> None:
    """Random people made of the examples' values, in every relation."""
    random_, values = random.Random(seed), pool()  # noqa: S311 - not a secret
    stage_snapshot(conn, AS_OF)
    for record_id in range(1, PEOPLE + 1):
        flags = {
            n: random_.random() < 0.5
            for n in ("is_readable", "has_key", "has_nul", "has_repeated_key")
        }
        flags |= {n: random_.random() < 0.5 for n in ("has_secret_field", "is_malformed")}
        counts = {
            n: random_.randint(1, 3) for n in ("entry_count", "repeat_count", "differing_count")
        }
        insert(
            conn,
            "staging.document",
            {
                "snapshot_id": SNAPSHOT_ID,
                "record_id": record_id,
                "document_id": record_id,
                "unit_code": "H26",
                "as_of": AS_OF,
                "pass_no": 1,
                **flags,
                **counts,
            },
        )
        for group in record_groups().values():
            fields = tuple(f for f in group.fields if not f.is_secret)
            for row_no in range(1, 4 if group.is_list else 2):
                if fields:
                    stage(
                        conn, group.name, record_id, random_row(random_, fields, values), row_no
                    )
        insert(
            conn,
            "staging.context",
            {
                "snapshot_id": SNAPSHOT_ID,
                "record_id": record_id,
                "number_in_unit_count": random_.randint(0, 2),
                "number_elsewhere_count": random_.randint(0, 1),
            },
        )


def unexpected(result: ExpectationValidationResult) -> set[tuple[int, int]]:
    """Keys of the rows Great Expectations finds; never of an expectation that crashed."""
    info = result.exception_info
    details = [info] if "raised_exception" in info else list(info.values())
    assert not [d for d in details if d["raised_exception"]], result.expectation_config
    rows = result.result.get("unexpected_index_list") or []
    return {(row["record_id"], row["row_no"]) for row in rows}


def validated(url: str, suites: Suites, name: str) -> set[tuple[int, int, str]]:
    """What COMPLETE finds in one relation; windows apart, which it cannot list."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_postgres(
        name, connection_string=url, create_temp_table=False
    )
    asset = source.add_table_asset(name, table_name=relation_of(name), schema_name="staging")
    suite = build_suite(suites, name, AS_OF)
    suite.expectations = [e for e in suite.expectations if e.meta["rule"] not in WINDOWS]
    result = (
        asset.add_batch_definition_whole_table("all")
        .get_batch()
        .validate(
            suite,
            result_format={
                "result_format": "COMPLETE",
                "partial_unexpected_count": 3 * PEOPLE,  # the list of keys is cut at this, too
                "unexpected_index_column_names": ["record_id", "row_no"],
            },
        )
    )
    source.get_execution_engine().engine.dispose()
    assert len(result.results) == len(suite.expectations)
    return {
        (*key, each.expectation_config.meta["rule"])
        for each in result.results
        for key in unexpected(each)
    }


def counted(url: str, suites: Suites, name: str) -> dict[str, int]:
    """Great Expectations' own count of failing rows for the window rules of one relation."""
    engine = gx_engine(url, relation_of(name))
    counts = {}
    for expectation in build_suite(suites, name, AS_OF).expectations:
        if expectation.meta["rule"] in WINDOWS:
            condition = metric_of(expectation, engine)
            wanted = MetricConfiguration(
                condition.metric_name.replace(".condition", ".unexpected_count"),
                condition.metric_domain_kwargs,
                condition.metric_value_kwargs,
            )
            calculator = MetricsCalculator(execution_engine=engine, show_progress_bars=False)
            counts[expectation.meta["rule"]] = calculator.get_metric(wanted)
    engine.engine.dispose()
    return counts


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.schema_name. is deprecated:DeprecationWarning")
def test_located_rows_are_those_great_expectations_finds_itself(
    db: Database, urls: Urls, suites: Suites, compiled: Compiled
) -> None:
    load_registry(db)
    with db.transaction() as conn:
        stage_people(conn, seed=7)
        outcome = locate_all(conn, compiled, [SNAPSHOT_ID])
        ours = located(conn)
    url = urls("sync_writer")
    theirs = set().union(*(validated(url, suites, name) for name in suites.contents))
    assert sorted(ours ^ theirs) == sorted(row for row in ours if row[2] in WINDOWS)
    windows = {
        code: n for name in suites.contents for code, n in counted(url, suites, name).items()
    }
    assert windows == {code: outcome.located_count[code] for code in WINDOWS}
    assert outcome.total == len(ours)
    silent = sorted(code for code, count in outcome.located_count.items() if not count)
    assert len(silent) < len(suites.rules) / 5, silent


def test_checking_the_same_snapshot_twice_is_checking_it_once(
    conn: Connection, compiled: Compiled
) -> None:
    stage_people(conn, seed=1)
    first = locate_all(conn, compiled, [SNAPSHOT_ID])
    rows = located(conn)
    assert locate_all(conn, compiled, [SNAPSHOT_ID]) == first
    assert located(conn) == rows


def test_only_the_snapshots_asked_for_are_looked_at(
    conn: Connection, compiled: Compiled
) -> None:
    stage_people(conn, seed=2)
    assert locate_all(conn, compiled, [SNAPSHOT_ID + 1]).total == 0
    assert located(conn) == set()


def crashing(tmp_path: Path, suites: Suites, kind: str, kwargs: dict[str, Any]) -> Suites:
    content = json.loads(json.dumps(suites.contents["servant"]))
    one = next(e for e in content["expectations"] if e["meta"]["rule"] == "PT003b")
    one.update(type=kind, kwargs=kwargs)
    (tmp_path / "servant.json").write_text(json.dumps(content), encoding="utf-8")
    return load_suites(tmp_path)


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_values_to_match_regex", {"column": "pt_so_the", "regex": "(unclosed"}),
        ("expect_column_values_to_be_between", {"column": "pt_so_the", "min_value": 5}),
        ("expect_column_value_lengths_to_equal", {"column": "pt_ngay_vao", "value": 5}),
    ],
)
def test_a_rule_that_crashes_is_named_and_locates_nothing(
    tmp_path: Path,
    conn: Connection,
    urls: Urls,
    suites: Suites,
    kind: str,
    kwargs: dict[str, Any],
) -> None:
    stage_people(conn, seed=3)
    bent = crashing(tmp_path, suites, kind, kwargs)
    with pytest.raises(ConfigurationError, match="PT003b") as caught:
        run_suites(urls("sync_writer"), conn, bent, AS_OF, [SNAPSHOT_ID])
    assert located(conn) == set()
    assert caught.value.__cause__ is None


def test_no_condition_reads_the_clock(compiled: Compiled) -> None:
    conditions = [each for compiled_suite in compiled.values() for each in compiled_suite]
    clocks = ("current_date", "now(", "current_timestamp", "localtime")
    reading = [
        each.rule.code
        for each in conditions
        if any(clock in str(each.condition).lower() for clock in clocks)
    ]
    assert (len(conditions) > 200, reading) == (True, [])


def test_a_snapshot_of_another_day_is_judged_by_that_day(
    conn: Connection, urls: Urls, suites: Suites
) -> None:
    stage_snapshot(conn, date(2012, 1, 1))
    stage(conn, "person", 1, {"ma_don_vi": "H22.001", "trang_thai": "00"})
    then = compile_suites(urls("sync_writer"), suites, date(2012, 1, 1))
    assert locate_all(conn, then, [SNAPSHOT_ID]).located_count["CR004"] == 0
    now = compile_suites(urls("sync_writer"), suites, AS_OF)
    assert locate_all(conn, now, [SNAPSHOT_ID]).located_count["CR004"] == 1
    assert conn.execute(text("SELECT count(*) FROM staging.located")).scalar_one() > 1
