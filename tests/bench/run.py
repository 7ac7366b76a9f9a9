"""`make bench`: the budgets of ARCHITECTURE section 11, measured side by side in one run.

One JSON object a line on standard output, progress on standard error.
`python -m tests.bench.run --quick` proves soon that every line can be measured.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property

from sync.services.basis import current_suites
from sync.settings import get_settings
from tests.bench import checking, complete, copying, memory, merging, pages, sheets
from tests.bench.country import ROWS, bench_country
from tests.bench.lines import Line
from tests.bench.serve import served
from tests.bench.stage import Stage, staged
from tests.bench.told import say
from tests.bench.truth import FULL
from tests.bench.waves import Runner, Times

USUAL, GROWN, QUICK = 50_000, 200_000, 1_000
DOSSIERS, QUICK_DOSSIERS = 2_500_000, 20_000
READING_S, QUICK_READING_S = 120.0, 10.0  # how long the portal's readers read
TIMES = 20  # rows located and documents rehearsed, for each document: 1,000,000 usually
FEW = 10  # a tenth of the documents, with about 11 rows each, are a twentieth of those rows
QUICK_PEOPLE = 60
READ_CHECK_ADMIT = ("read", "check", "admit")
IMPORTING = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


class Bench:
    """What several lines share; each part is measured once, when the first line asks for it."""

    def __init__(self, stage: Stage, chosen: argparse.Namespace) -> None:
        self.stage = stage
        self.documents: int = QUICK if chosen.quick else chosen.documents
        self.people: int = QUICK_PEOPLE if chosen.quick else chosen.people
        self.dossiers: int = QUICK_DOSSIERS if chosen.quick else chosen.dossiers
        self.reading_s = QUICK_READING_S if chosen.quick else READING_S
        self.grown = self.documents * GROWN // USUAL
        self.wanted = self.documents * TIMES
        self.say = say
        self._doors = ExitStack()

    @cached_property
    def url(self) -> str:
        """The database of the first, second and third wave."""
        return self.stage.fresh("bench_wave")

    @cached_property
    def runner(self) -> Runner:
        """Working processes for that database; Great Expectations is imported before."""
        import great_expectations  # noqa: F401 - its seconds have a line of their own

        runner = Runner(self.url)
        self._doors.callback(runner.close)
        return runner

    @cached_property
    def first(self) -> Times:
        """The first load; its systems stay up for the second wave."""
        return self.wave(self.runner, day=0)

    @cached_property
    def second(self) -> Times:
        """The same country asked once more."""
        return self.first and self.wave(self.runner, day=0)

    @cached_property
    def next_day(self) -> Times:
        """One day later, about 1% changed."""
        return self.second and self.wave(self.runner, day=1)

    @cached_property
    def located(self) -> complete.Located:
        """Rules run over what the first wave staged, many times over."""
        self.first  # noqa: B018 - before the second wave empties staging
        say(f"locating in {self.wanted} rows: one statement a table, then COMPLETE")
        superuser = self.stage.url("postgres", "bench_wave")
        return complete.locate(self.url, superuser, self.wanted)

    @cached_property
    def located_small(self) -> complete.Looked:
        """The same rules where a twentieth of those rows is staged."""
        self.wave_alone("bench_small", documents=self.documents // FEW)
        return complete.look(self.stage.url("sync_writer", "bench_small"))

    @cached_property
    def compile_s(self) -> float:
        """Seconds it takes to compile every rule."""
        from sync.checks.conditions import compile_suites

        started = time.perf_counter()
        compile_suites(self.url, current_suites())
        return time.perf_counter() - started

    @cached_property
    def merged_per_s(self) -> float:
        """Documents a second by dlt."""
        say(f"dlt merges {self.documents} documents")
        superuser = self.stage.url("postgres", "postgres")
        country = bench_country(self.documents)
        merged, seconds = merging.merge_seconds(superuser, self.stage.home, country)
        return merged / seconds

    @cached_property
    def copied(self) -> copying.Copied:
        """The bare COPY of what the first wave admitted."""
        self.stage.settle_disk()
        return copying.copy_seconds(self.stage.url("postgres", "postgres"), "bench_wave")

    @cached_property
    def import_s(self) -> float:
        """Seconds Great Expectations takes to import, in a process of its own."""
        command = [sys.executable, "-W", "ignore", "-c", IMPORTING.format("great_expectations")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(done.stdout)

    def wave(self, runner: Runner, *, day: int, documents: int = 0, rows: int = ROWS) -> Times:
        """One wave over a country served by another process."""
        count = documents or self.documents
        say(f"writing {count} documents of {rows or 'all'} rows, day {day}")
        with served(count, rows=rows, day=day) as base_url:
            self.stage.register(runner.url, bench_country(count, rows=rows, day=day), base_url)
            self.stage.settle_disk()
            times = runner.run(day)
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in times.seconds.items())
        say(f"wave: {times.received} received, {times.rewritten} rewritten; s: {parts}")
        return times

    def wave_alone(self, name: str, *, documents: int = 0, rows: int = ROWS) -> Times:
        """A first load in a database of its own."""
        import great_expectations  # noqa: F401 - only its import is timed

        runner = Runner(self.stage.fresh(name))
        try:
            return self.wave(runner, day=0, documents=documents, rows=rows)
        finally:
            runner.close()

    def close(self) -> None:
        """End what was started."""
        self._doors.close()


Measure = Callable[[Bench], Iterator[Line]]


def whole_wave(bench: Bench) -> Iterator[Line]:
    """Documents a second of a whole wave against dlt."""
    times, baseline = bench.first, bench.merged_per_s
    with_import = times.received / (times.of() + bench.import_s)
    yield Line(
        "wave_documents_per_s", times.received / times.of(), "documents/s", baseline, ">= 10"
    )
    yield Line("wave_documents_per_s_with_import", with_import, "documents/s", baseline)
    for step, seconds in times.seconds.items():
        yield Line(f"wave_{step}_s", seconds, "s")
    yield Line("great_expectations_import_s", bench.import_s, "s")


def read_check_admit(bench: Bench) -> Iterator[Line]:
    """Read, check and admit against the bare COPY of the same rows."""
    seconds, floor = bench.first.of(*READ_CHECK_ADMIT), bench.copied.seconds
    yield Line("read_check_admit_s", seconds, "s", floor, "<= 5")
    yield Line("read_check_admit_s_with_import", seconds + bench.import_s, "s", floor)
    yield Line("bare_copy_rows_per_s", bench.copied.rows / floor, "rows/s")


def unchanged(bench: Bench) -> Iterator[Line]:
    """The second wave over an unchanged country."""
    yield Line("second_wave_unchanged", bench.second.of(), "s", bench.first.of())
    after = (bench.second.after_pull, bench.first.after_pull)
    yield Line("second_wave_unchanged_after_pull", after[0], "s", after[1])


def changed_day(bench: Bench) -> Iterator[Line]:
    """A day with 1% changed, after the pull."""
    day, first = bench.next_day.after_pull, bench.first.after_pull
    yield Line("day_with_one_percent_changed", day, "s", first, "<= 0.05")


def pull_memory(bench: Bench) -> Iterator[Line]:
    """One unit that answers with everybody."""
    say(f"one pull of {bench.documents} whole documents")
    url = bench.stage.fresh("bench_memory")
    country = bench_country(bench.documents, rows=0, is_one_unit=True)
    with served(bench.documents, rows=0, is_one_unit=True) as base_url:
        bench.stage.register(url, country, base_url)
        received, peak = memory.pull_peak_mb(url, country.units[0].unit_code)
    say(f"{received} documents in one answer")
    yield Line("pull_peak_memory_mb", peak, "MB", budget="<= 300")


def whole_documents(bench: Bench) -> Iterator[Line]:
    """The same wave over documents with all their rows (about 22)."""
    times = bench.wave_alone("bench_whole", rows=0)
    yield Line("wave_documents_per_s_whole", times.received / times.of(), "documents/s")


def growth(bench: Bench) -> Iterator[Line]:
    """The wave alone at four times the size, against the usual one."""
    times = bench.wave_alone("bench_grown", documents=bench.grown)
    usual = bench.first.received / bench.first.of()
    name = f"wave_documents_per_s_{bench.grown}"
    yield Line(name, times.received / times.of(), "documents/s", usual)


MEASURES: dict[str, Measure] = {
    "wave_documents_per_s": whole_wave,
    "read_check_admit_s": read_check_admit,
    "locate_rows": checking.locating,  # before the second wave empties staging
    "decide_and_locate_documents_per_s": checking.deciding,
    "second_wave_unchanged": unchanged,
    "day_with_one_percent_changed": changed_day,
    "check_one_percent_s": checking.changed_check,
    "rehearsal_documents_per_s": checking.rehearsing,  # no wave after it in this database
    "pull_peak_memory_mb": pull_memory,
    "export_rows_mb": sheets.full_sheet,
    "page_times": pages.page_times,
    "wave_documents_per_s_whole": whole_documents,
    "wave_documents_per_s_200000": growth,
    "truth_recall": checking.truth_told,  # by far the longest
}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 only with --strict and a budget missed."""
    chosen = _read_arguments(arguments)
    lines = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server ends with us
    os.environ["CBCCVC_PULL_DEADLINE_S"] = "7200"  # noqa: TID251 - for units of a million people
    get_settings.cache_clear()
    with staged() as stage:
        bench = Bench(stage, chosen)
        try:
            for name, measure in MEASURES.items():
                if not chosen.only or name in chosen.only:
                    for line in measure(bench):
                        print(line.json(), flush=True)  # noqa: T201 - figures are this program's output
                        lines.append(line)
        finally:
            bench.close()
    missed = [line.name for line in lines if line.ok is False]
    say(f"missed: {', '.join(missed)}" if missed else "every budget asked for is kept")
    return 1 if missed and chosen.strict else 0


def _read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("--documents", type=int, default=USUAL)
    parser.add_argument("--people", type=int, default=FULL, help="a unit, for the truth")
    parser.add_argument("--dossiers", type=int, default=DOSSIERS, help="behind the pages")
    parser.add_argument("--only", action="append", choices=list(MEASURES), metavar="NAME")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} documents")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a budget is missed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
