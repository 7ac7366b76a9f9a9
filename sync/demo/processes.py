"""Child processes that are found and ended by number, also after their parent was killed.

Each child leads a session of its own and works in our folder; whatever it starts inherits both.
A small file keeps the leader's number and birth, so a later run can end what an earlier one
left behind without ever guessing by name.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from sync.model.errors import ConfigurationError

HOST = "127.0.0.1"
GRACE_S = 5.0
_BIRTH_SLACK_S = 1.0


@dataclass(frozen=True, slots=True)
class Session:
    """A child's session: its leader's number, when that process was born, where it works."""

    name: str
    leader: int
    born: float
    folder: Path

    def members(self) -> list[psutil.Process]:
        """Every process still in the session; none if the number is a stranger's by now."""
        return [process for process in psutil.process_iter() if self._holds(process)]

    def _holds(self, process: psutil.Process) -> bool:
        try:
            if os.getsid(process.pid) != self.leader or Path(process.cwd()) != self.folder:
                return False  # a zombie works nowhere, so it is left out too
            born = process.create_time()
        except (psutil.Error, OSError):
            return False
        if process.pid == self.leader:
            return abs(born - self.born) < _BIRTH_SLACK_S
        return born > self.born - _BIRTH_SLACK_S


class Children:
    """The processes one run started, their logs and the files that remember them."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.folder = self.home / "run"
        self.logs = self.home / "logs"
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start a child in a session of its own; what it prints goes to `logs/<name>.log`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own programs
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=self.home,
                start_new_session=True,
            )
        self._running[name] = process
        born = psutil.Process(process.pid).create_time()
        line = json.dumps({"leader": process.pid, "born": born})
        (self.folder / f"{name}.json").write_text(line, encoding="utf-8")

    def run(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start a child and wait until it ended well.

        Raises:
            ConfigurationError: it failed; names its log.
        """
        self.start(name, command, env)
        self.wait(name)

    def wait(self, name: str) -> None:
        """Wait until a child ended well.

        Raises:
            ConfigurationError: it failed; names its log.
        """
        code = self._running.pop(name).wait()
        (self.folder / f"{name}.json").unlink(missing_ok=True)
        if code:
            raise ConfigurationError(self._complaint(name, code))

    def raise_if_ended(self, names: Sequence[str] | None = None) -> None:
        """Let pass while all (or the named) children live.

        Raises:
            ConfigurationError: one ended; names its log.
        """
        for name in names or tuple(self._running):
            code = self._running[name].poll()
            if code is not None:
                raise ConfigurationError(self._complaint(name, code))

    def stop(self, *names: str, grace_s: float = GRACE_S) -> None:
        """End the named children, or all, and whatever they started."""
        chosen = [found for found in self._remembered() if not names or found.name in names]
        end_sessions(chosen, grace_s)
        for session in chosen:
            process = self._running.pop(session.name, None)
            if process is not None:
                process.wait()
            (self.folder / f"{session.name}.json").unlink(missing_ok=True)

    def end_left_overs(self) -> int:
        """End what a killed earlier run left behind; how many processes that were."""
        count = sum(len(session.members()) for session in self._remembered())
        self.stop()
        return count

    def _remembered(self) -> Iterator[Session]:
        for path in sorted(self.folder.glob("*.json")):
            with suppress(ValueError, KeyError, TypeError):
                facts = json.loads(path.read_text(encoding="utf-8"))
                yield Session(path.stem, int(facts["leader"]), float(facts["born"]), self.home)

    def _complaint(self, name: str, code: int) -> str:
        return f"{name} ended with code {code}: see {self.logs / f'{name}.log'}."


def end_sessions(sessions: Sequence[Session], grace_s: float = GRACE_S) -> None:
    """Ask all members of the sessions to end, wait, then kill those that remain."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        members = [process for session in sessions for process in session.members()]
        for process in members:
            with suppress(psutil.Error):
                process.send_signal(number)
        deadline = time.monotonic() + grace_s
        while any(session.members() for session in sessions) and time.monotonic() < deadline:
            time.sleep(0.1)


def choose_port(wanted: int, *, taken: Sequence[int] = ()) -> int:
    """The wanted port if nobody listens there, else the next free one after it.

    Raises:
        ConfigurationError: a hundred ports in a row are in use.
    """
    for port in range(wanted, min(wanted + 100, 65536)):
        if port not in taken and _is_free(port):
            return port
    raise ConfigurationError(
        f"No free port from {wanted} on at {HOST}: stop what listens there and try again."
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
