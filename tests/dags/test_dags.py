"""The DAG files as Airflow reads them, in a process of their own: it keeps global state."""

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = 90
READ = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1], bundle_name="dags", load_op_links=False)
print("READ:" + json.dumps({
    "errors": bag.import_errors,
    "modules": sorted(sys.modules),
    "dags": {
        dag.dag_id: {
            "manual": dag.doc_md,
            "max_active_runs": dag.max_active_runs,
            "catchup": dag.catchup,
            "schedule": getattr(dag.timetable, "expression", None),
            "params": sorted(dag.params),
            "tasks": {
                task.task_id: {
                    "pool": task.pool,
                    "retries": task.retries,
                    "trigger_rule": task.trigger_rule,
                    "is_mapped": task.is_mapped,
                    "upstream": sorted(task.upstream_task_ids),
                    "downstream": sorted(task.downstream_task_ids),
                }
                for task in dag.tasks
            },
        }
        for dag in bag.dags.values()
    },
}))
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    env = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(ROOT / "dags")],
        env=env, cwd=home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    line = next(line for line in done.stdout.splitlines() if line.startswith("READ:"))
    return dict(json.loads(line.removeprefix("READ:")))


def test_every_file_is_read_without_error(read: dict[str, Any]) -> None:
    assert read["errors"] == {}
    assert sorted(read["dags"]) == [
        "housekeeping",
        "probe_sources",
        "replay_snapshot",
        "send_notices",
        "sync_wave",
        "verify_population",
    ]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "dags").glob("*.py")), ids=lambda path: path.name
)
def test_a_file_is_thin(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES


@pytest.mark.parametrize(
    "package", ["great_expectations", "sync.services", "sync.store", "pandas"]
)
def test_reading_a_file_imports_nothing_heavy(read: dict[str, Any], package: str) -> None:
    loaded = [m for m in read["modules"] if m == package or m.startswith(f"{package}.")]

    assert loaded == []


def test_great_expectations_is_reached_from_the_check_task_only() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "dags").glob("*.py")]

    assert max(text.count("from sync.services import check") for text in texts) == 1
    assert sum(text.count("great_expectations") for text in texts) == 0


def test_each_dag_shows_its_manual(read: dict[str, Any]) -> None:
    for dag_id, dag in read["dags"].items():
        assert dag["manual"].startswith(f"### {dag_id}")
        assert "Safe to run again?" in dag["manual"]
        assert "Red?" in dag["manual"]


def test_one_run_at_a_time_and_none_for_the_past(read: dict[str, Any]) -> None:
    for dag in read["dags"].values():
        assert (dag["max_active_runs"], dag["catchup"]) == (1, False)


def test_sources_are_asked_through_their_pool(read: dict[str, Any]) -> None:
    tasks = [
        read["dags"]["sync_wave"]["tasks"]["pull"],
        read["dags"]["probe_sources"]["tasks"]["probe"],
    ]

    assert [(task["pool"], task["is_mapped"]) for task in tasks] == [("sources", True)] * 2


def test_the_population_register_is_asked_through_a_pool_of_its_own(
    read: dict[str, Any],
) -> None:
    task = read["dags"]["verify_population"]["tasks"]["verify"]

    assert (task["pool"], task["is_mapped"], task["retries"]) == ("population", True, 0)


def test_the_verdict_is_the_only_leaf_and_follows_every_step_but_the_pulls(
    read: dict[str, Any],
) -> None:
    tasks = read["dags"]["sync_wave"]["tasks"]

    assert [name for name, task in tasks.items() if not task["downstream"]] == ["verdict"]
    assert tasks["verdict"]["upstream"] == sorted(set(tasks) - {"pull", "verdict"})
    assert (tasks["verdict"]["trigger_rule"], tasks["verdict"]["retries"]) == ("none_failed", 0)


def test_what_must_run_whatever_happened_before_does(read: dict[str, Any]) -> None:
    tasks = read["dags"]["sync_wave"]["tasks"]
    rules = {name: task["trigger_rule"] for name, task in tasks.items()}

    assert {name for name, rule in rules.items() if rule == "all_done"} == {
        "read",
        "settle",
        "measure",
    }
    assert {name for name, rule in rules.items() if rule == "all_success"} == {
        "list_due_units", "pull", "check", "admit",
    }  # fmt: skip


def test_a_replay_is_started_by_hand_and_says_what_and_why(read: dict[str, Any]) -> None:
    dag = read["dags"]["replay_snapshot"]

    assert dag["params"] == ["reason", "target"]
    assert dag["schedule"] is None


def test_a_replay_runs_step_by_step_and_ends_in_the_verdict(read: dict[str, Any]) -> None:
    tasks = read["dags"]["replay_snapshot"]["tasks"]
    steps = ["open", "read", "check", "admit", "settle", "measure", "verdict"]

    assert sorted(tasks) == sorted(steps)
    for before, after in itertools.pairwise(steps):
        assert before in tasks[after]["upstream"]
    assert {task["trigger_rule"] for task in tasks.values()} == {"all_success"}
    assert [name for name, task in tasks.items() if not task["downstream"]] == ["verdict"]


def test_housekeeping_runs_at_night_and_is_red_when_a_unit_is_not_tidy(
    read: dict[str, Any],
) -> None:
    dag = read["dags"]["housekeeping"]

    assert dag["schedule"] == "30 3 * * *"
    assert dag["tasks"]["tidy"]["is_mapped"]
    assert dag["tasks"]["tidy_rest"]["upstream"] == ["tidy"]
    assert {task["trigger_rule"] for task in dag["tasks"].values()} == {"all_success"}


def test_notices_are_written_then_sent_every_quarter_of_an_hour(read: dict[str, Any]) -> None:
    dag = read["dags"]["send_notices"]

    assert dag["schedule"] == "*/15 * * * *"
    assert dag["tasks"]["send"]["upstream"] == ["queue"]
    assert dag["tasks"]["send"]["trigger_rule"] == "all_done"
    assert {task["retries"] for task in dag["tasks"].values()} == {0}
