"""Every rule's condition, stored or else compiled: only the latter costs Great Expectations."""

from collections import defaultdict
from hashlib import sha256

from sqlalchemy import URL, Connection

from sync.checks.run import Compiled
from sync.checks.stored import RuleCondition, compiler_sha256
from sync.checks.suites import Suites
from sync.contract.registers import contract_sha256
from sync.services.context import Clock
from sync.store import rule_conditions
from sync.store.check_views import views_sha256
from sync.store.rule_conditions import StoredCondition, Version


def version_of(suites: Suites) -> Version:
    """The version under which the conditions of these suites are stored."""
    parts = (compiler_sha256(), contract_sha256(), views_sha256())
    return Version(suites.sha256, sha256("\n".join(parts).encode()).hexdigest())


def find_conditions(conn: Connection, suites: Suites) -> Compiled | None:
    """The stored conditions of these suites; None unless every rule has its own."""
    stored = rule_conditions.list_conditions(conn, version_of(suites))
    if {each.rule_code for each in stored} != {rule.code for rule in suites.rules}:
        return None
    compiled: dict[str, list[RuleCondition]] = defaultdict(list)
    for each in stored:
        rule = suites.rule(each.rule_code)
        compiled[each.suite].append(RuleCondition(rule, each.condition_sql, each.turns_on_sql))
    return compiled


def conditions_of(url: str | URL, conn: Connection, suites: Suites, clock: Clock) -> Compiled:
    """The conditions of these suites; compiled and stored where this version is new.

    `url` names the database again: Great Expectations looks at it over a connection of its own.

    Raises:
        ConfigurationError: names the rule that has no condition.
    """
    found = find_conditions(conn, suites)
    if found is not None:
        return found
    from sync.checks.conditions import compile_suites

    compiled = compile_suites(url, suites)
    stored = [
        StoredCondition(each.rule.code, name, position, each.condition_sql, each.turns_on_sql)
        for name, conditions in compiled.items()
        for position, each in enumerate(conditions, 1)
    ]
    rule_conditions.add_conditions(conn, version_of(suites), stored, clock())
    return compiled
