"""Everything a demo runs, in the order it must start and the order it must stop."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import requests
from rich.console import Console

from sync.cli import print_status
from sync.demo.accounts import seed_accounts
from sync.demo.airflow_api import AirflowApi
from sync.demo.country import USUAL_PEOPLE, USUAL_SEED, Country, build_country
from sync.demo.follow import DAG_ID, begin_wave, follow, list_red
from sync.demo.judge import list_surprises
from sync.demo.orchestra import LOGIN, AirflowHome, AirflowPorts
from sync.demo.processes import HOST, Children, choose_port
from sync.demo.registry import (
    POPULATION_SECRET,
    demo_addresses,
    demo_contacts,
    demo_headcounts,
    demo_secrets,
    demo_sources,
    write_secrets,
)
from sync.demo.serve import POPULATION, files_dir, ready_path
from sync.model.errors import ConfigurationError
from sync.services import contacts, notice_book, population
from sync.services.context import database_of, today, url_of, utc_now
from sync.services.permissions import operator
from sync.services.registry import register_sources
from sync.services.setup import embedded_server, set_up
from sync.services.status import build_status
from sync.settings import get_settings
from sync.store.facts import list_unit_waves

POOLS = (
    ("sources", 16, "How many source systems are asked at once"),
    ("population", 1, "The population register, asked by one task at a time"),
)
START_TIMEOUT_S = 300
AIRFLOW_PORT = 8080
LOG_PORTS = (8793, 8794)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a demo keeps between runs: which country, since when, and where it can be seen."""

    seed: int
    people: int
    as_of: str
    airflow_port: int = AIRFLOW_PORT
    portal_port: int = 0

    @property
    def country(self) -> Country:
        """The pretend country these values make."""
        return build_country(self.seed, date.fromisoformat(self.as_of), self.people)


def choose(home: Path, *, people: int | None, seed: int | None) -> Chosen:
    """The country of the last run, or a new one; with ports that are free now.

    Raises:
        ConfigurationError: this folder holds another country than the one asked for.
    """
    path = home / "demo.json"
    kept = Chosen(
        seed or USUAL_SEED,
        people or USUAL_PEOPLE,
        today().isoformat(),
        portal_port=get_settings().portal_port,
    )
    if path.exists():
        kept = Chosen(**json.loads(path.read_text(encoding="utf-8")))
        if (people or kept.people, seed or kept.seed) != (kept.people, kept.seed):
            raise ConfigurationError(
                f"The demo below {home} has seed {kept.seed} and {kept.people} people a unit:"
                " remove it with `make clean-demo`, or name neither to go on with it."
            )
    airflow = choose_port(kept.airflow_port)
    portal = choose_port(kept.portal_port, taken=[airflow])
    kept = replace(kept, airflow_port=airflow, portal_port=portal)
    path.write_text(json.dumps(asdict(kept)), encoding="utf-8")
    return kept


class Household:
    """One folder's demo: PostgreSQL, the country's systems, Airflow and the portal."""

    def __init__(self, home: Path, console: Console) -> None:
        self.home = home
        self.console = console
        self.children = Children(home)
        self._began = time.monotonic()
        self._started_at = utc_now()

    def start(self, chosen: Chosen) -> None:
        """Start everything; says how long each part took."""
        self.chosen = chosen
        with self._phase("PostgreSQL, schema and registry"):
            set_up()
        self.airflow = self._airflow_home()
        self.airflow.begin_migration(self.children)
        with self._phase("the pretend country"):
            self._start_country()
        with self._phase("Airflow's tables"):
            self.children.wait("airflow-migrate")
        self.airflow.start(self.children)
        self._start_portal()
        with self._phase("Airflow and the portal"):
            self.api = AirflowApi(self.airflow.address, LOGIN, self.airflow.password)
            self._until(self.api.is_up, "Airflow's API")
            for pool in POOLS:
                self.api.ensure_pool(*pool)
            self._until(lambda: self.api.knows(DAG_ID), f"the DAG {DAG_ID}")
            self._until(self._portal_answers, "the portal")
        self.say_where()

    def run_wave(self) -> list[str]:
        """One wave; what did not go as it should, one sentence each."""
        run = begin_wave(self.api, self._started_at)
        self.console.print(f"Wave {run.run_id}:")
        with self._phase("the wave"):
            run, tasks = follow(self.api, run, self.console, self.children.raise_if_ended)
        units = self.chosen.country.units
        soon = utc_now() + timedelta(days=1)
        with database_of("committee_reader").transaction() as conn:
            last = {
                unit.unit_code: next(
                    iter(list_unit_waves(conn, unit.unit_code, before=soon, row_count=1)), None
                )
                for unit in units
            }
        return list_red(tasks) + list_surprises(units, last)

    def verify(self) -> None:
        """Ask the pretend population register about everybody; the next wave shows it."""
        with self._phase("the population register"):
            results = list(population.verify_all())
        names = ("asked", "matched", "mismatched", "not_found", "unanswered")
        counts = {name: sum(result[name] for result in results) for name in names}
        self.console.print(", ".join(f"{name} {count:,}" for name, count in counts.items()))

    def show(self) -> None:
        """The table of all units, where to look further, and an account for each role."""
        print_status(build_status(english=True), self.console)
        self.say_where()
        for account, password in seed_accounts(
            self.chosen.country.units, get_settings().secrets
        ):
            self.console.print(
                f"  {account.login:<14} {account.does:<18} password {password}", markup=False
            )

    def say_where(self) -> None:
        """Addresses and the login."""
        password = self.airflow.password
        self.console.print(f"Portal   {self._portal_address}")
        self.console.print(
            f"Airflow  {self.airflow.address}  login {LOGIN}, password {password}", markup=False
        )

    def stay(self) -> None:
        """Keep everything running, with the probes switched on, until interrupted."""
        for dag_id in ("probe_sources", "verify_population", "send_notices"):
            self.api.set_paused(dag_id, is_paused=False)
        self.console.print(
            "A wave runs every hour, probes every 15 minutes, the population register is asked"
            " every evening; notices wait in the outbox. Ctrl-C stops it all."
        )
        while True:
            self.children.raise_if_ended()
            time.sleep(1)

    def stop(self) -> None:
        """Stop everything; PostgreSQL last."""
        self.children.stop()
        if get_settings().database_url is None:
            embedded_server().stop()

    def remove(self, names: Iterable[str]) -> None:
        """Stop what is left over and remove the demo's own folders and files.

        Raises:
            ConfigurationError: somebody else's; says whose hand is needed.
        """
        self.children.end_left_overs()
        self.stop()
        for name in names:
            path = self.home / name
            try:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise ConfigurationError(
                    f"{path} cannot be removed ({error.strerror}): try again as the user that"
                    " ran the demo."
                ) from None

    @property
    def _portal_address(self) -> str:
        return f"http://{HOST}:{self.chosen.portal_port}/"

    def _airflow_home(self) -> AirflowHome:
        taken = [self.chosen.airflow_port, self.chosen.portal_port]
        tasks, triggers = (choose_port(port, taken=taken) for port in LOG_PORTS)
        ports = AirflowPorts(self.chosen.airflow_port, tasks, triggers)
        airflow = AirflowHome(self.home, url_of("airflow", "airflow"), ports)
        airflow.extra.update(self._ours())
        return airflow

    def _ours(self) -> dict[str, str]:
        """The settings of every process of ours, as absolute as they must be."""
        return {
            "CBCCVC_HOME": str(self.home),
            "CBCCVC_SECRETS_DIR": str(get_settings().secrets.resolve()),
            "CBCCVC_PORTAL_HOST": HOST,
            "CBCCVC_PORTAL_PORT": str(self.chosen.portal_port),
            "CBCCVC_PORTAL_IS_PUBLIC": "true",  # the people are invented
            "CBCCVC_AIRFLOW_URL": f"http://{HOST}:{self.chosen.airflow_port}",
        }

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self._ours()}  # noqa: TID251 - children inherit it

    def _start_portal(self) -> None:
        where = ["--host", HOST, "--port", str(self.chosen.portal_port)]
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "--factory",
            "sync.portal.main:create",
            *where,
        ]
        self.children.start("portal", command, self._environment())

    def _portal_answers(self) -> bool:
        try:
            session = requests.Session()
            session.trust_env = False
            return session.get(self._portal_address, timeout=20).ok
        except requests.RequestException:
            return False

    def _start_country(self) -> None:
        """Its systems on a port of their own, and what a steward would register of them."""
        chosen, country = self.chosen, self.chosen.country
        ready = ready_path(self.home)
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "sync.demo.serve", "--home", str(self.home)]
        command += ["--seed", str(chosen.seed), "--people", str(chosen.people)]
        command += ["--as-of", chosen.as_of]
        self.children.start("country", command, self._environment())
        write_secrets(demo_secrets(country), get_settings().secrets)
        self._until(ready.exists, "the pretend country")
        address = json.loads(ready.read_text(encoding="utf-8"))["base_url"]
        register_sources(
            demo_sources(country, address, files_dir(self.home)),
            demo_headcounts(country),
            valid_from=country.as_of,
            stated_by="the pretend country's steward",
        )
        contacts.set_contacts(demo_contacts(country), actor=operator("demo"))
        known = {address.unit_code for address in notice_book.list_addresses()}
        for address in demo_addresses(country):
            if address.unit_code not in known:
                notice_book.set_address(address, actor=operator("demo"))
        population.register_population(f"{address}{POPULATION}", "bearer", POPULATION_SECRET)

    def _until(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not is_so():
            self.children.raise_if_ended()
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"Waited {START_TIMEOUT_S} s for {what} in vain: see {self.children.logs}."
                )
            time.sleep(0.3)

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        now = time.monotonic()
        self.console.print(f"{now - self._began:6.1f} s  {name} ({now - began:.1f} s)")
