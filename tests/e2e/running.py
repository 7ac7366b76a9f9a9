"""`make demo` with few people, in a home of its own, for tests that walk through it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text

from sync.demo.accounts import demo_accounts, seed_accounts
from sync.demo.country import Country
from sync.demo.follow import DAG_ID
from sync.demo.household import Household, choose
from sync.demo.people import Person
from sync.demo.processes import HOST
from sync.services import tokens
from sync.services.context import database_of
from sync.services.permissions import operator
from sync.settings import get_settings
from tests.portal.browsing import Reader

PORTAL_PORT = "23610"
READER_OF_FIGURES = "theodoi"
ASKED = ("sync_writer", "portal_keeper", "committee_reader")


@dataclass
class RunningDemo:
    """A demo after its first wave, and the passwords of its accounts."""

    household: Household
    surprises: list[str]
    passwords: dict[str, str] = field(repr=False)
    _feed: Reader | None = field(default=None, repr=False)

    @property
    def country(self) -> Country:
        """The pretend country, which knows what is wrong in it."""
        return self.household.chosen.country

    @property
    def desks(self) -> list[tuple[str, str, str]]:
        """Unit, officer and approver of the two desks."""
        of_units = [each for each in demo_accounts(self.country.units) if each.unit_code]
        pairs = zip(of_units[::2], of_units[1::2], strict=True)
        return [(one.unit_code, one.login, two.login) for one, two in pairs]

    @property
    def portal(self) -> str:
        """The address of the portal's own process."""
        return f"http://{HOST}:{self.household.chosen.portal_port}"

    @property
    def airflow(self) -> str:
        """The address of Airflow, in which the portal is mounted below /sync."""
        return self.household.airflow.address

    def wave(self) -> list[str]:
        """One wave through Airflow; what did not go as it should. No other one begins."""
        found = self.household.run_wave()
        self.household.api.set_paused(DAG_ID, is_paused=True)
        return found

    def scorecard(self) -> dict[str, Any]:
        """The committee's JSON feed, as a command centre reads it."""
        if self._feed is None:
            wanted = tokens.WantedToken(READER_OF_FIGURES, "Trung tâm điều hành", days=1)
            token = tokens.issue_token(wanted, actor=operator("test"))
            self._feed = Reader(self.portal)
            self._feed.session.headers["Authorization"] = f"Bearer {token}"
        answer = self._feed.get("/api/v1/scorecard")
        assert answer.status_code == 200
        return dict(answer.json())

    def rows(self, statement: str, **values: object) -> list[Any]:
        """What lies in the database."""
        with database_of().transaction() as conn:
            return [tuple(row) for row in conn.execute(text(statement), values)]


@contextmanager
def running_demo(people: int) -> Iterator[RunningDemo]:
    """Everything that `make demo` starts, after its first wave; it all ends with the block."""
    # Not pytest's own folder: as root the server runs as another account.
    home = Path(tempfile.mkdtemp(prefix="cbccvc-demo-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CBCCVC_HOME", str(home))
        patch.setenv("CBCCVC_PORTAL_PORT", PORTAL_PORT)
        patch.delenv("CBCCVC_DATABASE_URL", raising=False)
        patch.delenv("CBCCVC_SECRETS_DIR", raising=False)
        _forget()
        household = Household(home, Console(file=StringIO(), width=120))
        try:
            household.start(choose(home, people=people, seed=None))
            surprises = household.run_wave()
            household.api.set_paused(DAG_ID, is_paused=True)
            units = household.chosen.country.units
            seeded = seed_accounts(units, get_settings().secrets)
            passwords = {account.login: password for account, password in seeded}
            yield RunningDemo(household, surprises, passwords)
            for role in ASKED:
                database_of(role).close()
        finally:
            household.stop()
            shutil.rmtree(home)
    _forget()


def _forget() -> None:
    """Settings and databases are read anew, from the environment as it is then."""
    get_settings.cache_clear()
    database_of.cache_clear()


class PaperFiles:
    """What stands in the files on paper: the same people without what is wrong in them."""

    def __init__(self, country: Country) -> None:
        self._country = replace(country)  # its own plan
        for places in self._country.plan.places.values():
            for position, place in places.items():
                places[position] = replace(place, kinds=())

    def of(self, local_key: str) -> Person:
        """The person with this personnel number."""
        return self._country.entry(*place_of(local_key)).person


def place_of(local_key: str) -> tuple[str, int]:
    """The unit and the position that a personnel number names; a unit may write it spaced."""
    unit_code, _, number = local_key.strip().replace(" ", "-").partition("-")
    return unit_code, int(number) - 1
