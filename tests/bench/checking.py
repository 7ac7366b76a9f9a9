"""The bench's lines about checking: locating, a changed day, rehearsing, the truth."""

import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sync.services.context import expectations_dir
from sync.store.database import Database
from tests.bench import grown, truth
from tests.bench.lines import Line
from tests.bench.waves import noon

if TYPE_CHECKING:
    from tests.bench.run import Bench

MILLION = 1_000_000
SUITE, CHANGED_RULE = "servant", "ID010"


def locating(bench: "Bench") -> Iterator[Line]:
    """Locating failing rows against COMPLETE over 20 rows a document (1,000,000 usually)."""
    found = bench.located
    ours, theirs = found.rules / found.ours.seconds, found.rules / found.theirs_s
    yield Line("compile_rules_s", found.compile_s, "s")
    yield Line("locate_rows_looked_at", found.ours.rows, "rows")
    yield Line("locate_rows", ours, "rules/s", theirs, ">= 8")
    yield Line("locate_rows_s", found.ours.seconds, "s", found.theirs_s)
    yield Line("locate_rows_found", found.ours.found, "rows", found.theirs)
    differing = sum(found.differing.values())
    yield Line("locate_rows_differing", differing, "rules", budget="<= 0")


def deciding(bench: "Bench") -> Iterator[Line]:
    """Every rule, windows too, over everything staged; then per row against a twentieth."""
    big, small = bench.located.every, bench.located_small
    yield Line("decide_and_locate_documents_per_s", big.documents / big.seconds, "documents/s")
    yield Line("decide_and_locate_s", big.seconds, "s", small.seconds)
    yield Line("decide_and_locate_rows", big.rows, "rows", small.rows)
    per_row = [each.seconds / each.rows * MILLION for each in (big, small)]
    yield Line("locate_growth", per_row[0], "s per million rows", per_row[1])


def changed_check(bench: "Bench") -> Iterator[Line]:
    """The check step of a day with 1% changed against the first load's, without compiling.

    A part of it is the same on every day: what a day costs on which nothing changed. The rest
    is told for each document staged, against each one of the first load.
    """
    first, same, day = bench.first, bench.second, bench.next_day
    loaded_s = max(first.seconds["check"] - bench.compile_s, 0.001)
    day_s, same_s = day.seconds["check"], same.seconds["check"]
    yield Line("check_one_percent_s", day_s, "s", loaded_s, "<= 0.05")
    yield Line("check_one_percent_staged", day.staged, "documents", first.staged)
    yield Line("check_nothing_changed_s", same_s, "s", loaded_s)
    each_changed_ms = (day_s - same_s) / max(day.staged - same.staged, 1) * 1000
    each_loaded_ms = (loaded_s - same_s) / max(first.staged, 1) * 1000
    yield Line("check_each_changed_ms", each_changed_ms, "ms", each_loaded_ms, "<= 1.5")


def rehearsing(bench: "Bench") -> Iterator[Line]:
    """One changed servant rule over 20 times the documents of the first wave."""
    from sync.services.rehearse import rehearse_suite

    bench.first  # noqa: B018 - its answers are copied
    bench.say(f"copying present answers to {bench.wanted}")
    count = grown.multiply_present(bench.stage.url("postgres", "bench_wave"), bench.wanted)
    bench.stage.settle_disk()
    database = Database.connect(bench.url)
    bench.say(f"rehearsing one rule over {count}")
    started = time.perf_counter()
    path = _changed_rule(bench.stage.home)
    shown = lambda done, of: bench.say(f"rehearsed {done:,} of {of:,}")  # noqa: E731 - one line
    found = rehearse_suite(path, db=database, clock=partial(noon, 0), progress=shown)
    seconds = time.perf_counter() - started
    database.close()
    came, went = found.by_rule()[CHANGED_RULE]
    bench.say(f"{found.record_count} looked at; {came} findings would come, {went} go")
    yield Line("rehearsal_documents", found.record_count, "documents")
    yield Line("rehearsal_documents_per_s", found.record_count / seconds, "documents/s")


def truth_told(bench: "Bench") -> Iterator[Line]:
    """The pretend country, every defect: found by its rule, and nobody else flagged."""
    yield from truth.measure(bench.stage, bench.people).lines()


def _changed_rule(home: Path) -> Path:
    """A suite file with one rule: people count as too young twelve years longer."""
    content = json.loads((expectations_dir() / f"{SUITE}.json").read_text(encoding="utf-8"))
    rules = content["expectations"]
    rule = next(each for each in rules if each["meta"]["rule"] == CHANGED_RULE)
    rule["kwargs"]["from_years"] += 12
    path = home / f"{SUITE}.json"
    path.write_text(json.dumps({"name": SUITE, "expectations": [rule]}), encoding="utf-8")
    return path
