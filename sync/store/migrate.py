"""Brings the database to the newest schema, as role `migrator`."""

import sys
from collections.abc import Sequence
from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from sync.model.errors import ConfigurationError
from sync.store.database import without_values

LOCK_KEY = 7_310_001  # two set-ups at once take turns


def _run(url: str, *steps: tuple[str, str]) -> None:
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(resources.files("sync.store") / "migrations"))
    try:
        with engine.connect() as connection:
            _run_locked(connection, config, steps)
    except DBAPIError as error:
        raise without_values(error) from None
    except CommandError:
        raise ConfigurationError(
            "The database has a schema this version does not know: install the newer version."
        ) from None
    finally:
        engine.dispose()


def _run_locked(
    connection: Connection, config: Config, steps: Sequence[tuple[str, str]]
) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
    connection.commit()
    config.attributes["connection"] = connection
    for direction, revision in steps:
        getattr(command, direction)(config, revision)
        connection.commit()
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})
    connection.commit()


def upgrade(url: str) -> None:
    """Every migration that is missing.

    Raises:
        ConfigurationError: the database is newer than this version.
        DatabaseRefusedError: the server does not answer, or refused a statement.
    """
    _run(url, ("upgrade", "head"))


def up_down_up(url: str) -> None:
    """Proves that every migration can be undone and made again (on a scratch database)."""
    _run(url, ("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head"))


if __name__ == "__main__":
    up_down_up(sys.argv[1])
