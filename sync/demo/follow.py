"""One wave in Airflow, followed until it is over."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime

from rich.console import Console

from sync.demo.airflow_api import AirflowApi, Run, Task, count_done

DAG_ID = "sync_wave"
STEPS = ("pull", "read", "check", "admit", "settle", "measure", "verdict")
POLL_S = 2.0
SAY_EVERY_S = 10.0
NAMED = 8


def begin_wave(api: AirflowApi, started_at: datetime) -> Run:
    """Start a wave, or take up the one that the schedule began since we started.

    One left open by an earlier run is closed: nobody works on it any more. What it had pulled
    is kept, and this one goes on from there.
    """
    runs = api.list_open_runs(DAG_ID)
    fresh = [run for run in runs if run.queued_at is not None and run.queued_at >= started_at]
    for run in runs:
        if run not in fresh:
            api.close_run(run)
    chosen = fresh[0] if fresh else api.trigger(DAG_ID)
    api.set_paused(DAG_ID, is_paused=False)
    return chosen


def follow(
    api: AirflowApi, run: Run, console: Console, check_health: Callable[[], None]
) -> tuple[Run, list[Task]]:
    """Show how far the wave is until it is over; the run as it ended, and its tasks."""
    began, said_at, said = time.monotonic(), 0.0, ""
    with console.status("wave") as live:
        while True:
            check_health()
            run = api.get_run(run.dag_id, run.run_id)
            tasks = api.list_tasks(run)
            now = time.monotonic()
            line = progress_line(tasks)
            live.update(line)
            is_due = now - said_at >= SAY_EVERY_S and line != said
            if run.is_over or (is_due and not console.is_terminal):
                console.print(f"{now - began:6.1f} s  {line}")
                said_at, said = now, line
            if run.is_over:
                return run, tasks
            time.sleep(POLL_S)


def progress_line(tasks: Iterable[Task]) -> str:
    """Tasks over and all tasks of each step, in the order of the wave."""
    counts = count_done(list(tasks))
    known = [(step, *counts[step]) for step in STEPS if step in counts]
    return " · ".join(f"{step} {done}/{total}" for step, done, total in known)


def list_red(tasks: Iterable[Task]) -> list[str]:
    """Red tasks in sentences, without the units' `pull`: those do not make a wave red."""
    units: dict[tuple[str, str], list[str]] = {}
    for task in tasks:
        if task.state in {"failed", "upstream_failed"} and task.task_id != "pull":
            units.setdefault((task.task_id, task.state), []).append(task.label)
    return [
        f"task {task_id} {state.replace('_', ' ')}{_of(labels)}."
        for (task_id, state), labels in units.items()
    ]


def _of(labels: list[str]) -> str:
    named = sorted(label for label in labels if label)
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return f" of {', '.join(named[:NAMED])}{more}" if named else ""
