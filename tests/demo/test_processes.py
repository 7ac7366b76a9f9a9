"""Children are ended by number: all of theirs, nothing of anybody else's."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from sync.demo.processes import Children, choose_port
from sync.model.errors import ConfigurationError

# A child that starts one of its own in another process group, as Airflow's workers do.
FAMILY = """
import subprocess, sys, time
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
worker = subprocess.Popen(sleep, process_group=0)
open("worker", "w").write(str(worker.pid))
time.sleep(600)
"""
KILLED = """
import os, sys
from pathlib import Path
from sync.demo.processes import Children
Children(Path(sys.argv[1])).start("family", [sys.executable, "-c", sys.argv[2]], {})
os.kill(os.getpid(), 9)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
ENV = {"PATH": "/usr/bin:/bin"}


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def start_family(home: Path) -> tuple[Children, int, int]:
    """The children, the leader's number and its worker's."""
    children = Children(home)
    children.start("family", python(FAMILY), ENV)
    written = home / "worker"
    until(lambda: written.exists() and written.read_text() != "")
    leader = json.loads((home / "run" / "family.json").read_text())["leader"]
    return children, leader, int(written.read_text())


def test_stopping_ends_what_a_child_started_too(tmp_path: Path) -> None:
    children, leader, worker = start_family(tmp_path)

    children.stop()

    assert not is_alive(leader)
    assert not is_alive(worker)
    assert list((tmp_path / "run").iterdir()) == []


def test_one_child_is_stopped_without_the_others(tmp_path: Path) -> None:
    children, leader, _ = start_family(tmp_path)
    children.start("other", python("import time; time.sleep(600)"), ENV)

    children.stop("family")

    assert not is_alive(leader)
    children.raise_if_ended(["other"])
    children.stop()


def test_what_a_killed_run_left_behind_is_ended_by_the_next(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), FAMILY], check=False)
    written = tmp_path / "worker"
    until(lambda: written.exists() and written.read_text() != "")
    worker = int(written.read_text())
    leader = os.getsid(worker)

    count = Children(tmp_path).end_left_overs()

    assert count == 2
    assert not is_alive(leader)
    assert not is_alive(worker)


def test_a_child_that_ignores_the_request_is_ended_all_the_same(tmp_path: Path) -> None:
    children = Children(tmp_path)
    children.start("stubborn", python(STUBBORN), ENV)
    leader = json.loads((tmp_path / "run" / "stubborn.json").read_text())["leader"]

    children.stop(grace_s=0.3)

    assert not is_alive(leader)


@pytest.mark.parametrize("born_s", [0.0, -3600.0], ids=["born now", "born an hour ago"])
def test_a_number_that_belongs_to_a_stranger_now_is_left_alone(
    tmp_path: Path, born_s: float
) -> None:
    stranger = subprocess.Popen(
        python("import time; time.sleep(600)"), start_new_session=True, cwd="/"
    )
    (tmp_path / "run").mkdir()
    line = json.dumps({"leader": stranger.pid, "born": time.time() + born_s})
    (tmp_path / "run" / "airflow-scheduler.json").write_text(line)

    assert Children(tmp_path).end_left_overs() == 0
    assert is_alive(stranger.pid)
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"leader": "x", "born": 1}', "{}"])
def test_a_broken_note_is_no_obstacle(tmp_path: Path, content: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "portal.json").write_text(content)

    assert Children(tmp_path).end_left_overs() == 0


def test_a_child_that_ended_is_told_with_its_log(tmp_path: Path) -> None:
    children = Children(tmp_path)
    children.start("portal", python("print('why'); raise SystemExit(3)"), ENV)

    with pytest.raises(
        ConfigurationError, match=r"portal ended with code 3: see .*portal\.log"
    ):
        children.wait("portal")

    assert "why" in (tmp_path / "logs" / "portal.log").read_text()


def test_a_child_that_should_live_and_does_not_is_noticed(tmp_path: Path) -> None:
    children = Children(tmp_path)
    children.start("portal", python("pass"), ENV)
    leader = json.loads((tmp_path / "run" / "portal.json").read_text())["leader"]
    until(lambda: not is_alive(leader))

    with pytest.raises(ConfigurationError, match="portal ended with code 0"):
        children.raise_if_ended()

    children.stop()


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        wanted = listener.getsockname()[1]

        assert choose_port(wanted) > wanted


def test_two_programs_are_not_given_one_port() -> None:
    first = choose_port(23500)

    assert choose_port(23500, taken=[first]) > first


def test_no_free_port_is_said_in_one_sentence() -> None:
    with pytest.raises(ConfigurationError, match=r"No free port from 23600 on"):
        choose_port(23600, taken=range(23600, 23700))
