"""Two waves of Airflow over sown units, with failures of every kind; then all is searched."""

import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from sync.demo.country import Country
from sync.demo.people import one
from sync.services.population import register_population
from sync.store.database import Database
from sync.store.provision import drop_database
from sync.store.server import SUPERUSER, EmbeddedServer
from tests.e2e.commands import Commands, population_register
from tests.e2e.land import Land, Place, land, odd_answers
from tests.e2e.planted import LETTERS, Sower, in_turn
from tests.e2e.searching import Index, Told, in_database, in_files
from tests.e2e.spoiling import (
    add_secrets,
    break_a_suite,
    change_a_suite,
    claim,
    share_codes,
    spoil,
)
from tests.e2e.stage import Airflow, Wave
from tests.e2e.traps import TRAPS, set_trap
from tests.sources import servers

REPOSITORY = Path(__file__).resolve().parents[2]
PROFILES = ("hrm_trang", "hrm_con_tro", "thong_diep_bnv", "thu_muc")
AS_OF = date(2026, 11, 23)
MANY, SOME, FEW, GONE = 64, 58, 5, 55
PULL_S, HANG_S = 20, 60
HURRIED = {  # the same DAG, with less patience, and never by itself: a wave waits for its turn
    '"0 * * * *"': '"0 0 29 2 *"',
    "timedelta(seconds=30)": "timedelta(seconds=1)",
    'pool="sources",': f'pool="sources", execution_timeout=timedelta(seconds={PULL_S}),',
}
LOOKING = {
    "status": ("status", "--json"),
    "findings": ("findings", "--unit", "{unit}"),
    "causes": ("findings", "--unit", "{unit}", "--causes"),
    "snapshots": ("snapshot", "list"),
    "standings": ("population", "status"),
}


@dataclass
class Scene:
    """What stands where after all of it."""

    land: Land
    home: Path
    server: EmbeddedServer
    ours: Database
    airflows: Database
    secret: Sower
    main: list[Place]
    trapped: dict[str, Place]
    odd: dict[str, Place]
    vanished: Place
    mismatched: Place
    index: Index = field(init=False)
    people: int = 0
    waves: list[Wave] = field(default_factory=list)
    statements: set[str] = field(default_factory=set)
    commands: dict[str, bool] = field(default_factory=dict)  # which ended well

    def rows(self, statement: str, **values: object) -> list[Any]:
        """What our database says."""
        with self.ours.transaction() as conn:
            return list(conn.execute(text(statement), values))

    def outcome(self, place: Place) -> str:
        """How the unit fared in the first wave of Airflow."""
        return str(
            self.rows(
                "SELECT wu.outcome FROM landing.wave_unit AS wu JOIN landing.wave AS w USING"
                " (wave_key) WHERE w.trigger = 'airflow' AND wu.unit_code = :unit_code"
                " ORDER BY w.started_at LIMIT 1",
                unit_code=place.unit_code,
            )[0][0]
        )


@contextmanager
def scene(server: EmbeddedServer, name: str) -> Iterator[Scene]:
    """Everything done and stopped; the databases and the files are still there."""
    with ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="cbccvc-e2e-"))
        stack.callback(shutil.rmtree, home)
        airflow_name = f"airflow_{name}"
        _create_airflow_database(server, airflow_name)
        stack.callback(drop_database, server.url(SUPERUSER, SUPERUSER), airflow_name)
        ours, airflows = (
            stack.enter_context(_connected(server.url(SUPERUSER, each)))
            for each in (name, airflow_name)
        )
        files = Path(tempfile.mkdtemp(prefix="cbccvc-files-"))
        stack.callback(shutil.rmtree, files)
        writer = stack.enter_context(_connected(server.url("sync_writer", name)))
        country = Country(seed=3, as_of=AS_OF, people=200)
        made = stack.enter_context(land(writer, country, server.secrets, files))
        built = _settle(made, home, server, ours, airflows)
        _play(built, name)
        yield built


def _settle(
    made: Land, home: Path, server: EmbeddedServer, ours: Database, airflows: Database
) -> Scene:
    """All units with their people and faults; the first answers, with nothing gone wrong."""
    loud, secret = in_turn(), Sower(LETTERS[-1], 99)
    main = [made.add(MANY, profile, loud=loud) for profile in PROFILES]
    vanished = made.add(SOME)
    trapped = {what: made.add(FEW) for what in TRAPS}
    mismatched = made.add(FEW)
    mismatched.announced = 99
    odd = {}
    for what, talk in odd_answers(mismatched.sower, HANG_S).items():
        profile = "hrm_con_tro" if what.startswith("a second") else "hrm_trang"
        odd[what] = made.add(0, profile, talk=talk)
    for place in main:
        add_secrets(place, secret)
    spoil(main[0])
    main[2].raw[20] = lambda raw: raw[: len(raw) // 2]  # its envelope is sound
    claim(main[0], main[1])
    share_codes(main[0])
    made.register()
    for place in main:
        made.loosen_brakes(place)
    made.open()
    built = Scene(
        made, home, server, ours, airflows, secret, main, trapped, odd, vanished, mismatched
    )
    built.index = Index(made.values(), made.given())
    built.people = sum(len(place.people) for place in made.places.values())
    return built


def _play(built: Scene, name: str) -> None:
    """A first wave by the command line, then Airflow: all failures, then a broken suite."""
    home = built.home
    suites = Path(shutil.copytree(REPOSITORY / "expectations", home / "expectations"))
    airflow = _make_airflow(built, name, suites)
    commands = Commands(home, airflow.home.environment())
    _forget_days(built, in_files(home), built.ours)
    try:
        commands.start("first", "sync", "--unit", built.vanished.unit_code)
        airflow.start()
        commands.wait("first")
        _forget_days(built, in_files(home), built.airflows)
        _set_traps(built)
        with _watching(built):
            built.waves.append(airflow.wave())
            break_a_suite(suites)
            _ask_only(built, built.vanished)
            built.waves.append(airflow.wave())
        _command(built, commands, suites)
    finally:
        commands.stop()
        airflow.stop()


def _make_airflow(built: Scene, name: str, suites: Path) -> Airflow:
    url = built.server.url("airflow", f"airflow_{name}")
    airflow = Airflow(built.home, url, _settings(built, name, suites))
    for folder in ("tmp", "dags"):
        (built.home / folder).mkdir()
    airflow.home.settings["CORE__DAGS_FOLDER"] = str(_hurried_dags(built.home / "dags"))
    return airflow


def _set_traps(built: Scene) -> None:
    """What went well until now does so no more."""
    with built.ours.transaction() as conn:
        for what, place in built.trapped.items():
            set_trap(conn, what, place.sower.mark)
    del built.vanished.people[:GONE]
    built.land.open()


def _ask_only(built: Scene, place: Place) -> None:
    """The other sources have ended: one crash shows the same as many."""
    with built.ours.transaction() as conn:
        conn.execute(
            text(
                "UPDATE registry.source SET valid_on = daterange('2026-01-01', CASE WHEN"
                " unit_code <> :unit_code THEN date '2026-01-02' END)"
            ),
            {"unit_code": place.unit_code},
        )


def _forget_days(built: Scene, files: Iterable[Told], database: Database) -> None:
    """Days that everybody writes: of laws, of programs."""
    with database.transaction() as conn:
        told = [*files, *in_database(conn)]
    built.index.forget({found for _, each in told for found in built.index.find(each)})


def _settings(built: Scene, name: str, suites: Path) -> dict[str, str]:
    url = make_url(built.server.url("sync_writer", name))
    return {
        "CBCCVC_HOME": str(built.home),
        "CBCCVC_SECRETS_DIR": str(built.server.secrets),
        "CBCCVC_DATABASE_URL": f"postgresql+psycopg2://{{role}}@{url.host}:{url.port}/{name}",
        "CBCCVC_EXPECTATIONS_DIR": str(suites),
        "CBCCVC_HTTP_ATTEMPTS": "1",
        "CBCCVC_HTTP_TIMEOUT_S": str(HANG_S),
        "TMPDIR": str(built.home / "tmp"),
    }


def _hurried_dags(folder: Path) -> Path:
    for path in (REPOSITORY / "dags").glob("sync_wave.*"):
        told = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            for patient, hurried in HURRIED.items():
                assert told.count(patient) == 1
                told = told.replace(patient, hurried)
        (folder / path.name).write_text(told, encoding="utf-8")
    return folder


def _command(built: Scene, commands: Commands, suites: Path) -> None:
    """What operators do besides: ask the population register, rehearse, replay, look."""
    first, second = (place.unit_code for place in built.main[:2])
    shutil.copytree(REPOSITORY / "expectations", suites, dirs_exist_ok=True)
    refused = _numbers(built.main[1]) - _numbers(built.main[0])
    with servers.serving(population_register(built.mismatched.sower, refused)) as register:
        register_population(register.address, "none", None, db=built.ours)
        for title, unit in (("verified", first), ("not verified", second)):
            commands.start(title, "population", "verify", "--unit", unit)
            built.commands[title] = commands.wait(title)
    commands.start_rehearsal("rehearsed", change_a_suite(built.home, suites))
    _ask_only(built, built.main[0])
    commands.start("replayed", "replay", first, "--reason", "A rule was repaired.")
    for title in ("rehearsed", "replayed"):
        built.commands[title] = commands.wait(title)
    for title, words in LOOKING.items():
        commands.start(title, *(word.format(unit=first) for word in words))
    for title in LOOKING:
        built.commands[title] = commands.wait(title)


def _numbers(place: Place) -> set[str]:
    return {str(one(person, "person")["so_dinh_danh"]) for person in place.people}


@contextmanager
def _watching(built: Scene) -> Iterator[None]:
    """Note every statement that the server shows to those who watch it."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.3):
            rows = built.rows(
                "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            )
            built.statements.update(row[0] for row in rows if row[0])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _connected(url: str) -> Iterator[Database]:
    database = Database.connect(url)
    yield database
    database.close()


def _create_airflow_database(server: EmbeddedServer, name: str) -> None:
    engine = create_engine(server.url(SUPERUSER, SUPERUSER), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.exec_driver_sql(f'CREATE DATABASE "{name}" OWNER airflow TEMPLATE airflow')
    engine.dispose()
