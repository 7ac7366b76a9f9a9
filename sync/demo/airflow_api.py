"""The few questions the demo puts to Airflow's own REST API."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from sync.model.errors import ConfigurationError

PAGE = 100
TIMEOUT_S = 20
DONE = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a DAG."""

    dag_id: str
    run_id: str
    state: str
    queued_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether it ended, well or not."""
        return self.state in {"success", "failed"}


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a run; `label` is what the map index shows."""

    task_id: str
    map_index: int
    label: str
    state: str
    seconds: float
    ended_at: str

    @property
    def is_over(self) -> bool:
        """Whether it ended, well or not."""
        return self.state in DONE


class AirflowApi:
    """A signed-in way to one Airflow."""

    def __init__(self, address: str, login: str, password: str) -> None:
        self._address = address
        self._account = {"username": login, "password": password}
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between this machine and itself

    def is_up(self) -> bool:
        """Whether the API answers and knows us."""
        try:
            answer = self._session.post(
                f"{self._address}/auth/token", json=self._account, timeout=TIMEOUT_S
            )
        except requests.RequestException:
            return False
        if not answer.ok:
            return False
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return True

    def ensure_pool(self, name: str, slots: int, description: str) -> None:
        """Have a pool; one that exists keeps the size somebody gave it."""
        pool = {"name": name, "slots": slots, "description": description}
        self._ask("POST", "pools", body=pool, allowed=(201, 409))

    def ask(self, path: str) -> Any:  # noqa: ANN401 - whatever that path answers
        """What a path of the API answers."""
        return self._ask("GET", path).json()

    def knows(self, dag_id: str) -> bool:
        """Whether the DAG file was read."""
        return self._ask("GET", f"dags/{dag_id}", allowed=(200, 404)).status_code == 200

    def set_paused(self, dag_id: str, *, is_paused: bool) -> None:
        """Let the schedule run, or not."""
        self._ask("PATCH", f"dags/{dag_id}", body={"is_paused": is_paused})

    def trigger(self, dag_id: str, conf: Mapping[str, str] | None = None) -> Run:
        """Start a run now; `conf` are what the DAG asks for."""
        path = f"dags/{dag_id}/dagRuns"
        body = {"logical_date": None, "conf": dict(conf or {})}
        return _run(self._ask("POST", path, body=body).json())

    def get_run(self, dag_id: str, run_id: str) -> Run:
        """The run as it stands."""
        return _run(self._ask("GET", f"dags/{dag_id}/dagRuns/{run_id}").json())

    def list_open_runs(self, dag_id: str) -> list[Run]:
        """Runs that have not ended."""
        path = f"dags/{dag_id}/dagRuns?state=running&state=queued&limit={PAGE}"
        return [_run(found) for found in self._ask("GET", path).json()["dag_runs"]]

    def close_run(self, run: Run) -> None:
        """End a run that nobody works on any more."""
        self._ask("PATCH", f"dags/{run.dag_id}/dagRuns/{run.run_id}", body={"state": "failed"})

    def list_tasks(self, run: Run) -> list[Task]:
        """Every task of a run, mapped ones each."""
        tasks: list[Task] = []
        while True:
            path = f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances"
            answer = self._ask("GET", f"{path}?limit={PAGE}&offset={len(tasks)}").json()
            tasks += [_task(found) for found in answer["task_instances"]]
            if not answer["task_instances"] or len(tasks) >= answer["total_entries"]:
                return tasks

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        allowed: tuple[int, ...] = (200,),
    ) -> requests.Response:
        address = f"{self._address}/api/v2/{path}"
        for attempt in range(4):  # a busy machine answers late, not never
            try:
                answer = self._session.request(method, address, json=body, timeout=TIMEOUT_S)
            except requests.RequestException:
                time.sleep(1 + attempt)
                continue
            if answer.status_code not in allowed:
                asked = f"{method} {path.partition('?')[0]}"
                raise ConfigurationError(
                    f"Airflow answered {answer.status_code} to {asked}: see its log."
                )
            return answer
        raise ConfigurationError(
            "Airflow's API stopped answering: see the log of its api-server."
        )


def count_done(tasks: list[Task]) -> dict[str, tuple[int, int]]:
    """Tasks that are over and all tasks, by task id."""
    everything = Counter(task.task_id for task in tasks)
    over = Counter(task.task_id for task in tasks if task.is_over)
    return {task_id: (over[task_id], count) for task_id, count in everything.items()}


def _run(found: Mapping[str, Any]) -> Run:
    queued = found["queued_at"]
    return Run(
        dag_id=found["dag_id"],
        run_id=found["dag_run_id"],
        state=found["state"],
        queued_at=datetime.fromisoformat(queued) if queued else None,
    )


def _task(found: Mapping[str, Any]) -> Task:
    return Task(
        task_id=found["task_id"],
        map_index=found["map_index"],
        label=found["rendered_map_index"] or "",
        state=found["state"] or "none",
        seconds=found["duration"] or 0.0,
        ended_at=found["end_date"] or "",
    )
