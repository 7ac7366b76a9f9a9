"""Great Expectations' own word on staged rows, and an oracle for what it cannot list."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import great_expectations as gx
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator
from sqlalchemy import Connection, text

from sync.checks.conditions import build_suite, gx_engine, metric_of
from sync.checks.stored import relation_of
from sync.checks.suites import Suites

Key = tuple[int, int]
TWICE = {  # what may stand once with each person
    "EV001a": ("evaluation", ("ev_nam",)),
    "FM006": ("family", ("fm_quan_he", "fm_ho_ten", "fm_nam_sinh")),
    "KT001": ("reward", ("rw_ngay_qd", "rw_cap_qd", "rw_hinh_thuc")),
}
WINDOWS = {"CA006a", "CA006b", "EV001a", "FM006", "KT001", "SA010a", "SA010b", "SA011"}


def suite_of_the_day(suites: Suites, name: str, day: date) -> ExpectationSuite:
    """A suite with the day given as a day, and the rules in force on it."""
    suite = build_suite(suites, name, day.isoformat())
    suite.expectations = [
        e for e in suite.expectations if suites.rule(e.meta["rule"]).is_valid_on(day)
    ]
    return suite


def complete(url: str, suites: Suites, name: str, day: date) -> set[tuple[int, int, str]]:
    """(record, row, rule) that COMPLETE finds in one relation; windows it cannot list."""
    suite = suite_of_the_day(suites, name, day)
    suite.expectations = [e for e in suite.expectations if e.meta["rule"] not in WINDOWS]
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_postgres(
        name, connection_string=url, create_temp_table=False
    )
    asset = source.add_table_asset(name, table_name=relation_of(name), schema_name="staging")
    result = (
        asset.add_batch_definition_whole_table("all")
        .get_batch()
        .validate(
            suite,
            result_format={
                "result_format": "COMPLETE",
                "partial_unexpected_count": 1_000_000,  # the list of keys is cut at this, too
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


def unexpected(result: ExpectationValidationResult) -> set[Key]:
    """Keys of the rows Great Expectations finds; never of an expectation that crashed."""
    info = result.exception_info
    details = [info] if "raised_exception" in info else list(info.values())
    assert not [d for d in details if d["raised_exception"]], result.expectation_config
    rows = result.result.get("unexpected_index_list") or []
    return {(row["record_id"], row["row_no"]) for row in rows}


def counted(url: str, suites: Suites, name: str, day: date) -> dict[str, int]:
    """Great Expectations' own count of failing rows for the window rules of one relation."""
    engine = gx_engine(url, relation_of(name))
    counts = {}
    for expectation in suite_of_the_day(suites, name, day).expectations:
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


def window_oracle(conn: Connection) -> set[tuple[int, int, str]]:
    """Who fails the window rules, said in Python, row by row, from what their sentences say."""
    found: set[tuple[int, int, str]] = set()
    for rows in _people(conn, "work_history", "wh_tu_ngay"):
        found |= _intervals(rows, "wh", "BP", 92, ("CA006a", "CA006b"))
    for rows in _people(conn, "salary_history", "sh_tu_ngay"):
        found |= _intervals(rows, "sh", None, 31, ("SA010a", "SA010b"))
        found |= _falling_steps(rows)
    for code, (group, names) in TWICE.items():
        for rows in _people(conn, group, "row_no"):
            said = Counter(tuple(row[name] for name in names) for row in rows)
            found |= {
                (row["record_id"], row["row_no"], code)
                for row in rows
                if row[names[-1]] is not None and said[tuple(row[n] for n in names)] > 1
            }
    return found


def _people(conn: Connection, group: str, order: str) -> Iterator[list[dict[str, Any]]]:
    """The rows of each person, by their beginning; those without one come last."""
    people: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in conn.execute(text(f"SELECT * FROM staging.check_{group}")).mappings():  # noqa: S608 - our own names
        people[row["record_id"]].append(dict(row))
    for rows in people.values():
        yield sorted(rows, key=lambda row: (row[order] is None, row[order] or 0, row["row_no"]))


def _intervals(
    rows: list[dict[str, Any]],
    prefix: str,
    skipped: str | None,
    days: int,
    codes: tuple[str, str],
) -> set[tuple[int, int, str]]:
    overlap, gap = codes
    found, latest = set(), None
    for row in rows:
        began, ended = row[f"{prefix}_tu_ngay"], row[f"{prefix}_den_ngay"]
        is_left_out = skipped is not None and row[f"{prefix}_loai_bien_dong"] == skipped
        key = (row["record_id"], row["row_no"])
        if began is not None and latest is not None and not is_left_out:
            if began < latest:
                found.add((*key, overlap))
            if latest != date.max and began - latest > timedelta(days=days + 1):
                found.add((*key, gap))
        is_unreadable = f"{prefix}_den_ngay" in (row["unreadable_fields"] or [])
        if not is_unreadable and not is_left_out:
            end = ended or date.max
            latest = end if latest is None else max(latest, end)
    return found


def _falling_steps(rows: list[dict[str, Any]]) -> set[tuple[int, int, str]]:
    return {
        (row["record_id"], row["row_no"], "SA011")
        for before, row in pairwise(rows)
        if None not in (before["sh_bac"], row["sh_bac"], before["sh_ngach"], row["sh_ngach"])
        and row["sh_bac"] < before["sh_bac"]
        and row["sh_ngach"] == before["sh_ngach"]
        and not row["had_step_demotion"]
    }
