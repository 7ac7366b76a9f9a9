"""The pretend country in its full size: is every defect found, and nobody flagged wrongly?

`python -m tests.bench.truth --people 40000`; progress on standard error, figures as JSON lines.
"""

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sync.demo.country import USUAL_AS_OF, USUAL_SEED, Country, build_country
from sync.demo.files import write_all
from sync.demo.registry import demo_headcounts, demo_secrets, demo_sources, write_secrets
from sync.demo.serve import serving
from sync.services.registry import register_sources
from sync.services.sync import run_wave
from sync.settings import get_settings
from sync.store.database import Database
from tests.bench.lines import Line
from tests.bench.stage import Stage, staged
from tests.demo.truth import compare

FULL = 40_000  # people a unit on average
Said = list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Found:
    """Record-rule pairs put there and found; rules that missed some, or flagged too many."""

    people: int
    received: int
    wave_s: float
    injected: int
    missed: Counter[str]
    extra: Counter[str]

    def lines(self) -> Iterator[Line]:
        """As the bench prints them."""
        recall = (self.injected - self.missed.total()) / self.injected
        yield Line("truth_documents", self.received, "documents")
        yield Line("truth_injected", self.injected, "record-rule pairs")
        yield Line("truth_recall", recall, "share found", budget=">= 1.0")
        yield Line("truth_false_flags", self.extra.total(), "record-rule pairs", budget="<= 0")
        yield Line("truth_wave_documents_per_s", self.received / self.wave_s, "documents/s")


def say(sentence: str) -> None:
    """Progress, beside what is measured."""
    print(f"[{time.strftime('%H:%M:%S')}] {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - progress is this program's output


def measure(stage: Stage, people: int) -> Found:
    """One whole wave over real HTTP and files; systems answer from a process of their own."""
    country = build_country(USUAL_SEED, USUAL_AS_OF, people)
    files = stage.home / f"files-{people}"
    with _answering(people, files) as base_url:
        database = Database.connect(stage.fresh(f"bench_truth_{people}"))
        write_secrets(demo_secrets(country), get_settings().secrets)
        register_sources(
            demo_sources(country, base_url, files),
            demo_headcounts(country),
            valid_from=date(2026, 1, 1),
            stated_by="steward",
            db=database,
        )
        started = time.perf_counter()
        result = run_wave(db=database, clock=_noon(), progress=_shown())
        wave_s = time.perf_counter() - started
    say(f"wave: {result['outcomes']}")
    return _compared(database, country, result, people, wave_s)


def _compared(
    database: Database, country: Country, result: dict[str, Any], people: int, wave_s: float
) -> Found:
    """The population register speaks in a later wave: what is wrong there is left out."""
    ours = (line for line in country.truth() if not line.is_elsewhere)
    found = compare(database, ours)
    database.close()
    received = sum(int(each["received"]) for each in result["admitted"])
    return Found(people, received, wave_s, found.injected.total(), found.missed, found.extra)


def _noon() -> Any:  # noqa: ANN401 - a clock
    """Noon of the country's day, a millisecond later at every look."""
    ticks = count(1)
    noon = datetime(*USUAL_AS_OF.timetuple()[:3], 5, tzinfo=UTC)
    return lambda: noon.replace(microsecond=next(ticks) % 1_000_000)


def _shown() -> Any:  # noqa: ANN401 - progress of a wave
    return lambda step, done, of: say(f"{step} {done:,} of {of:,}")


@contextmanager
def _answering(people: int, files: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.bench.truth", "--serve", str(files)]
    with subprocess.Popen(
        [*command, "--people", str(people)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.stdin.close()


def _serve(people: int, files: Path) -> None:
    """Write the files, answer until standard input ends."""
    country = build_country(USUAL_SEED, USUAL_AS_OF, people)
    files.mkdir(parents=True, exist_ok=True)
    write_all(country, files)
    with serving(country) as server:
        print(server.base_url, flush=True)  # noqa: T201 - the parent reads it
        sys.stdin.read()


def main() -> int:
    """Measure and print; 1 when a defect is missed or a sound record flagged."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.truth", description=__doc__)
    parser.add_argument("--people", type=int, default=FULL)
    parser.add_argument("--serve", type=Path)
    chosen = parser.parse_args()
    if chosen.serve:
        _serve(chosen.people, chosen.serve)
        return 0
    os.environ["CBCCVC_PULL_DEADLINE_S"] = "7200"  # noqa: TID251 - units are asked side by side
    get_settings.cache_clear()
    with staged() as stage:
        found = measure(stage, chosen.people)
    for line in found.lines():
        print(line.json(), flush=True)  # noqa: T201 - figures are this program's output
    say(f"missed: {dict(found.missed)}; flagged wrongly: {dict(found.extra)}")
    return int(bool(found.missed or found.extra))


if __name__ == "__main__":
    sys.exit(main())
