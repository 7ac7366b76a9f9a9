"""What only the real scheduler can show: who waits for whom, and what makes a run red."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import make_url, text

from sync.demo.country import Country
from sync.demo.orchestra import LOGIN
from sync.model.desk import Role
from sync.portal.access import ensure_portal_secret
from sync.services import accounts
from sync.services.registry import load_registry, register_sources
from sync.store.database import Database
from sync.store.server import EmbeddedServer
from tests.e2e.stage import KEY, PROFILE, SLOW_S, Airflow, Wave, answer_as, systems
from tests.portal.browsing import Reader

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

TODAY = date(2026, 11, 23)
PLUGIN = "sync_portal"
PASSWORD = "mot-mat-khau-du-dai"  # noqa: S105 - of these tests
SUITES = Path(__file__).resolve().parents[2] / "expectations"


@pytest.fixture(scope="module")
def country() -> Country:
    return Country(seed=3, as_of=TODAY, people=20)


@pytest.fixture(scope="module")
def units(country: Country) -> list[str]:
    """Four units whose system pages by number: two sound ones, a slow one, a dead one."""
    fit = [unit for unit in country.units if unit.is_answering and unit.profile_name == PROFILE]
    return [unit.unit_code for unit in fit[:4]]


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(SUITES, tmp_path_factory.mktemp("suites") / "expectations"))


@pytest.fixture(scope="module")
def airflow(
    country: Country, units: list[str], suites: Path, cloned: tuple[EmbeddedServer, str]
) -> Iterator[Airflow]:
    server, name = cloned
    first, second, slow, _ = units
    talks = {code: answer_as(country, code) for code in (first, second)}
    talks[slow] = answer_as(country, slow, delay_s=SLOW_S)
    home = Path(tempfile.mkdtemp(prefix="cbccvc-e2e-"))
    with systems({**talks, units[3]: None}) as sources:
        (server.secrets / "test_key").write_text(KEY, encoding="utf-8")
        ensure_portal_secret(server.secrets)
        database = Database.connect(server.url("sync_writer", name))
        load_registry(database)
        sizes = {code: country.unit(code).size for code in units}
        register_sources(sources, sizes, valid_from=TODAY, stated_by="a test", db=database)
        database.close()
        extra = _settings(server, name, home, suites)
        airflow = Airflow(home, server.url("airflow", "airflow"), extra)
        try:
            airflow.start()
            yield airflow
        finally:
            airflow.stop()
            shutil.rmtree(home)


def _settings(server: EmbeddedServer, name: str, home: Path, suites: Path) -> dict[str, str]:
    url = make_url(server.url("sync_writer", name))
    return {
        "CBCCVC_HOME": str(home),
        "CBCCVC_SECRETS_DIR": str(server.secrets),
        "CBCCVC_DATABASE_URL": f"postgresql+psycopg2://{{role}}@{url.host}:{url.port}/{name}",
        "CBCCVC_EXPECTATIONS_DIR": str(suites),
        "CBCCVC_HTTP_ATTEMPTS": "1",
    }


@pytest.fixture
def database(cloned: tuple[EmbeddedServer, str]) -> Iterator[Database]:
    """What Airflow's tasks wrote, to look at."""
    server, name = cloned
    found = Database.connect(server.url("sync_writer", name))
    yield found
    found.close()


@pytest.fixture(scope="module")
def wave(airflow: Airflow) -> Wave:
    return airflow.wave()


def test_a_dead_unit_stops_no_other_and_leaves_the_run_green(
    wave: Wave, units: list[str]
) -> None:
    *alive, dead = units

    assert wave.states("pull") == {**dict.fromkeys(alive, "success"), dead: "failed"}
    assert wave.states("admit") == dict.fromkeys(alive, "success")
    assert wave.run.state == "success"


def test_a_slow_unit_keeps_no_other_waiting(wave: Wave, units: list[str]) -> None:
    first, second, slow, _ = units
    ends = {code: wave.ended_at("pull", code) for code in units}
    took = {task.label: task.seconds for task in wave.tasks if task.task_id == "pull"}

    assert took[slow] >= SLOW_S
    assert max(ends[first], ends[second]) < ends[slow]


def test_mapped_tasks_show_unit_codes(wave: Wave, units: list[str]) -> None:
    assert set(wave.states("pull")) == set(units)
    assert set(wave.states("admit")) == set(units[:3])


def test_the_menu_has_the_portal_which_asks_for_its_own_sign_in(
    airflow: Airflow, wave: Wave
) -> None:
    plugin = next(each for each in airflow.ask("plugins")["plugins"] if each["name"] == PLUGIN)
    stranger = Reader(airflow.home.address)

    assert [view["href"] for view in plugin["external_views"]] == [
        "/sync/dot",
        "/sync/tam-giu",
        "/sync/ket-noi",
    ]
    assert airflow.ask("plugins/importErrors")["import_errors"] == []
    assert stranger.get("/sync/healthz").text == "ok\n"
    asked = stranger.get("/sync/dot")
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/sync/dang-nhap?next=%2Fsync%2Fdot",
    )


def test_a_mapped_task_leads_to_its_units_page_and_the_wave_leads_back_to_the_task(
    airflow: Airflow, wave: Wave, units: list[str], cloned: tuple[EmbeddedServer, str]
) -> None:
    server, name = cloned
    keeper = Database.connect(server.url("portal_keeper", name))
    wanted = accounts.Wanted("ky.su", "Kỹ sư", [(Role.ENGINEER, "")])
    accounts.ensure_account(wanted, PASSWORD, db=keeper)
    keeper.close()
    engineer = Reader(airflow.home.address)
    engineer.sign_in(PASSWORD, account="ky.su", path="/sync/dang-nhap")
    run = f"dags/sync_wave/dagRuns/{quote(wave.run.run_id, safe='')}"
    run_page = f"/dags/sync_wave/runs/{quote(wave.run.run_id, safe='')}"

    waves = engineer.get("/sync/dot").text
    page = engineer.get(re.findall(r'href="(/sync/dot/[^"]+)"', waves)[0]).text

    assert f'href="{run_page}"' in waves
    for task in (task for task in wave.tasks if task.task_id in ("pull", "admit")):
        at = f"{run}/taskInstances/{task.task_id}/links?map_index={task.map_index}"
        (link,) = airflow.ask(at)["extra_links"].values()
        assert link == f"/sync/don-vi/{task.label}/ky-thuat"
        assert engineer.get(link).status_code == 200
    for task in (task for task in wave.tasks if task.task_id == "pull"):
        row = page.partition(f'<tr id="{task.label}">')[2].partition("</tr>")[0]
        assert f'href="{run_page}/tasks/pull/mapped/{task.map_index}"' in row
    assert set(airflow.ask(f"{run}/taskInstances/check/links")["extra_links"].values()) == {
        None
    }


def test_a_replay_is_a_run_by_hand_that_admits_and_asks_nobody(
    airflow: Airflow, wave: Wave, units: list[str], database: Database
) -> None:
    pulled = _rows(database, "SELECT max(snapshot_id) FROM landing.snapshot")

    done = airflow.run("replay_snapshot", {"target": units[0], "reason": "A rule changed."})

    assert done.run.state == "success"
    assert {task.state for task in done.tasks} == {"success"}
    made = _rows(
        database,
        "SELECT s.state, e.actor, e.figures ->> 'reason', w.trigger, s.snapshot_id > :pulled"
        " FROM landing.snapshot AS s JOIN landing.wave AS w USING (wave_key)"
        " JOIN ledger.entry AS e ON e.snapshot_id = s.snapshot_id"
        " WHERE s.replay_of IS NOT NULL AND e.action = 'snapshot_replayed'",
        pulled=pulled[0][0],
    )
    assert made == [("admitted", LOGIN, "A rule changed.", "replay", True)]


def test_a_replay_that_is_refused_is_red_and_opens_nothing(
    airflow: Airflow, wave: Wave, database: Database
) -> None:
    before = _rows(database, "SELECT count(*) FROM landing.snapshot")

    refused = airflow.run("replay_snapshot", {"target": "999999", "reason": "A mistake."})

    assert refused.run.state == "failed"
    assert refused.state("open") == "failed"
    assert _rows(database, "SELECT count(*) FROM landing.snapshot") == before


def test_housekeeping_tidies_every_unit(airflow: Airflow, wave: Wave, units: list[str]) -> None:
    done = airflow.run("housekeeping")

    assert done.run.state == "success"
    assert done.states("tidy") == dict.fromkeys(units, "success")


def _rows(database: Database, statement: str, **values: object) -> list[Any]:
    with database.transaction() as conn:
        return [tuple(row) for row in conn.execute(text(statement), values)]


def test_a_failed_check_never_leaves_a_green_run(
    airflow: Airflow, wave: Wave, break_a_suite: Callable[[], None]
) -> None:
    break_a_suite()

    broken = airflow.wave()

    assert broken.state("check") == "failed"
    assert broken.run.state == "failed"
    assert broken.state("measure") == "success"  # the pages still say how things stand


@pytest.fixture
def break_a_suite(suites: Path) -> Callable[[], None]:
    def do() -> None:
        path = suites / "servant.json"
        suite = json.loads(path.read_text(encoding="utf-8"))
        suite["expectations"][0]["kwargs"]["column"] = "no_such_column"
        path.write_text(json.dumps(suite), encoding="utf-8")

    return do
