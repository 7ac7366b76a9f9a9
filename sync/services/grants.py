"""Roles as they are given to accounts: written by people, checked against the registry."""

from collections.abc import Iterable

from sqlalchemy import Connection

from sync.model.desk import UNIT_ROLES, Role
from sync.model.errors import ConfigurationError, UnknownUnitError
from sync.store import accounts

Grants = Iterable[tuple[Role, str]]


def parse_grants(words: Iterable[str]) -> list[tuple[Role, str]]:
    """Roles as people write them: `steward`, `hr_officer:H26`.

    Raises:
        ConfigurationError: a word is no role; names those there are.
    """
    grants = []
    for word in words:
        name, _, unit = word.strip().partition(":")
        if name not in set(Role):
            raise ConfigurationError(
                f"{name or 'Nothing'} is no role: choose of {', '.join(Role)}, the first two"
                " with a unit as in hr_officer:H26."
            )
        grants.append((Role(name), unit.strip().upper()))
    return grants


def checked(grants: Grants) -> list[tuple[Role, str]]:
    """Each role once, in order.

    Raises:
        ConfigurationError: a role of HR names no unit, or another role names one.
    """
    wanted = sorted(set(grants))
    wrong = [role for role, unit in wanted if (role in UNIT_ROLES) != bool(unit)]
    if wrong:
        raise ConfigurationError(
            f"Role {wrong[0]} is given wrongly: hr_officer:CODE and hr_approver:CODE name a"
            " unit, no other role does."
        )
    return wanted


def check_units(conn: Connection, grants: Grants) -> None:
    """Let roles pass whose units are, or once were, in the registry.

    Raises:
        UnknownUnitError: names the first that never was.
    """
    named = sorted({unit for _, unit in grants if unit})
    missing = accounts.list_unknown_units(conn, named) if named else []
    if missing:
        raise UnknownUnitError(missing[0])
