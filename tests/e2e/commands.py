"""`cbccvc` as an operator runs it beside Airflow, and the population register it asks."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from sys import executable

from sync.demo.processes import Children
from sync.model.errors import ConfigurationError
from tests.e2e.planted import Sower
from tests.sources.servers import Reply, Request, Talk

REHEARSE = (
    "import sys, pathlib; from sync.services.rehearse import rehearse_suite;"
    " print(rehearse_suite(pathlib.Path(sys.argv[1])))"
)


class Commands:
    """Child processes; what they print is kept in files."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self._children = Children(home / "commands")
        self._environment = environment

    def start(self, title: str, *words: str) -> None:
        """Begin a command of `cbccvc`."""
        self._start(title, "-m", "sync.cli", *words)

    def start_rehearsal(self, title: str, suite: Path) -> None:
        """Begin a rehearsal of changed rules."""
        self._start(title, "-c", REHEARSE, str(suite))

    def wait(self, title: str) -> bool:
        """Whether a command ended well."""
        try:
            self._children.wait(title)
        except ConfigurationError:
            return False
        return True

    def stop(self) -> None:
        """End those that still run."""
        self._children.stop()

    def _start(self, title: str, *words: str) -> None:
        self._children.start(title, [executable, *words], self._environment)


def population_register(sower: Sower, refused: Collection[str]) -> Talk:
    """Knows every second person by another name; answers a refused one with 500."""

    def talk(request: Request) -> Reply:
        people = json.loads(request.body)["yeu_cau"]
        head = {"X-Who": sower.word()}
        if any(person["so_dinh_danh"] in refused for person in people):
            return Reply(request.body, 500, head)
        answers = [{**person, "tim_thay": True} for person in people]
        for answer in answers[::2]:
            answer["ho_ten"] = f"Lò Thị {sower.word()}"
        return Reply(json.dumps({"ket_qua": answers}).encode(), 200, head)

    return talk
