"""The plugin as Airflow loads it, in a process of its own: it registers and thinks nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = 45
READ = """
import json, sys
from airflow import plugins_manager
plugins = plugins_manager._get_plugins()
info = plugins_manager.get_plugin_info()
print("READ:" + json.dumps({
    "errors": plugins_manager.get_import_errors(),
    "modules": sorted(sys.modules),
    "plugin": next(each for each in info if each["name"] == "sync_portal"),
}, default=str))
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    env = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__API__BASE_URL": "https://host.example/airflow/",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", READ],
        env=env, cwd=home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    line = next(line for line in done.stdout.splitlines() if line.startswith("READ:"))
    return dict(json.loads(line.removeprefix("READ:")))


def test_the_plugin_is_loaded_without_error_and_is_registration_only(
    read: dict[str, Any],
) -> None:
    lines = (ROOT / "plugins/sync_portal.py").read_text(encoding="utf-8").splitlines()

    assert read["errors"] == {}
    assert len(lines) <= LINES


def test_the_menu_leads_to_pages_below_the_mount_wherever_airflow_itself_is(
    read: dict[str, Any],
) -> None:
    views = {view["href"]: view["destination"] for view in read["plugin"]["external_views"]}

    assert views == dict.fromkeys(
        ("/airflow/sync/dot", "/airflow/sync/tam-giu", "/airflow/sync/ket-noi"), "nav"
    )


def test_one_application_is_mounted_and_nothing_of_it_is_made_before_somebody_asks(
    read: dict[str, Any],
) -> None:
    (mounted,) = read["plugin"]["fastapi_apps"]

    assert mounted["url_prefix"] == "/sync"
    assert mounted["app"] == "sync.portal.mount.MountedPortal"
    for package in ("sync.portal.app", "sync.services", "sync.store", "great_expectations"):
        assert package not in read["modules"]


def test_every_task_of_a_unit_can_lead_to_its_page(read: dict[str, Any]) -> None:
    assert len(read["plugin"]["global_operator_extra_links"]) == 1
