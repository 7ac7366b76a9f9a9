"""One wave, timed step by step; pulls and admits run two at a time, as Airflow runs them."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from multiprocessing import get_context

from sync.demo.country import USUAL_AS_OF
from sync.services import admit, check, measure, pull, read, settle, wave
from sync.store.database import Database

AT_ONCE = 2
WAVES = count(1)
_databases: dict[str, Database] = {}


@dataclass
class Times:
    """Seconds by step, and what was done."""

    seconds: dict[str, float] = field(default_factory=dict)
    received: int = 0
    staged: int = 0
    rewritten: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started

    def of(self, *names: str) -> float:
        """Seconds of these steps together; of all when none is named."""
        return sum(self.seconds[name] for name in names or self.seconds)

    @property
    def after_pull(self) -> float:
        """Everything that follows the pull."""
        return self.of(*(name for name in self.seconds if name != "pull"))


class Runner:
    """Runs waves over one database, with two working processes that are already awake."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._database = Database.connect(url)
        self._pool = ProcessPoolExecutor(
            AT_ONCE, get_context("spawn"), initializer=_wake, initargs=(url,)
        )
        list(self._pool.map(_breathe, range(AT_ONCE * 4)))

    def run(self, day: int = 0) -> Times:
        """Pull, read, check, admit, settle, measure; raises when the wave is incomplete."""
        clock = partial(noon, day)
        times = Times()
        key = f"bench {next(WAVES)}"
        due = wave.list_due_units(key, "bench", db=self._database, clock=clock)
        with times.step("pull"):
            self._each(partial(_pull, self.url, key, day), due)
        with times.step("read"):
            times.staged = read.read_sealed_snapshots(key, db=self._database, clock=clock)
        with times.step("check"):
            ready = check.check_read_snapshots(key, db=self._database, clock=clock)
        with times.step("admit"):
            snapshot_ids = [int(snapshot["snapshot_id"]) for snapshot in ready]
            results = self._each(partial(_admit, self.url, day), snapshot_ids)
        with times.step("settle"):
            settle.settle_claims(key, db=self._database, clock=clock)
        with times.step("measure"):
            measure.measure_units(key, db=self._database, clock=clock)
        wave.raise_if_incomplete(key, db=self._database, clock=clock)
        times.outcomes = wave.count_outcomes(key, db=self._database)
        for result in results:
            times.rewritten += result.get("added", 0) + result.get("changed", 0)
            times.received += result.get("received", 0)
        return times

    def close(self) -> None:
        """Let the processes and connections go."""
        self._pool.shutdown()
        self._database.close()

    def _each(self, work: "partial[dict[str, int]]", items: Iterable[object]) -> list[dict]:
        return list(self._pool.map(work, items))


def noon(day: int) -> datetime:
    """Noon of the country's day."""
    return datetime(*USUAL_AS_OF.timetuple()[:3], 5, tzinfo=UTC) + timedelta(days=day)


def _wake(url: str) -> None:
    _databases[url] = Database.connect(url)
    with _databases[url].transaction():
        pass


def _breathe(_: int) -> None:
    time.sleep(0.05)


def _pull(url: str, wave_key: str, day: int, unit_code: str) -> dict[str, int]:
    clock = partial(noon, day)
    return {"snapshot": pull.pull_unit(unit_code, wave_key, db=_databases[url], clock=clock)}


def _admit(url: str, day: int, snapshot_id: int) -> dict[str, int]:
    done = admit.admit_snapshot(snapshot_id, db=_databases[url], clock=partial(noon, day))
    return {name: value for name, value in done.items() if isinstance(value, int)}
