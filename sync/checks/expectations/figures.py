"""Figures of a whole snapshot: within a limit, or not worse than what a person accepted.

Every limit is the suite's default unless the registry has another for the unit (`limits`), and
a release accepts figures up to those it was given for (`accepted`): both are JSON by rule code.
Columns are counts; shares are compared by multiplying, so nothing is rounded.
"""

from typing import Any

from sqlalchemy import ColumnElement, Numeric, and_, cast, func, literal, not_, or_

from sync.checks.expectations.rule import Parameters, row_rule

Column = ColumnElement[Any]


def _said(column: Column, code: str, name: str) -> Column:
    """A number below the rule's code, or NULL."""
    return cast(func.jsonb_extract_path_text(column, literal(code), literal(name)), Numeric)


def _limit(limits: Column, given: Parameters, name: str, default: str) -> Column:
    """The unit's own limit, else the suite's."""
    own = _said(limits, given["code"], name)
    return func.coalesce(own, _exact(given[default]))


def _exact(number: object) -> Column:
    """A parameter as an exact decimal; one that is not given is 0."""
    return cast(literal(str(number or 0)), Numeric)


@row_rule("figure_at_most", "code", "max_count", "max_ratio")
def figure_is_at_most(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """At most max(count, ratio of the whole), or the accepted; silent without a whole."""
    part, whole, limits, accepted = columns
    most = func.greatest(
        _limit(limits, given, "count", "max_count"),
        _limit(limits, given, "ratio", "max_ratio") * whole,
    )
    is_accepted = func.coalesce(part <= _said(accepted, given["code"], "part"), False)
    return or_(whole.is_(None), part <= most, is_accepted)


@row_rule("figure_at_least", "code", "min_count", "min_ratio")
def figure_is_at_least(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """At least max(count, ratio of the whole), or the accepted; silent without a whole."""
    part, whole, limits, accepted = columns
    least = func.greatest(
        _limit(limits, given, "count", "min_count"),
        _limit(limits, given, "ratio", "min_ratio") * whole,
    )
    is_accepted = func.coalesce(part >= _said(accepted, given["code"], "part"), False)
    return or_(whole.is_(None), part >= least, is_accepted)


@row_rule("share_without_jump", "code", "min_count", "max_ratio", "max_growth")
def share_is_without_jump(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """A share is small, or in few records, or about what it was, or at most the accepted one.

    `columns`: part, whole, part before, whole before (no state before: nothing was), limits,
    accepted. A unit's own ratio below `max_growth` limits the growth too.
    """
    part, whole, part_before, whole_before, limits, accepted = columns
    part_then = func.coalesce(part_before, 0)
    whole_then = func.greatest(func.coalesce(whole_before, 0), 1)
    growth = part * whole_then - part_then * whole
    most_growth = func.least(_exact(given["max_growth"]), _said(limits, given["code"], "ratio"))
    is_bad = and_(
        part >= _limit(limits, given, "count", "min_count"),
        part > _limit(limits, given, "ratio", "max_ratio") * whole,
        growth > most_growth * whole * whole_then,
    )
    accepted_share = part * _said(accepted, given["code"], "of") <= whole * _said(
        accepted, given["code"], "part"
    )
    return or_(not_(is_bad), func.coalesce(accepted_share, False))


@row_rule("share_of_many_at_most", "code", "min_whole", "max_ratio")
def share_of_many_is_at_most(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Among many people a share stays below what only a wrong mapping makes."""
    part, whole, limits = columns
    return or_(
        whole < _limit(limits, given, "count", "min_whole"),
        part <= _limit(limits, given, "ratio", "max_ratio") * whole,
    )
