"""Asks Great Expectations for the SQL condition of every expectation: true means a failing row.

No context, no data source, no result objects: values of people never leave the database. What
comes out is text that any day can be put into (`stored`): one compilation serves all waves.
"""

import logging
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from great_expectations.core.batch_spec import SqlAlchemyDatasourceBatchSpec
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.exceptions import GreatExpectationsError, MetricError
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.registry import get_metric_kwargs, get_metric_provider
from great_expectations.expectations.row_conditions import deserialize_row_condition
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator
from sqlalchemy import (
    URL,
    ColumnElement,
    Over,
    and_,
    column,
    create_engine,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.exc import CompileError
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.visitors import iterate

import sync.checks.expectations  # noqa: F401 - importing registers our own
from sync.checks.expectations.rule import TURNINGS, Never
from sync.checks.stored import AS_OF, DAY, SCHEMA, RuleCondition, as_stored, relation_of
from sync.checks.suites import Suites
from sync.model.errors import ConfigurationError

logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # it logs statements

BATCH = "checked"
PARAMETER = {"$PARAMETER": AS_OF}
DAY_COLUMNS = frozenset(
    {"as_of", "has_last_rating"}
)  # of relations: they say more on another day
Folded = ColumnElement[bool]


def build_suite(suites: Suites, name: str, day: str = DAY) -> ExpectationSuite:
    """One suite as Great Expectations knows it, with the day (ISO) its parameter stands for.

    Raises:
        ConfigurationError: an expectation is of an unknown type or has wrong arguments.
    """
    content = suites.contents[name]
    suite = ExpectationSuite(name=name)
    for expectation in (_resolved(each, day) for each in content["expectations"]):
        code = expectation["meta"]["rule"]
        try:
            built = ExpectationSuite(name=name, expectations=[expectation]).expectations
        except (GreatExpectationsError, ValueError, TypeError):
            built = []
        if len(built) != 1:  # an unknown type is dropped without a word
            raise ConfigurationError(
                f"Rule {code} is of an unknown type or has wrong arguments:"
                f" see expectations/{name}.json."
            )
        suite.expectations.extend(built)
    return suite


def compile_suites(url: str | URL, suites: Suites) -> dict[str, list[RuleCondition]]:
    """Conditions of every suite, for any day and any number of snapshots.

    `url` names the database: Great Expectations reads the columns over a connection of its own.

    Raises:
        ConfigurationError: names the rule that has no condition.
    """
    return {name: compile_suite(url, suites, name) for name in suites.contents}


def compile_suite(url: str | URL, suites: Suites, name: str) -> list[RuleCondition]:
    """The condition of every rule of one suite.

    Raises:
        ConfigurationError: names the rule that has no condition.
    """
    suite = build_suite(suites, name)
    if not suite.expectations:
        return []
    conditions = folded_conditions(url, suite, relation_of(name))
    turnings = {
        each["meta"]["rule"]: turns_on(each) for each in suites.contents[name]["expectations"]
    }
    return [
        _stored(suites, code, folded, turnings[code]) for code, folded in conditions.items()
    ]


def _stored(
    suites: Suites, code: str, folded: Folded, turning: ColumnElement[Any] | None
) -> RuleCondition:
    rule = suites.rule(code)
    try:
        turns_on_sql = None if turning is None else as_stored(turning)
        return RuleCondition(rule, as_stored(folded), turns_on_sql)
    except CompileError:
        raise ConfigurationError(
            f"Rule {code} has an argument that cannot be written down: see"
            f" expectations/{rule.suite}.json."
        ) from None


def folded_conditions(
    url: str | URL, suite: ExpectationSuite, relation: str
) -> dict[str, Folded]:
    """Conditions by rule code, of all expectations in one question.

    Raises:
        ConfigurationError: names the rule that has none.
    """
    engine = gx_engine(url, relation)
    wanted = {e.meta["rule"]: metric_of(e, engine) for e in suite.expectations}
    try:
        resolved, failed = MetricsCalculator(
            execution_engine=engine, show_progress_bars=False
        ).compute_metrics(list(wanted.values()))
    except (GreatExpectationsError, MetricError):
        resolved, failed = {}, {}
    finally:
        engine.engine.dispose()
    folded = {}
    for code, metric in wanted.items():
        if metric.id not in resolved or metric.id in failed:  # neither list: crashed as well
            raise ConfigurationError(
                f"Rule {code} has no condition in the database:"
                f" see expectations/{suite.name}.json."
            )
        condition, compute_domain, accessor_domain = resolved[metric.id]
        domain = {**compute_domain, **(accessor_domain or {})}
        folded[code] = _folded(engine, code, condition, domain)
    return folded


def turns_on(expectation: Mapping[str, Any]) -> ColumnElement[Any] | None:
    """When time alone can change the rule's answer; None for never.

    Raises:
        ConfigurationError: the rule depends on the day, and nobody said when its answer turns.
    """
    kwargs = expectation["kwargs"]
    columns = [kwargs["column"]] if "column" in kwargs else kwargs.get("column_list", [])
    if PARAMETER not in kwargs.values() and DAY_COLUMNS.isdisjoint(columns):
        return None
    turning = TURNINGS.get(expectation["type"])
    if turning is None:
        code = expectation["meta"]["rule"]
        raise ConfigurationError(
            f"Rule {code} depends on the day: say beside its predicate when its answer turns."
        )
    if isinstance(turning, Never):
        return None
    given = {name: _filled(kwargs.get(name), DAY) for name in turning.parameters}
    return turning.day([column(name) for name in columns], given)


def _resolved(expectation: Mapping[str, Any], day: str) -> dict[str, Any]:
    """The expectation with the suite parameter `as_of` filled in: no rule reads a clock."""
    resolved = deepcopy(dict(expectation))
    resolved["kwargs"] = {key: _filled(value, day) for key, value in resolved["kwargs"].items()}
    return resolved


def _filled(value: object, day: str) -> object:
    return day if value == PARAMETER else value


def gx_engine(url: str | URL, relation: str) -> SqlAlchemyExecutionEngine:
    """An engine of Great Expectations' own: it disposes of what it is given."""
    engine = SqlAlchemyExecutionEngine(
        engine=create_engine(url, poolclass=StaticPool, hide_parameters=True),
        create_temp_table=False,
    )
    data, _ = engine.get_batch_data_and_markers(
        SqlAlchemyDatasourceBatchSpec(
            table_name=relation, schema_name=SCHEMA, create_temp_table=False
        )
    )
    engine.load_batch_data(BATCH, data)
    return engine


def metric_of(
    expectation: Expectation, engine: SqlAlchemyExecutionEngine
) -> MetricConfiguration:
    """What to ask for to get an expectation's condition.

    Raises:
        ConfigurationError: the expectation has none on SQL.
    """
    code = expectation.meta["rule"]
    name = f"{expectation.map_metric}.condition"
    try:
        get_metric_provider(name, engine)  # asking for a missing one fails the whole bundle
    except GreatExpectationsError:
        raise ConfigurationError(
            f"Rule {code} cannot be located: use an expectation that judges rows on SQL."
        ) from None
    kwargs = get_metric_kwargs(name, configuration=expectation.configuration)
    return MetricConfiguration(
        name,
        {**kwargs["metric_domain_kwargs"], "batch_id": BATCH},
        kwargs["metric_value_kwargs"],
    )


def _folded(
    engine: SqlAlchemyExecutionEngine,
    code: str,
    condition: ColumnElement[bool],
    domain: Mapping[str, Any],
) -> ColumnElement[bool]:
    """The condition with row_condition and ignore_row_if, which stand apart in the domain."""
    parts: list[ColumnElement[bool]] = [condition]
    if domain.get("row_condition") is not None:
        if any(isinstance(part, Over) for part in iterate(condition)):
            raise ConfigurationError(
                f"Rule {code} looks over several rows: leave rows out inside its window, not by"
                " a row_condition."
            )
        chosen = deserialize_row_condition(domain["row_condition"])
        parts.append(engine.condition_to_filter_clause(chosen))
    parts.extend(_not_ignored(domain))
    folded = and_(*parts)
    if select(literal(1)).where(folded).get_final_froms():
        raise ConfigurationError(
            f"Rule {code} brings tables of its own: use one of our expectations."
        )
    return folded


def _not_ignored(domain: Mapping[str, Any]) -> Sequence[ColumnElement[bool]]:
    names = domain.get("column_list") or [domain.get("column_A"), domain.get("column_B")]
    nulls = [column(name).is_(None) for name in names if name]
    match domain.get("ignore_row_if"):
        case "both_values_are_missing" | "all_values_are_missing":
            return [not_(and_(*nulls))]
        case "either_value_is_missing" | "any_value_is_missing":
            return [not_(or_(*nulls))]
    return []
