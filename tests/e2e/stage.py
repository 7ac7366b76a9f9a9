"""A small country and the real Airflow: api-server, scheduler, dag-processor, LocalExecutor."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.demo.airflow_api import AirflowApi, Run, Task
from sync.demo.answers import Answers
from sync.demo.country import Country
from sync.demo.follow import DAG_ID
from sync.demo.orchestra import LOGIN, AirflowHome, AirflowPorts
from sync.demo.processes import Children, choose_port
from sync.model.source import Source
from tests.sources.servers import Reply, Request, Talk, serving

PROFILE = "hrm_trang"
KEY = "a-key-of-the-test"
PAGE = 200
SLOW_S = 12.0
WAIT_S = 150.0


@dataclass(frozen=True)
class Wave:
    """One run as it ended."""

    run: Run
    tasks: list[Task]

    def states(self, task_id: str) -> dict[str, str]:
        """State by label (the unit code) of a mapped task."""
        return {task.label: task.state for task in self.tasks if task.task_id == task_id}

    def state(self, task_id: str) -> str:
        """State of a task that is not mapped."""
        return next(task.state for task in self.tasks if task.task_id == task_id)

    def ended_at(self, task_id: str, label: str) -> str:
        """When a mapped task ended, as text that sorts."""
        return next(t.ended_at for t in self.tasks if (t.task_id, t.label) == (task_id, label))


def answer_as(country: Country, unit_code: str, *, delay_s: float = 0.0) -> Talk:
    """The unit's system: numbered pages behind an API key."""
    answers = Answers(country)
    answers.documents(unit_code, 0, PAGE)  # inventing people takes its time; not while asked

    def talk(request: Request) -> Reply:
        time.sleep(delay_s)
        if request.headers.get("X-API-Key") != KEY:
            return Reply(b"{}", 401)
        size = int(request.query["page_size"])
        first = (int(request.query["page"]) - 1) * size
        documents = answers.documents(unit_code, first, size)
        total = answers.total(unit_code)
        return Reply(b'{"data": {"items": [%s], "total": %d}}' % (documents, total))

    return talk


@contextmanager
def systems(talks: dict[str, Talk | None]) -> Iterator[list[Source]]:
    """One server a unit; None: nobody listens at its address."""
    with ExitStack() as stack:
        yield [
            Source(
                source_code=f"{code}-test",
                unit_code=code,
                connector="rest_page",
                profile_name=PROFILE,
                address=stack.enter_context(serving(talk)).address if talk else _nowhere(),
                secret_name="test_key",  # noqa: S106 - the name of a secret
            )
            for code, talk in talks.items()
        ]


def _nowhere() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


class Airflow:
    """Airflow on the embedded PostgreSQL, as `make demo` runs it."""

    def __init__(self, home: Path, database_url: str, extra: dict[str, str]) -> None:
        self.children = Children(home)
        api, tasks, triggers = choose_port(21080), choose_port(21793), choose_port(21893)
        self.home = AirflowHome(home, database_url, AirflowPorts(api, tasks, triggers))
        self.home.extra.update(extra)
        self.api = AirflowApi(self.home.address, LOGIN, self.home.password)

    def start(self) -> None:
        """Have it ready to run waves."""
        self.home.begin_migration(self.children)
        self.children.wait("airflow-migrate")
        self.home.start(self.children)
        self._until(self.api.is_up)
        self.api.ensure_pool("sources", 4, "of a test")
        self._until(lambda: self.api.knows(DAG_ID))

    def wave(self) -> Wave:
        """One wave, from its start to its end."""
        return self.run(DAG_ID)

    def run(self, dag_id: str, conf: dict[str, str] | None = None) -> Wave:
        """One run of a DAG, from its start to its end."""
        self._until(lambda: self.api.knows(dag_id))
        run = self.api.trigger(dag_id, conf)
        self.api.set_paused(dag_id, is_paused=False)
        self._until(lambda: self.api.get_run(dag_id, run.run_id).is_over)
        run = self.api.get_run(dag_id, run.run_id)
        return Wave(run, self.api.list_tasks(run))

    def ask(self, path: str) -> Any:  # noqa: ANN401 - whatever the API answers
        """What Airflow's own API says."""
        return self.api.ask(path)

    def stop(self) -> None:
        """End all of it."""
        self.children.stop(grace_s=3)

    def _until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_S
        while not is_so():
            self.children.raise_if_ended()
            if time.monotonic() > deadline:
                raise TimeoutError(f"see {self.children.logs}")
            time.sleep(0.5)
