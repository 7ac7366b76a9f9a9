"""The bench's country in a process of its own; every page is written before the first is asked.

`python -m tests.bench.serve --documents 50000`; ends when its standard input does.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from sync.demo.answers import Answers
from sync.demo.serve import serving
from sync.sources.profiles import load_profile
from tests.bench.country import ROWS, BenchCountry, bench_country

TOKEN_LIFE_S = 30.0
Page = tuple[str, int, int]


@contextmanager
def served(
    documents: int, *, rows: int = ROWS, day: int = 0, is_one_unit: bool = False
) -> Iterator[str]:
    """The base address of a country that is ready to be asked."""
    command = [
        *(sys.executable, "-m", "tests.bench.serve"),
        *("--documents", str(documents), "--rows", str(rows), "--day", str(day)),
        *(["--one-unit"] if is_one_unit else []),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError("The bench's country did not start: see the lines above.")
            yield json.loads(line)["base_url"]
        finally:
            process.terminate()


def pages_of(country: BenchCountry) -> list[Page]:
    """Every page the connectors will ask for."""
    pages = []
    for unit in country.units:
        size = int(load_profile(unit.profile_name).options["page_size"])
        total = country.announced(unit.unit_code)
        pages += [(unit.unit_code, first, size) for first in range(0, max(total, 1), size)]
    return pages


class WrittenAnswers(Answers):
    """Pages that were written before anybody asked."""

    def __init__(self, country: BenchCountry, pages: dict[Page, bytes]) -> None:
        super().__init__(country)
        self._written = pages

    def documents(self, unit_code: str, first: int, size: int) -> bytes:
        """The page as it was written; what lies behind the last one is made now."""
        known = self._written.get((unit_code, first, size))
        return super().documents(unit_code, first, size) if known is None else known


_writers: list[Answers] = []


def _prepare(country: BenchCountry) -> None:
    _writers.append(Answers(country, 0))


def _write(page: Page) -> bytes:
    return _writers[0].documents(*page)


def written(country: BenchCountry) -> WrittenAnswers:
    """All pages, written by two processes side by side."""
    pages = pages_of(country)
    with ProcessPoolExecutor(2, initializer=_prepare, initargs=(country,)) as pool:
        bodies = pool.map(_write, pages, chunksize=8)
        return WrittenAnswers(country, dict(zip(pages, bodies, strict=True)))


def main() -> int:
    """Serve until standard input ends or the process is told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, required=True)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--day", type=int, default=0)
    parser.add_argument("--one-unit", action="store_true")
    chosen = parser.parse_args()
    country = bench_country(
        chosen.documents, rows=chosen.rows, day=chosen.day, is_one_unit=chosen.one_unit
    )
    with serving(country, token_life_s=TOKEN_LIFE_S) as server:
        server.systems.answers = written(country)
        print(json.dumps({"base_url": server.base_url}), flush=True)  # noqa: T201 - the door
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
