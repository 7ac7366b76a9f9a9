"""Every line of the bench is measured and well-formed; keeping a budget is its own word."""

import json
import subprocess
import sys

import pytest

from tests.bench.country import ROWS, bench_country
from tests.bench.lines import Line
from tests.house.tree import ROOT

ASKED = {
    "wave_documents_per_s",
    "read_check_admit_s",
    "locate_rows",
    "compile_rules_s",
    "decide_and_locate_documents_per_s",
    "locate_growth",
    "check_one_percent_s",
    "rehearsal_documents_per_s",
    "truth_recall",
    "truth_false_flags",
    "second_wave_unchanged",
    "day_with_one_percent_changed",
    "pull_peak_memory_mb",
    "export_1000_rows_mb",
    "preview_1000_rows_s",
    "confirm_1000_cells_s",
    "approve_1000_proposals_s",
    "wave_documents_per_s_4000",
    "pages_open_flags",
    "page_queue_p95_ms_20_users_thinking_1s",
    "page_cause_p95_ms_20_users_thinking_1s",
    "page_record_p95_ms_20_users_thinking_1s",
    "page_search_p95_ms_20_users_thinking_1s",
    "page_scorecard_p95_ms_20_users_thinking_1s",
    "pages_per_s_20_users_not_thinking",
}
NONE_IS_BEST = {"locate_rows_differing", "truth_false_flags"}
KEYS = ["name", "value", "unit", "baseline", "ratio", "budget", "ok"]


@pytest.mark.slow
def test_a_quick_bench_prints_every_line_that_was_asked_for() -> None:
    pytest.importorskip("dlt", reason="dlt comes with requirements-bench.txt: make bench")

    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.run", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["name"] for line in lines} >= ASKED
    for line in lines:
        assert list(line) == KEYS
        assert line["value"] > 0 or line["name"] in NONE_IS_BEST
        assert (line["ok"] is None) == (line["budget"] is None)
    assert sum(line["baseline"] is not None for line in lines) >= 6


@pytest.mark.parametrize(
    ("line", "ok"),
    [
        (Line("faster", 100, "documents/s", 10, ">= 10"), True),
        (Line("faster", 99, "documents/s", 10, ">= 10"), False),
        (Line("cheaper", 6, "s", 1, "<= 5"), False),
        (Line("bounded", 299, "MB", budget="<= 300"), True),
        (Line("shown", 1, "s"), None),
    ],
)
def test_a_budget_speaks_of_the_ratio_or_else_of_the_value(line: Line, ok: bool | None) -> None:
    assert line.ok is ok


def test_the_budgets_document_has_nine_rows_in_its_lists() -> None:
    country = bench_country(2_000)
    sizes = [
        sum(len(rows) for rows in entry.person.values() if isinstance(rows, list))
        for entry in country.entries(country.units[0].unit_code, 0, 30)
    ]

    assert set(sizes) == {ROWS}


def test_every_system_of_the_bench_answers_over_http_at_once() -> None:
    units = bench_country(2_000).units

    assert len(units) == 56
    assert {unit.fault for unit in units} == {""}
    assert "thu_muc" not in {unit.profile_name for unit in units}
