"""How an expectation of ours is made: one predicate over the columns of one row.

The predicate is what a sound row satisfies. SQL's third value counts as sound: a rule about a
value that is absent stays silent, another rule asks for the value.

Columns come without a table. Inside a subquery relabel every column, or an inner
`rank_code = rank_code` compares the inner column with itself.

A rule that asks for the day (`as_of`) also says when its answer for a row can turn although
nothing else changes: `turns_on` beside its predicate, or `Never` with the reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
ColumnTurning = Callable[[ColumnElement[Any], Parameters], ColumnElement[Any]]
RowTurning = Callable[[list[ColumnElement[Any]], Parameters], ColumnElement[Any]]
AS_OF = "as_of"
ROW_DOMAIN = (
    "batch_id",
    "table",
    "column_list",
    "row_condition",
    "condition_parser",
    "ignore_row_if",
)


@dataclass(frozen=True, slots=True)
class Never:
    """Time cannot change the answer although the rule asks for the day: says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Turning:
    """The first day after `as_of` on which an answer can turn; NULL: never.

    Too early costs one reading of a record; too late is a wrong answer until the next one.
    """

    day: Callable[[list[ColumnElement[Any]], Parameters], ColumnElement[Any]]
    parameters: tuple[str, ...]


TURNINGS: dict[str, Turning | Never] = {}  # type of the expectation -> when its answer turns


def column_rule(
    name: str, *parameters: str, turns_on: ColumnTurning | Never | None = None
) -> Callable[[ColumnPredicate], ColumnPredicate]:
    """Register `expect_column_values_to_<name>`; nulls are never asked about."""
    if isinstance(turns_on, Never):
        TURNINGS[f"expect_column_values_to_{name}"] = turns_on
    elif turns_on is not None:
        of_value = turns_on
        TURNINGS[f"expect_column_values_to_{name}"] = Turning(
            lambda columns, given: of_value(columns[0], given), parameters
        )

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
    name: str,
    *parameters: str,
    is_window: bool = False,
    turns_on: RowTurning | Never | None = None,
) -> Callable[[RowPredicate], RowPredicate]:
    """Register `expect_<name>` over `column_list`; a window's columns begin with its keys."""
    if turns_on is not None:
        TURNINGS[f"expect_{name}"] = (
            turns_on if isinstance(turns_on, Never) else Turning(turns_on, parameters)
        )
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
