"""The pretend country registered with a database, asked by the real connectors."""

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from sync.demo.country import USUAL_AS_OF, build_country
from sync.demo.files import write_all
from sync.demo.registry import (
    POPULATION_SECRET,
    demo_headcounts,
    demo_secrets,
    demo_sources,
    write_secrets,
)
from sync.demo.serve import POPULATION, serving
from sync.services.population import register_population, verify_all
from sync.services.registry import register_sources
from sync.services.sync import run_wave
from sync.settings import get_settings
from sync.store.database import Database


class Pretend:
    """A served country; `wave()` runs one whole wave over it."""

    def __init__(
        self, db: Database, home: Path, *, seed: int, people: int, day: int = 0
    ) -> None:
        self.db = db
        self.home = home
        self.people = people
        self.seed = seed
        self._doors = ExitStack()
        self.serve(day)

    def serve(self, day: int) -> None:
        """Let the systems speak of this day; the registry learns their new addresses."""
        self.close()
        self.country = build_country(self.seed, USUAL_AS_OF, self.people, day)
        self.files = self.home / f"files-{day}"
        self.files.mkdir(exist_ok=True)
        write_all(self.country, self.files)
        self.server = self._doors.enter_context(serving(self.country))
        write_secrets(demo_secrets(self.country), get_settings().secrets)
        register_sources(
            demo_sources(self.country, self.server.base_url, self.files),
            demo_headcounts(self.country),
            valid_from=date(2026, 1, 1),
            stated_by="steward",
            db=self.db,
        )
        address = f"{self.server.base_url}{POPULATION}"
        register_population(address, "bearer", POPULATION_SECRET, db=self.db)

    def clock(self) -> datetime:
        """Noon of the country's day; every call a second later, as a real clock would be."""
        self._ticks = getattr(self, "_ticks", 0) + 1
        noon = datetime(2026, 11, 23, 5, 0, tzinfo=UTC) + timedelta(days=self.country.day)
        return noon + timedelta(milliseconds=self._ticks)

    def wave(self, unit_code: str | None = None) -> dict[str, Any]:
        """Pull, read, check, admit, settle, measure."""
        return run_wave(unit_code=unit_code, db=self.db, clock=self.clock)

    def verify(self) -> dict[str, int]:
        """Ask the pretend population register about everybody who is due; counts."""
        done = Counter[str]()
        for result in verify_all(db=self.db, clock=self.clock):
            done.update({name: n for name, n in result.items() if isinstance(n, int)})
        return dict(done)

    def rows(self, statement: str, **values: object) -> list[Any]:
        """What the database says, for a test to look at."""
        with self.db.transaction() as conn:
            return list(conn.execute(text(statement), values))

    def one(self, statement: str, **values: object) -> Any:  # noqa: ANN401 - a query's own
        """The single value of a single row."""
        return self.rows(statement, **values)[0][0]

    def close(self) -> None:
        """Stop serving."""
        self._doors.close()
        self._doors = ExitStack()
