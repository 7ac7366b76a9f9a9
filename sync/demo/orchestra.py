"""Airflow for one machine: its folder, environment and secrets, and its processes.

Everything lies below `<home>/airflow`; the records are kept in database `airflow` of the same
PostgreSQL server. Nothing here imports Airflow.
"""

import base64
import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from sync.demo.processes import HOST, Children
from sync.logs import TELEMETRY_OFF

REPOSITORY = Path(__file__).resolve().parents[2]
LOGIN = "admin"
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
PARALLELISM = 8  # on two cores about three tasks a second, with 4 as with 8; slow units wait
LOCAL = "127.0.0.1,localhost"  # what a proxy of this machine must not be asked for


@dataclass(frozen=True, slots=True)
class AirflowPorts:
    """Where Airflow's processes listen, on this machine only."""

    api: int
    task_logs: int
    trigger_logs: int


class AirflowHome:
    """One folder's Airflow; made when first asked for, found again afterwards."""

    def __init__(self, home: Path, database_url: str, ports: AirflowPorts) -> None:
        self.folder = home.resolve() / "airflow"
        self.database_url = database_url
        self.ports = ports
        self.settings: dict[str, str] = {}  # more of Airflow's own, as SECTION__NAME
        self.extra: dict[str, str] = {}  # anything else its processes should know
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        """Where its pages and its API are."""
        return f"http://{HOST}:{self.ports.api}"

    @property
    def password(self) -> str:
        """The password of the one account, made now if there is none."""
        return self._secret("password", secrets.token_urlsafe(12))

    def environment(self) -> dict[str, str]:
        """What every process of this Airflow needs to know, on top of our own environment."""
        passwords = self.folder / "passwords.json"
        _write_private(passwords, json.dumps({LOGIN: self.password}))
        fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        chosen = {
            "CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            "CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__PARALLELISM": str(PARALLELISM),
            "CORE__HOSTNAME_CALLABLE": "socket.gethostname",  # asks no name server
            "CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "CORE__FERNET_KEY": self._secret("fernet_key", fernet),
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "DATABASE__SQL_ALCHEMY_CONN": self.database_url,
            "API__HOST": HOST,
            "API__PORT": str(self.ports.api),
            "API__BASE_URL": self.address,
            "API__SECRET_KEY": self._secret("secret_key", secrets.token_urlsafe(32)),
            "API_AUTH__JWT_SECRET": self._secret("jwt_secret", secrets.token_urlsafe(48)),
            "LOGGING__WORKER_LOG_SERVER_PORT": str(self.ports.task_logs),
            "LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.ports.trigger_logs),
            "LOGGING__COLORED_CONSOLE_LOG": "False",
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
            **self.settings,
        }
        ours = {f"AIRFLOW__{name}": value for name, value in chosen.items()}
        inherited = {
            name: value
            for name, value in os.environ.items()  # noqa: TID251 - children inherit it
            if not name.startswith("AIRFLOW")
        }
        proxies = {"NO_PROXY": LOCAL, "no_proxy": LOCAL}
        home = {"AIRFLOW_HOME": str(self.folder)}
        return {**inherited, **TELEMETRY_OFF, **proxies, **ours, **home, **self.extra}

    def begin_migration(self, children: Children) -> None:
        """Start bringing Airflow's own tables up to date; `wait("airflow-migrate")` for it."""
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        children.start("airflow-migrate", command, self.environment())

    def start(self, children: Children) -> None:
        """Start its four processes."""
        for component in COMPONENTS:
            command = [sys.executable, "-m", "airflow", component]
            children.start(f"airflow-{component}", command, self.environment())

    def _secret(self, name: str, new: str) -> str:
        path = self.folder / "secrets" / name
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _write_private(path, new)
        return path.read_text(encoding="utf-8")


def _write_private(path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
