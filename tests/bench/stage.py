"""One embedded PostgreSQL for one run of the bench, with the durability of production."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from sync.demo.country import USUAL_AS_OF
from sync.demo.registry import demo_headcounts, demo_secrets, demo_sources, write_secrets
from sync.services.registry import register_sources
from sync.services.setup import embedded_server, set_up
from sync.settings import get_settings
from sync.store.database import Database
from sync.store.provision import DATABASE, clone_database
from sync.store.server import SUPERUSER, EmbeddedServer
from tests.bench.country import BenchCountry


class Stage:
    """A server with one empty, migrated database to copy from."""

    def __init__(self, home: Path, server: EmbeddedServer) -> None:
        self.home = home
        self.server = server

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of a database for one role."""
        return self.server.url(role, database)

    def fresh(self, name: str) -> str:
        """A fresh copy of the migrated database; returns the pipeline's address of it."""
        clone_database(self.url(SUPERUSER, SUPERUSER), DATABASE, name)
        return self.url("sync_writer", name)

    def settle_disk(self) -> None:
        """Let earlier work reach the disk, so that it is not charged to what is timed next."""
        database = Database.connect(self.url(SUPERUSER, SUPERUSER))
        with database.transaction() as conn:
            conn.execute(text("CHECKPOINT"))
        database.close()

    def register(self, url: str, country: BenchCountry, base_url: str) -> None:
        """The registry learns where the country's systems are."""
        write_secrets(demo_secrets(country), get_settings().secrets)
        database = Database.connect(url)
        register_sources(
            demo_sources(country, base_url, self.home),
            demo_headcounts(country),
            valid_from=USUAL_AS_OF.replace(month=1, day=1),
            stated_by="steward",
            db=database,
        )
        database.close()


@contextmanager
def staged() -> Iterator[Stage]:
    """A stage below a folder of its own, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="cbccvc-bench-"))
    os.environ["CBCCVC_HOME"] = str(home)  # noqa: TID251 - for this process and its children
    get_settings.cache_clear()
    try:
        set_up()
        yield Stage(home, embedded_server())
    finally:
        embedded_server().stop()
        shutil.rmtree(home, ignore_errors=True)
