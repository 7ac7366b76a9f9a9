"""Databases and roles: everything only a superuser can do, once for each server.

Rights on tables are given by the migrations, which run as `migrator`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from sync.model.errors import ConfigurationError, DatabaseRefusedError
from sync.store.database import without_values

DATABASE = "cbccvc"
OWNER = "cbccvc_owner"
AIRFLOW = "airflow"  # the database of Airflow's own records, and its role
PROVISION_LOCK = 7_201_001  # two set-ups at once wait for one another

READER = {"default_transaction_read_only": "on", "statement_timeout": "10s"}
# Sessions of one role see one another's statements, in which tokens and hashes stand.
UNSEEN = {"track_activities": "off"}


@dataclass(frozen=True, slots=True)
class Role:
    """A role that can log in: what it is preset to and which databases it may enter."""

    name: str
    presets: Mapping[str, str] = field(default_factory=dict)
    privileges: str = "CONNECT"
    database: str = DATABASE
    is_bound: bool = True  # by row-level security


ROLES = (
    Role("migrator", {"role": OWNER, "lock_timeout": "30s"}),
    Role("sync_writer", privileges="CONNECT, TEMPORARY", is_bound=False),
    Role("portal_writer", {"statement_timeout": "15s", **UNSEEN}),
    Role("portal_keeper", {"statement_timeout": "15s", **UNSEEN}),
    Role(
        "desk_checker",
        {"statement_timeout": "15s", **UNSEEN},
        privileges="CONNECT, TEMPORARY",
        is_bound=False,
    ),
    Role("committee_reader", READER),
    Role("auditor", {**READER, "statement_timeout": "5min"}),
    Role(AIRFLOW, privileges="CONNECT, TEMPORARY", database=AIRFLOW),
)
ROLE_NAMES = tuple(role.name for role in ROLES)

_OPTIONS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
_CREATE_DATABASE = (
    "CREATE DATABASE %I OWNER %I ENCODING 'UTF8' TEMPLATE template0"
    " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
)


def provision(superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Have the databases, roles and their outer rights as described here, however often run.

    Args:
        superuser_url: a superuser's address of any database of the server.
        passwords: one for every name in `ROLE_NAMES`.

    Raises:
        ConfigurationError: a password is missing, or the server cannot be reached.
        DatabaseRefusedError: the server refused a statement.
    """
    missing = [name for name in ROLE_NAMES if not passwords.get(name)]
    if missing:
        raise ConfigurationError(f"No password for {', '.join(missing)}: add the secret files.")
    try:
        with _session(superuser_url) as conn:
            conn.execute(text("SELECT pg_advisory_lock(:key)"), {"key": PROVISION_LOCK})
            _ensure_roles(conn, passwords)
            _ensure_database(conn, DATABASE, OWNER)
            _ensure_database(conn, AIRFLOW, AIRFLOW)
            grant_database(conn, DATABASE)
            grant_database(conn, AIRFLOW)
        for name in (DATABASE, AIRFLOW):
            with _session(superuser_url, name) as conn:
                _ddl(conn, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    except OperationalError as error:
        if getattr(error.orig, "pgcode", None):
            raise without_values(error) from None
        raise ConfigurationError(
            "PostgreSQL does not answer the superuser: check the server's address and password."
        ) from None
    except DBAPIError as error:
        raise without_values(error) from None


def grant_database(conn: Connection, database: str, like: str = "") -> None:
    """Let in who belongs to a database, nobody else; a clone has the rights of its source."""
    _ddl(conn, "REVOKE ALL ON DATABASE %I FROM PUBLIC", database)
    for role in ROLES:
        if role.database == (like or database):
            _ddl(conn, f"GRANT {role.privileges} ON DATABASE %I TO %I", database, role.name)


def clone_database(superuser_url: str, source: str, name: str) -> None:
    """Copy a database nobody is in, with its owner and rights."""
    with _session(superuser_url) as conn:
        _ddl(conn, "CREATE DATABASE %I OWNER %I TEMPLATE %I", name, OWNER, source)
        grant_database(conn, name, like=source)


def drop_database(superuser_url: str, name: str) -> None:
    """Remove a database, whoever is still in it."""
    with _session(superuser_url) as conn:
        _ddl(conn, "DROP DATABASE IF EXISTS %I WITH (FORCE)", name)


def _ensure_roles(conn: Connection, passwords: Mapping[str, str]) -> None:
    _create_missing(conn, OWNER)
    _ddl(conn, f"ALTER ROLE %I NOLOGIN {_OPTIONS} NOBYPASSRLS", OWNER)
    for role in ROLES:
        _create_missing(conn, role.name)
        options = f"{_OPTIONS} {'NO' if role.is_bound else ''}BYPASSRLS"
        _ddl(
            conn, f"ALTER ROLE %I LOGIN {options} PASSWORD %L", role.name, passwords[role.name]
        )
        for parameter, value in role.presets.items():
            _ddl(conn, "ALTER ROLE %I SET %I = %L", role.name, parameter, value)
    _ddl(conn, "GRANT %I TO migrator", OWNER)


def _create_missing(conn: Connection, name: str) -> None:
    found = conn.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
    if not found:
        _ddl(conn, "CREATE ROLE %I", name)


def _ensure_database(conn: Connection, name: str, owner: str) -> None:
    query = text("SELECT 1 FROM pg_database WHERE datname = :name")
    if not conn.scalar(query, {"name": name}):
        _ddl(conn, _CREATE_DATABASE, name, owner)


def _ddl(conn: Connection, template: str, *names: str) -> None:
    """Run a statement that cannot take bound values, quoted by PostgreSQL's own format()."""
    query = text("SELECT format(:template, VARIADIC CAST(:names AS text[]))")
    statement = conn.scalar(query, {"template": template, "names": list(names)})
    if statement is None:
        raise DatabaseRefusedError("The database answered nothing to format().")
    conn.execution_options(no_parameters=True).exec_driver_sql(statement)


@contextmanager
def _session(superuser_url: str, database: str | None = None) -> Iterator[Connection]:
    """One superuser connection without a transaction around it, closed at the end."""
    url = make_url(superuser_url)
    engine = create_engine(
        url if database is None else url.set(database=database),
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
    )
    try:
        with engine.connect() as conn:
            yield conn
    finally:
        engine.dispose()
