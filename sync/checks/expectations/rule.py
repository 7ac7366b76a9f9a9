"""How an expectation of ours is made: one predicate over the columns of one row.

The predicate is what a sound row satisfies. SQL's third value counts as sound: a rule about a
value that is absent stays silent, another rule asks for the value.

Columns come without a table. Inside a subquery relabel every column, or an inner
`rank_code = rank_code` compares the inner column with itself.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    MulticolumnMapMetricProvider,
    column_condition_partial,
    multicolumn_condition_partial,
)
from sqlalchemy import ColumnElement

type_of = type
Parameters = Mapping[str, Any]
ColumnPredicate = Callable[[ColumnElement[Any], Parameters], ColumnElement[bool]]
RowPredicate = Callable[[list[ColumnElement[Any]], Parameters], ColumnElement[bool]]
ROW_DOMAIN = (
    "batch_id",
    "table",
    "column_list",
    "row_condition",
    "condition_parser",
    "ignore_row_if",
)


def column_rule(name: str, *parameters: str) -> Callable[[ColumnPredicate], ColumnPredicate]:
    """Register `expect_column_values_to_<name>`; nulls are never asked about."""

    def register(predicate: ColumnPredicate) -> ColumnPredicate:
        metric = f"column_values.{name}"

        @column_condition_partial(engine=SqlAlchemyExecutionEngine)  # type: ignore[untyped-decorator]  # the decorator of Great Expectations has no types
        def condition(
            cls: type, column: ColumnElement[Any], **kwargs: object
        ) -> ColumnElement[bool]:
            return predicate(column, {key: kwargs.get(key) for key in parameters})

        _provider(ColumnMapMetricProvider, metric, parameters, condition)
        _expectation(ColumnMapExpectation, f"column_values_to_{name}", metric, parameters)
        return predicate

    return register


def row_rule(
    name: str, *parameters: str, is_window: bool = False
) -> Callable[[RowPredicate], RowPredicate]:
    """Register `expect_<name>` over `column_list`; a window's columns begin with its keys."""
    kind = (
        MetricPartialFunctionTypes.WINDOW_CONDITION_FN
        if is_window
        else MetricPartialFunctionTypes.MAP_CONDITION_FN
    )

    def register(predicate: RowPredicate) -> RowPredicate:
        metric = f"multicolumn_values.{name}"

        @multicolumn_condition_partial(  # type: ignore[untyped-decorator]  # the decorator of Great Expectations has no types
            engine=SqlAlchemyExecutionEngine, partial_fn_type=kind
        )
        def condition(
            cls: type, column_list: list[ColumnElement[Any]], **kwargs: object
        ) -> ColumnElement[bool]:
            return predicate(column_list, {key: kwargs.get(key) for key in parameters})

        _provider(MulticolumnMapMetricProvider, metric, parameters, condition, ROW_DOMAIN)
        _expectation(MulticolumnMapExpectation, name, metric, parameters, ignore_row_if="never")
        return predicate

    return register


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _provider(
    base: type,
    metric: str,
    parameters: tuple[str, ...],
    condition: Callable[..., object],
    domain: tuple[str, ...] = (),
) -> None:
    body: dict[str, Any] = {
        "__module__": __name__,
        "condition_metric_name": metric,
        "condition_value_keys": parameters,
        "_sqlalchemy": condition,
    }
    if domain:
        body["condition_domain_keys"] = domain
    type_of(_camel(metric.replace(".", "_")), (base,), body)


def _expectation(
    base: type, name: str, metric: str, parameters: tuple[str, ...], **defaults: str
) -> None:
    annotations: dict[str, Any] = dict.fromkeys((*parameters, *defaults), Any)
    annotations["map_metric"] = ClassVar[str]
    body = {
        "__module__": __name__,
        "__annotations__": annotations,
        "map_metric": metric,
        "success_keys": (*parameters, "mostly"),
        "args_keys": parameters,
        **dict.fromkeys(parameters),
        **defaults,
    }
    type_of(f"Expect{_camel(name)}", (base,), body)
