"""Brings the database to the newest schema, as role `migrator`."""

import sys
from importlib import resources

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

LOCK_KEY = 7_310_001  # two set-ups at once take turns


def _run(url: str, *steps: tuple[str, str]) -> None:
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(resources.files("sync.store") / "migrations"))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
        connection.commit()
        config.attributes["connection"] = connection
        for direction, revision in steps:
            getattr(command, direction)(config, revision)
            connection.commit()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})
        connection.commit()
    engine.dispose()


def upgrade(url: str) -> None:
    """Every migration that is missing."""
    _run(url, ("upgrade", "head"))


def up_down_up(url: str) -> None:
    """Proves that every migration can be undone and made again (on a scratch database)."""
    _run(url, ("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head"))


if __name__ == "__main__":
    up_down_up(sys.argv[1])
