"""The pages of the desk and the committee, before a whole nation, for 20 people at once.

The portal is served as docker-compose.yml serves it: uvicorn with two worker processes. The
readers, the portal and PostgreSQL share the machine.
"""

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import Connection, text

from sync.model.desk import Role
from sync.portal.access import ensure_portal_secret
from sync.services.accounts import Wanted, ensure_account
from sync.settings import get_settings
from sync.store.database import Database
from tests.bench.lines import Line
from tests.bench.nation import grow
from tests.bench.readers import Page, Reader, Times, read_on
from tests.bench.told import say

if TYPE_CHECKING:
    from tests.bench.run import Bench

NAME = "bench_pages"
SEEDS = 2_800  # documents of the small country that is multiplied
FLAGGED = 5  # one open flag for so many dossiers
READERS, WORKERS = 20, 2
THINK_S = 1.0
PAGES = ("queue", "cause", "record", "search", "scorecard")
PASSWORD = "mot-mat-khau-du-dai"  # noqa: S105 - of accounts that live as long as the bench
TYPED = ("nguyen", "tran van", "le thi", "hung", "anh", "pham thi thu", "vu duc binh", "quy")
CAUSES = """
    SELECT rule_code, encode(cause_hmac, 'hex') FROM quality.flag
    WHERE unit_code = :unit AND closed_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2
"""
RECORDS = """
    (SELECT record_id FROM quality.flag WHERE unit_code = :unit AND closed_at IS NULL
     ORDER BY hashint8(record_id) LIMIT 300)
    UNION ALL
    (SELECT record_id FROM register.dossier WHERE unit_code = :unit
     ORDER BY hashint8(record_id) LIMIT 300)
"""
DIGITS = """
    SELECT right(so_dinh_danh, 5) FROM register.directory
    WHERE unit_code = :unit AND so_dinh_danh ~ '^[0-9]{12}$' LIMIT 50
"""
UNITS = "SELECT unit_code FROM landing.present GROUP BY unit_code ORDER BY count(*) DESC, 1"


@dataclass(frozen=True, slots=True)
class Desk:
    """What an officer of one unit may open."""

    unit_code: str
    causes: Sequence[tuple[str, str]]
    records: Sequence[int]
    digits: Sequence[str]

    def page(self, chance: random.Random) -> Page:
        """Some page, each kind as often as any other."""
        kind = chance.choice(PAGES)
        if kind == "cause":
            rule, cause = chance.choice(self.causes)
            asked = urlencode({"unit": self.unit_code, "rule": rule, "cause": cause})
            return kind, f"/viec/nguyen-nhan?{asked}", {}
        if kind == "record":
            return kind, f"/ho-so/{chance.choice(self.records)}", {}
        if kind == "search":
            return kind, f"/tim?unit={self.unit_code}", self._looked_for(chance)
        return kind, "/" if kind == "scorecard" else f"/viec?unit={self.unit_code}", {}

    def _looked_for(self, chance: random.Random) -> dict[str, str]:
        """Mostly a name without its marks, else the end of a number, or a rule."""
        kind = chance.choice(("name", "name", "name", "digits", "rule"))
        if kind == "digits":
            return {kind: chance.choice(self.digits)}
        if kind == "rule":
            return {kind: chance.choice(self.causes)[0]}
        return {kind: chance.choice(TYPED)}


def page_times(bench: "Bench") -> Iterator[Line]:
    """Every page's p50 and p95 for people who think, then how many pages are served at most."""
    bench.wave_alone(NAME, documents=SEEDS)
    superuser = bench.stage.url("postgres", NAME)
    nation = grow(superuser, bench.dossiers, bench.dossiers // FLAGGED)
    say(
        f"{nation.people} people, {nation.open_flags} open flags,"
        f" {nation.bytes / 2**30:.1f} GB after {nation.seconds:.0f} s"
    )
    yield Line("pages_dossiers", nation.people, "dossiers")
    yield Line("pages_open_flags", nation.open_flags, "flags")
    desks = _desks(superuser)
    _open_accounts(bench.stage.url("portal_keeper", NAME), desks)
    with portal(bench.stage.url("sync_writer", NAME)) as port:
        readers = [_reader(port, desk) for desk in desks]
        for number, reader in enumerate(readers):  # each process has loaded everything then
            for _ in range(2 * len(PAGES)):
                reader.see(reader.pages(random.Random(number)))  # noqa: S311 - no secret
        read_on(readers, bench.reading_s / 4, THINK_S, seed=0)
        times, _ = read_on(readers, bench.reading_s, THINK_S, seed=1)
        yield from _lines(times, f"{READERS}_users_thinking_{THINK_S:g}s", "<= 100")
        times, per_s = read_on(readers, bench.reading_s / 2, 0, seed=2)
        yield from _lines(times, f"{READERS}_users_not_thinking", None)
        yield Line(f"pages_per_s_{READERS}_users_not_thinking", per_s, "pages/s")


def _lines(times: Times, how: str, budget: str | None) -> Iterator[Line]:
    for name in PAGES:
        cuts = quantiles(times[name], n=20, method="inclusive")
        say(f"{name}: {len(times[name])} pages, worst {max(times[name]):.0f} ms")
        yield Line(f"page_{name}_p50_ms_{how}", cuts[9], "ms")
        yield Line(f"page_{name}_p95_ms_{how}", cuts[18], "ms", budget=budget)


def _desks(superuser_url: str) -> list[Desk]:
    """Officers of different units, from the biggest to the smallest."""
    database = Database.connect(superuser_url)
    with database.transaction() as conn:
        units = list(conn.execute(text(UNITS)).scalars())
        step = max(1, len(units) // READERS)
        desks = [_desk(conn, unit) for unit in units]
    database.close()
    asked = [desk for desk in desks if desk.causes and desk.records]
    step = max(1, len(asked) // READERS)
    return asked[::step][:READERS]


def _desk(conn: Connection, unit: str) -> Desk:
    def listed(question: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in conn.execute(text(question), {"unit": unit})]

    return Desk(
        unit,
        [(str(rule), str(cause)) for rule, cause in listed(CAUSES)],
        [int(str(row[0])) for row in listed(RECORDS)],
        [str(row[0]) for row in listed(DIGITS)],
    )


def _login(desk: Desk) -> str:
    return f"canbo.{desk.unit_code.lower()}"


def _open_accounts(keeper_url: str, desks: Sequence[Desk]) -> None:
    keeper = Database.connect(keeper_url)
    for desk in desks:
        grants = [(Role.HR_OFFICER, desk.unit_code), (Role.COMMITTEE, "")]
        ensure_account(Wanted(_login(desk), "Cán bộ", grants), PASSWORD, db=keeper)
    keeper.close()


def _reader(port: int, desk: Desk) -> Reader:
    reader = Reader(port, desk.page)
    reader.sign_in(_login(desk), PASSWORD)
    return reader


@contextmanager
def portal(writer_url: str) -> Iterator[int]:
    """The port of a portal over a database, in processes of its own."""
    settings = get_settings()
    ensure_portal_secret(settings.secrets)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = writer_url.rpartition("@")[2]
    env = {
        **os.environ,  # noqa: TID251 - the portal is a child of the bench
        "CBCCVC_DATABASE_URL": f"postgresql+psycopg2://{{role}}@{place}",
        "CBCCVC_SECRETS_DIR": str(settings.secrets),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "sync.portal.main:create"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    command += ["--workers", str(WORKERS), "--log-level", "warning"]
    with subprocess.Popen(command, env=env) as process:
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The portal did not start: see the lines above.")
