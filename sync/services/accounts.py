"""Accounts of the portal: who may sign in, what they may do; each change is in the ledger."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from sync.model.desk import Actor, Role
from sync.model.errors import ConfigurationError, PermissionDeniedError
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.grants import Grants, check_units, checked
from sync.services.passwords import check_new, first_password, hashed, opens
from sync.services.permissions import check_may
from sync.store import accounts, ledger, links, sessions
from sync.store.accounts import Account
from sync.store.database import Database

KEEPER = "portal_keeper"
NATIONAL = "*"  # the ledger's unit of what concerns no unit
# Who signs ledger entries without an account; nobody may take such a name.
RESERVED = frozenset({"pipeline", "operator", "set-up", "system"})

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")


def keeper() -> Database:
    """The database as the keeper of accounts."""
    return database_of(KEEPER)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account to make: login, the person's name, roles, where mail reaches them."""

    login: str
    display_name: str
    grants: Grants
    email: str = ""


def add_account(
    new: Wanted, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> str:
    """A new account; returns its first password, which is shown once and must be changed.

    Raises:
        PermissionDeniedError: the actor is no administrator.
        ConfigurationError: the login is taken, or a role of HR names no unit.
        UnknownUnitError: a role names a unit that was never in the registry.
    """
    check_may(actor, Role.ADMINISTRATOR)
    password, database = first_password(), db or keeper()
    with database.transaction() as conn:
        check_units(conn, checked(new.grants))
    _add(new, password, actor, must_change=True, ways=(database, clock))
    return password


def set_roles(
    login: str,
    grants: Grants,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> None:
    """These roles and no others; open sessions end, so that none outlives a lost role.

    Raises:
        as `add_account`; NotFoundError: there is no such account.
    """
    check_may(actor, Role.ADMINISTRATOR)
    wanted = checked(grants)
    if actor.login == login and (Role.ADMINISTRATOR, "") not in wanted:
        _refuse_oneself(login)
    with (db or keeper()).transaction() as conn:
        check_units(conn, wanted)
        account = accounts.get_by_login(conn, login)
        now = clock()
        accounts.set_grants(
            conn, account.account_id, wanted, granted_by=actor.login, granted_at=now
        )
        sessions.end_sessions_of(conn, account.account_id, now)
        append_entry(conn, "account_roles_set", (actor, login), wanted, clock)


def reset_password(
    login: str, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> str:
    """A new first password, shown once; every session of the account ends."""
    check_may(actor, Role.ADMINISTRATOR)
    password = first_password()
    with (db or keeper()).transaction() as conn:
        account = accounts.get_by_login(conn, login)
        accounts.set_password(conn, account.account_id, hashed(password), must_change=True)
        links.drop_code(conn, account.account_id)
        sessions.end_sessions_of(conn, account.account_id, clock())
        append_entry(conn, "account_password_reset", (actor, login), (), clock)
    return password


def close_account(
    login: str, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> None:
    """Nobody signs in with it any more; what it did stays in the ledger."""
    check_may(actor, Role.ADMINISTRATOR)
    if actor.login == login:
        _refuse_oneself(login)
    with (db or keeper()).transaction() as conn:
        account = accounts.get_by_login(conn, login)
        accounts.set_closed(conn, account.account_id, clock())
        links.drop_code(conn, account.account_id)
        sessions.end_sessions_of(conn, account.account_id, clock())
        append_entry(conn, "account_closed", (actor, login), (), clock)


def change_password(
    login: str,
    old: str,
    new: str,
    *,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> None:
    """A person's own new password; every session ends, they sign in again.

    Raises:
        PermissionDeniedError: the old password is wrong, or was guessed too often.
        ConfigurationError: the new one is too short, or the old one again.
    """
    check_new(old, new)
    now = clock()
    with (db or keeper()).transaction() as conn:
        account = accounts.get_by_login(conn, login)
        is_right = opens(conn, account, old, now)  # a wrong one is counted: no raise in here
        if is_right:
            accounts.set_password(conn, account.account_id, hashed(new), must_change=False)
            sessions.end_sessions_of(conn, account.account_id, now)
            append_entry(conn, "account_password_changed", (Actor(login), login), (), clock)
    if not is_right:
        raise PermissionDeniedError("The old password is wrong: type it again.")


def ensure_account(
    new: Wanted, password: str, *, db: Database | None = None, clock: Clock = utc_now
) -> None:
    """An account of set-up or the demo, its password chosen by somebody; again is nothing."""
    database = db or keeper()
    with database.transaction() as conn:
        is_there = accounts.find_by_login(conn, new.login) is not None
    if not is_there:
        _add(new, password, Actor("set-up"), must_change=False, ways=(database, clock))


def _add(
    new: Wanted, password: str, actor: Actor, *, must_change: bool, ways: tuple[Database, Clock]
) -> None:
    database, clock = ways
    wanted = checked(new.grants)
    if not LOGIN.fullmatch(new.login):
        raise ConfigurationError(
            "The login is not accepted: take 2 to 63 of a-z, 0-9, dot, dash and underscore,"
            " beginning with a letter or digit."
        )
    if new.login in RESERVED:
        raise ConfigurationError(
            f"Account {new.login} is not for people: choose another login."
        )
    account = Account(
        account_id=0,
        login=new.login,
        display_name=new.display_name,
        email=new.email,
        password_hash=hashed(password),
        must_change=must_change,
    )
    with database.transaction() as conn:
        if accounts.find_by_login(conn, new.login):
            raise ConfigurationError(f"Account {new.login} exists: choose another login.")
        now = clock()
        number = accounts.add_account(conn, account, created_by=actor.login, created_at=now)
        accounts.set_grants(conn, number, wanted, granted_by=actor.login, granted_at=now)
        append_entry(conn, "account_added", (actor, new.login), wanted, clock)


def list_accounts(*, db: Database | None = None) -> list[dict[str, Any]]:
    """Login, name, roles with units, state of every account."""
    with (db or keeper()).transaction() as conn:
        found = [
            (each, accounts.list_grants(conn, each.account_id))
            for each in accounts.list_accounts(conn)
        ]
    return [
        {
            "login": account.login,
            "name": account.display_name,
            "roles": [f"{role}:{unit}" if unit else str(role) for role, unit in sorted(grants)],
            "must_change": account.must_change,
            "locked_until": account.locked_until and account.locked_until.isoformat(),
            "closed_at": account.closed_at and account.closed_at.isoformat(),
            "is_vouched_for": account.issuer is not None,
        }
        for account, grants in found
    ]


def _refuse_oneself(login: str) -> None:
    raise PermissionDeniedError(
        f"Account {login} is your own: another administrator closes it or takes that role."
    )


def append_entry(
    conn: Connection,
    action: str,
    who: tuple[Actor, str],
    grants: Grants,
    clock: Clock,
) -> None:
    """A change of an account in the ledger. `who`: the actor, and whose account it is."""
    actor, login = who
    ledger.append(
        conn,
        ledger.Entry(
            unit_code=NATIONAL,
            action=action,
            actor=actor.login,
            as_of=today(clock),
            recorded_at=clock(),
            figures={
                "account": login,
                "roles": [f"{r}:{u}" if u else str(r) for r, u in grants],
            },
        ),
    )
