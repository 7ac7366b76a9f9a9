"""Asks Great Expectations for the SQL condition of every expectation: true means a failing row.

No context, no data source, no result objects: values of people never leave the database.
"""

import logging
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from great_expectations.core.batch_spec import SqlAlchemyDatasourceBatchSpec
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.exceptions import GreatExpectationsError, MetricError
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.registry import get_metric_kwargs, get_metric_provider
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator
from sqlalchemy import (
    URL,
    ColumnElement,
    and_,
    column,
    create_engine,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.pool import StaticPool

import sync.checks.expectations  # noqa: F401 - importing registers our own
from sync.checks.suites import DOCUMENT, Rule, Suites
from sync.model.errors import ConfigurationError

logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # it logs statements

SCHEMA = "staging"
BATCH = "checked"


@dataclass(frozen=True)
class RuleCondition:
    """A rule and what a failing row satisfies; columns are those of the suite's relation."""

    rule: Rule
    condition: ColumnElement[bool]


def relation_of(suite: str) -> str:
    """The relation below `staging` that a suite speaks of."""
    return DOCUMENT if suite == DOCUMENT else f"check_{suite}"


def build_suite(suites: Suites, name: str, as_of: date) -> ExpectationSuite:
    """One suite as Great Expectations knows it, for a day; rules out of force are left out.

    Raises:
        ConfigurationError: an expectation is of an unknown type or has wrong arguments.
    """
    content = suites.contents[name]
    chosen = [
        _resolved(expectation, as_of)
        for expectation in content["expectations"]
        if suites.rule(expectation["meta"]["rule"]).is_valid_on(as_of)
    ]
    suite = ExpectationSuite(name=name)
    for expectation in chosen:
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


def compile_suite(
    url: str | URL, suites: Suites, name: str, as_of: date
) -> list[RuleCondition]:
    """The condition of every rule of one suite in force on the day.

    Raises:
        ConfigurationError: names the rule that has no condition.
    """
    suite = build_suite(suites, name, as_of)
    if not suite.expectations:
        return []
    engine = gx_engine(url, relation_of(name))
    wanted = {e.meta["rule"]: metric_of(e, engine) for e in suite.expectations}
    try:
        resolved, failed = MetricsCalculator(
            execution_engine=engine, show_progress_bars=False
        ).compute_metrics(list(wanted.values()))
    except (GreatExpectationsError, MetricError):
        resolved, failed = {}, {}
    finally:
        engine.engine.dispose()
    compiled = []
    for code, metric in wanted.items():
        if metric.id not in resolved or metric.id in failed:  # neither list: crashed as well
            raise ConfigurationError(
                f"Rule {code} has no condition in the database: see expectations/{name}.json."
            )
        condition, compute_domain, accessor_domain = resolved[metric.id]
        domain = {**compute_domain, **(accessor_domain or {})}
        compiled.append(
            RuleCondition(suites.rule(code), _folded(engine, code, condition, domain))
        )
    return compiled


def _resolved(expectation: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    """The expectation with the suite parameter `as_of` filled in: no rule reads a clock."""
    filled = deepcopy(dict(expectation))
    for key, value in filled["kwargs"].items():
        if value == {"$PARAMETER": "as_of"}:
            filled["kwargs"][key] = as_of.isoformat()
    return filled


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
        parts.append(engine.condition_to_filter_clause(domain["row_condition"]))
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
