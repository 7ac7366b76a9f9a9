"""The door to PostgreSQL: one engine a role, transactions, errors without values."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from sync.model.errors import DatabaseRefusedError

NO_ANSWER = (psycopg2.OperationalError, psycopg2.InterfaceError)
SAFE_NAME = re.compile(r"^[a-z_][a-z0-9_]{0,62}$")


class Database:
    """One role's way into the database. Services own transactions; store functions never
    commit."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def connect(cls, url: str) -> "Database":
        """A database from a `postgresql+psycopg2://` URL; nothing is opened yet."""
        return cls(
            create_engine(
                url, hide_parameters=True, pool_pre_ping=True, pool_size=5, max_overflow=10
            )
        )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing.

        Raises:
            DatabaseRefusedError: what PostgreSQL refused, by SQLSTATE and constraint name only.
        """
        with _without_values(), self.engine.begin() as conn:
            yield conn

    @contextmanager
    def rehearsal(self) -> Iterator[Connection]:
        """One unchanging view of the database for all statements, and nothing of them stays.

        Raises:
            DatabaseRefusedError: as for a transaction.
        """
        with _without_values(), self.engine.connect() as conn:
            conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            try:
                yield conn
            finally:
                conn.rollback()

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()


class SignedInDatabase(Database):
    """The pages' way in for one signed-in person: row-level security asks for the token."""

    def __init__(self, database: Database, token: str) -> None:
        super().__init__(database.engine)
        self._token = token

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing; sees the people of the viewer's units, nobody without a session."""
        with super().transaction() as conn:
            conn.exec_driver_sql("CLOSE ALL")  # a cursor may have outlived who opened it
            set_local(conn, "portal.token", self._token)
            yield conn


@contextmanager
def _without_values() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, psycopg2.Error) as error:  # COPY speaks to the driver directly
        refused = without_values(error)
        try:
            raise refused from None
        finally:
            refused.__context__ = None  # hidden is not gone: a debugger would print it


def without_values(error: BaseException | None) -> DatabaseRefusedError:
    """The same refusal with nothing a person said: COPY, casts and unique keys print values."""
    error = getattr(error, "orig", error)  # SQLAlchemy wraps the driver's word
    sqlstate = getattr(error, "pgcode", None) or ""
    diag = getattr(error, "diag", None)
    names = [getattr(diag, part, None) or "" for part in ("table_name", "constraint_name")]
    table, constraint = (name if SAFE_NAME.match(name) else "" for name in names)
    if isinstance(error, NO_ANSWER) and not sqlstate:
        return DatabaseRefusedError(
            "The database did not answer: check that it runs and its URL."
        )
    where = f" on {table}" if table else ""
    why = f" (constraint {constraint})" if constraint else ""
    return DatabaseRefusedError(
        f"The database refused a statement{where}: SQLSTATE {sqlstate}{why}.",
        sqlstate=sqlstate,
        constraint=constraint,
    )


def set_local(conn: Connection, name: str, value: str) -> None:
    """Set one server parameter until the transaction ends."""
    conn.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
