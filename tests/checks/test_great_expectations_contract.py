"""What we lean on inside Great Expectations: one test each, so that a failure names it."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from great_expectations.core.batch_spec import SqlAlchemyDatasourceBatchSpec
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.exceptions import GreatExpectationsError
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.registry import (
    get_expectation_impl,
    get_metric_kwargs,
    get_metric_provider,
)
from great_expectations.expectations.row_conditions import deserialize_row_condition
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

import sync.checks.expectations  # noqa: F401 - importing registers our own
from sync.checks.conditions import gx_engine
from sync.store.server import EmbeddedServer

META = {"meta": {"rule": "XX001"}, "severity": "warning"}
PAIR = {"column_A": "nn_xuat_ngu", "column_B": "nn_nhap_ngu", "or_equal": True}
ONLY_MEN = {
    "type": "comparison",
    "column": {"name": "gioi_tinh"},
    "operator": "==",
    "parameter": "1",
}


@pytest.fixture
def engine(server: EmbeddedServer) -> Iterator[SqlAlchemyExecutionEngine]:
    """Great Expectations looking at one relation."""
    made = gx_engine(server.url("sync_writer"), "check_servant")
    yield made
    made.engine.dispose()


def expectation_of(kind: str, kwargs: dict[str, Any]) -> Any:  # noqa: ANN401 - a library without types
    suite = ExpectationSuite(
        name="one", expectations=[{"type": kind, "kwargs": kwargs, **META}]
    )
    (expectation,) = suite.expectations
    return expectation


def metric(kind: str, kwargs: dict[str, Any]) -> MetricConfiguration:
    expectation = expectation_of(kind, kwargs)
    name = f"{expectation.map_metric}.condition"
    wanted = get_metric_kwargs(name, configuration=expectation.configuration)
    domain = {**wanted["metric_domain_kwargs"], "batch_id": "checked"}
    return MetricConfiguration(name, domain, wanted["metric_value_kwargs"])


def resolved(engine: SqlAlchemyExecutionEngine, *metrics: MetricConfiguration) -> Any:  # noqa: ANN401 - a library without types
    calculator = MetricsCalculator(execution_engine=engine, show_progress_bars=False)
    return calculator.compute_metrics(list(metrics))


def regex(**more: object) -> MetricConfiguration:
    kwargs = {"column": "so_dinh_danh", "regex": "^[0-9]{12}$", **more}
    return metric("expect_column_values_to_match_regex", kwargs)


def test_get_batch_data_and_markers_takes_a_table_of_a_schema_without_a_copy_of_it(
    server: EmbeddedServer,
) -> None:
    engine = SqlAlchemyExecutionEngine(
        engine=create_engine(server.url("sync_writer"), poolclass=StaticPool),
        create_temp_table=False,
    )
    spec = SqlAlchemyDatasourceBatchSpec(
        table_name="check_servant", schema_name="staging", create_temp_table=False
    )
    data, _ = engine.get_batch_data_and_markers(spec)
    engine.load_batch_data("checked", data)
    with engine.engine.connect() as conn:
        made = conn.execute(
            text("SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'")
        )
        assert made.scalar_one() == 0
    engine.engine.dispose()


def test_compute_metrics_gives_a_pair_of_resolved_and_failed_by_metric_id(
    engine: SqlAlchemyExecutionEngine,
) -> None:
    one, other = regex(), metric("expect_column_values_to_not_be_null", {"column": "email"})
    found, failed = resolved(engine, one, other)
    assert set(found) >= {one.id, other.id}
    assert dict(failed) == {}


def test_one_metric_that_cannot_be_computed_raises_or_is_in_neither_nor_resolved(
    engine: SqlAlchemyExecutionEngine,
) -> None:
    broken = metric("expect_column_values_to_not_be_null", {"column": "no_such_column"})
    try:
        found, _ = resolved(engine, broken)
    except GreatExpectationsError:
        found = {}
    assert broken.id not in found


def test_a_condition_metric_is_a_triple_of_condition_and_two_domains(
    engine: SqlAlchemyExecutionEngine,
) -> None:
    wanted = regex()
    condition, compute_domain, accessor_domain = resolved(engine, wanted)[0][wanted.id]
    assert "so_dinh_danh" in str(condition)
    assert isinstance(compute_domain, dict)
    assert isinstance(accessor_domain, dict)


def test_a_condition_is_true_for_the_failing_row_and_skips_nulls(
    engine: SqlAlchemyExecutionEngine,
) -> None:
    wanted = regex()
    condition = str(resolved(engine, wanted)[0][wanted.id][0])
    assert "IS NOT NULL" in condition
    assert "NOT (" in condition


def test_row_condition_stands_in_the_domain_and_not_in_the_condition(
    engine: SqlAlchemyExecutionEngine,
) -> None:
    wanted = regex(row_condition=ONLY_MEN)
    condition, compute_domain, _ = resolved(engine, wanted)[0][wanted.id]
    assert "gioi_tinh" not in str(condition)
    chosen = deserialize_row_condition(compute_domain["row_condition"])
    clause = engine.condition_to_filter_clause(chosen)
    assert "gioi_tinh" in str(clause)


def test_ignore_row_if_stands_in_the_domain_and_not_in_the_condition(
    engine: SqlAlchemyExecutionEngine,
) -> None:
    kwargs = {**PAIR, "ignore_row_if": "either_value_is_missing"}
    wanted = metric("expect_column_pair_values_a_to_be_greater_than_b", kwargs)
    _, compute_domain, accessor_domain = resolved(engine, wanted)[0][wanted.id]
    domain = {**compute_domain, **(accessor_domain or {})}
    assert domain["ignore_row_if"] == "either_value_is_missing"
    assert (domain["column_A"], domain["column_B"]) == (PAIR["column_A"], PAIR["column_B"])


def test_get_metric_kwargs_splits_an_expectation_into_domain_and_value() -> None:
    expectation = expectation_of(
        "expect_column_values_to_match_regex", {"column": "email", "regex": "@"}
    )
    found = get_metric_kwargs(
        "column_values.match_regex.condition", configuration=expectation.configuration
    )
    assert found["metric_domain_kwargs"]["column"] == "email"
    assert found["metric_value_kwargs"]["regex"] == "@"


def test_get_metric_provider_refuses_a_metric_that_sql_has_not(
    engine: SqlAlchemyExecutionEngine,
) -> None:
    get_metric_provider("column_values.match_regex.condition", engine)
    with pytest.raises(GreatExpectationsError):
        get_metric_provider("column_values.dateutil_parseable.condition", engine)


@pytest.mark.parametrize(
    "changes", [{"type": "expect_the_moon"}, {"severity": "shrill"}], ids=["type", "severity"]
)
def test_an_unknown_type_or_severity_is_dropped_without_a_word(changes: dict[str, str]) -> None:
    known = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "email"}, **META}
    logging.disable(logging.CRITICAL)
    suite = ExpectationSuite(name="one", expectations=[{**known, **changes}])
    logging.disable(logging.NOTSET)
    assert suite.expectations == []


def test_a_class_is_registered_by_being_made() -> None:
    ours = get_expectation_impl("expect_number_to_carry_the_sex")
    assert ours.map_metric == "multicolumn_values.number_to_carry_the_sex"


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(ValueError, match="no_such"):
        expectation_of("expect_column_values_to_be_unique", {"column": "a", "no_such": 1})


def test_columns_of_a_condition_stand_without_a_table(
    engine: SqlAlchemyExecutionEngine,
) -> None:
    wanted = regex()
    condition = resolved(engine, wanted)[0][wanted.id][0]
    assert "check_servant" not in str(condition)


def test_mostly_does_not_change_a_condition(engine: SqlAlchemyExecutionEngine) -> None:
    strict, lax = regex(), regex(mostly=0.5)
    found, _ = resolved(engine, strict, lax)
    assert str(found[strict.id][0]) == str(found[lax.id][0])
