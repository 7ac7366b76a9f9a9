"""docker-compose.yml says what a server runs; what can be checked without Docker is checked."""

import re
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from sync.settings import Settings
from sync.store.provision import ROLE_NAMES
from sync.store.server_config import QUIET_ABOUT_PEOPLE
from tests.house.tree import ROOT

PATH = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
LONG_LIVED = sorted(set(SERVICES) - {"migrate"})


def test_the_file_fits_the_published_compose_schema() -> None:
    tool = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [tool, "--builtin-schema", "vendor.compose-spec", PATH],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_a_server_runs_the_database_airflow_and_the_portal() -> None:
    airflow = {"api-server", "scheduler", "dag-processor", "triggerer"}

    assert set(SERVICES) == {"postgres", "migrate", "portal", *airflow}
    assert SERVICES["postgres"]["image"].startswith("postgres:18")


@pytest.mark.parametrize("name", LONG_LIVED)
def test_every_service_that_stays_says_how_it_is(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_nothing_starts_before_the_database_is_ready_for_it() -> None:
    for name in set(LONG_LIVED) - {"postgres"}:
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully", name


def test_passwords_come_from_files_and_there_is_no_default() -> None:
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    secret_like = re.compile(r"PASSWORD|SECRET|KEY|CONN", re.IGNORECASE)
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if secret_like.search(variable):
                assert variable.endswith(("_FILE", "_CMD", "_DIR")), f"{name}: {variable}"
                assert re.search(r"/run/secrets|/airflow/users\.json", str(value)), variable


def test_every_role_has_a_secret_and_every_secret_a_user() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}

    assert used == set(COMPOSE["secrets"])
    assert set(ROLE_NAMES) <= used


def test_the_portal_holds_no_password_of_an_owner_or_of_the_pipeline() -> None:
    others = {"postgres", "migrator", "sync_writer", "airflow"}

    assert not others & set(SERVICES["portal"]["secrets"])


def test_the_portal_is_told_the_names_it_answers_to_and_its_health_check_is_one() -> None:
    told = SERVICES["portal"]["environment"]["CBCCVC_PORTAL_HOSTS"]
    checked = SERVICES["portal"]["healthcheck"]["test"][-1]

    assert told == "${CBCCVC_PORTAL_HOSTS:+${CBCCVC_PORTAL_HOSTS},127.0.0.1}"
    assert "http://127.0.0.1:8600/" in checked


def test_only_this_machine_reaches_the_pages_and_nobody_the_database() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "ports" not in SERVICES["postgres"]
    assert COMPOSE["networks"]["inner"]["internal"] is True


def test_the_database_is_as_silent_about_people_as_the_embedded_one() -> None:
    given = dict(word.split("=", 1) for word in SERVICES["postgres"]["command"] if "=" in word)
    loud_by_default = {
        name: value
        for name, value in QUIET_ABOUT_PEOPLE.items()
        if name.startswith(("log_min", "log_error", "log_statement", "log_parameter"))
    }

    assert loud_by_default.items() <= given.items()


def airflow_options() -> set[str]:
    config = next(
        path
        for path in files("apache-airflow-core") or []
        if path.match("airflow/config_templates/config.yml")
    )
    sections = yaml.safe_load(Path(str(config.locate())).read_text(encoding="utf-8"))
    return {
        f"AIRFLOW__{section}__{option}".upper()
        for section, described in sections.items()
        for option in described["options"]
    }


def test_every_variable_is_one_that_somebody_reads() -> None:
    variables = {
        name for service in SERVICES.values() for name in service.get("environment", {})
    }
    ours = {f"CBCCVC_{name}".upper() for name in Settings.model_fields}
    # Airflow 3.3 sends nothing any more; the switch of 3.0 stays for older images.
    retired = {"AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"}

    asked = {name.removesuffix("_CMD") for name in variables if name.startswith("AIRFLOW__")}
    assert asked - retired <= airflow_options()
    assert {name for name in variables if name.startswith("CBCCVC_")} <= ours


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["airflow", "api-server"],
        ["airflow", "scheduler"],
        ["airflow", "dag-processor"],
        ["airflow", "triggerer"],
        ["airflow", "jobs", "check"],
        ["airflow", "db", "migrate"],
        ["airflow", "pools", "set"],
        ["cbccvc", "setup"],
        ["uvicorn"],
    ],
    ids=" ".join,
)
def test_every_command_of_the_file_exists(command: list[str], tmp_path: Path) -> None:
    assert " ".join(command) in PATH.read_text(encoding="utf-8").replace(", ", " ")
    program = Path(sys.executable).with_name(command[0])

    done = subprocess.run(
        [program, *command[1:], "--help"],
        env={"AIRFLOW_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0
