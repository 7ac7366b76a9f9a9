"""No page reads more rows the more people there are: ten times the people, the same reads."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from sync.model.desk import Role
from sync.portal.access import ensure_portal_secret
from sync.portal.app import Ways, create_app
from sync.services.accounts import Wanted, ensure_account
from sync.settings import get_settings
from sync.store.database import Database
from sync.store.provision import DATABASE, clone_database, drop_database
from sync.store.server import SUPERUSER, EmbeddedServer
from tests.bench.nation import grow
from tests.portal.browsing import Reader
from tests.portal.conftest import running
from tests.portal.desk.conftest import spoil
from tests.services.village import A, B, Village

FEW, MANY = 10_000, 100_000
FLAGGED = 5  # one open flag for so many people, as in the bench
PASSWORD, OFFICER = "mot-mat-khau-du-dai", "canbo"
SLACK = 1.1
READS = """
    SELECT sum(n) FROM (
        SELECT seq_tup_read AS n FROM pg_stat_user_tables WHERE schemaname <> 'portal'
        UNION ALL
        SELECT idx_tup_read FROM pg_stat_user_indexes WHERE schemaname <> 'portal') AS all_reads
"""
# The one figure that the first page counts itself: what the last delivery answered.
ANSWERED = """
    SELECT count(*) FROM quality.flag WHERE unit_code = :unit AND closed_at >= (
        SELECT sealed_at FROM landing.snapshot WHERE unit_code = :unit AND state = 'admitted'
        ORDER BY snapshot_id DESC LIMIT 1)
"""
READ_FOR_ANSWERED = 2  # the flag and its finding
MOST_READ = 1_000  # one row a due day and state of each cause, and what is shown
FIND_FEW = {
    "a rare name": {"name": "duong quoc oanh"},
    "nobody's name": {"name": "xyz"},
    "a number's end": {"digits": "12345"},
}
READ_FOR_FEW = 300  # about ten for each person found
# More than 1,000 are not counted to their end: then people are met in the order of names.
FIND_MANY = {"a family's name": {"name": "nguyen"}, "an age": {"age": "3"}}
READ_FOR_MANY = 4_000


@dataclass
class Nation:
    """People of two units, a portal over them, and what its pages read."""

    reader: Reader
    superuser: Database

    def reads(self, path: str, **fields: str) -> int:
        """Rows and index entries that a page reads, once everything about it is known."""
        for _ in range(2):
            before = self._sum()
            if fields:
                token = self.reader.form_token(path)
                before = self._sum()
                answer = self.reader.post(path, token=token, **fields)
            else:
                answer = self.reader.get(path)
            assert answer.status_code == 200, path
        return self._sum() - before

    def _sum(self) -> int:
        with self.superuser.transaction() as conn:
            return int(conn.execute(text(READS)).scalar_one())

    def one(self, statement: str, **values: object) -> tuple[str, ...]:
        with self.superuser.transaction() as conn:
            return tuple(str(each) for each in conn.execute(text(statement), values).one())


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - sessions are judged by the server's clock


@contextmanager
def nation(server: EmbeddedServer, folder: Path, people: int) -> Iterator[Nation]:
    """A village after a wave, multiplied."""
    name = f"reads_{people}"
    superuser = server.url(SUPERUSER, SUPERUSER)
    clone_database(superuser, DATABASE, name)
    writer = Database.connect(server.url("sync_writer", name))
    village = Village(writer, folder)
    for unit in (A, B):
        spoil(village.add(unit, 40).people)
    village.wave()
    grow(server.url(SUPERUSER, name), people, people // FLAGGED)
    ways = Ways.open(lambda role: server.url(role, name))
    for way in (ways.reader, ways.keeper, ways.desk, ways.checker):
        event.listen(way.engine, "commit", _tell_at_once)
    wanted = Wanted(OFFICER, "Cán bộ", [(Role.HR_OFFICER, A), (Role.COMMITTEE, "")])
    ensure_account(wanted, PASSWORD, db=ways.keeper, clock=now)
    secrets = folder / "portal-secrets"
    ensure_portal_secret(secrets)
    counter = Database.connect(server.url(SUPERUSER, name))
    app = create_app(ways, is_public=False, clock=now, secrets_dir=secrets)
    with running(app) as address:
        reader = Reader(address)
        assert reader.sign_in(PASSWORD, account=OFFICER).status_code == 303
        yield Nation(reader, counter)
    ways.close()
    counter.close()
    village.close()
    writer.close()
    drop_database(superuser, name)


def _tell_at_once(conn: Connection) -> None:
    conn.exec_driver_sql("SELECT pg_stat_force_next_flush()")


@pytest.fixture(scope="module")
def nations(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Nation, Nation]]:
    """The same village as 10,000 and as 100,000 people."""
    with ExitStack() as stack:
        made = []
        for people in (FEW, MANY):
            folder = tmp_path_factory.mktemp(f"reads-{people}")
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setenv("CBCCVC_HOME", str(folder))
            get_settings.cache_clear()
            made.append(stack.enter_context(nation(server, folder, people)))
        yield made[0], made[1]
    get_settings.cache_clear()


def paths(of: Nation) -> dict[str, str]:
    """Each page's address, about the biggest cause and one of its people."""
    rule, cause, record = of.one(
        "SELECT rule_code, encode(cause_hmac, 'hex'), max(record_id) FROM quality.flag"
        " WHERE unit_code = :unit AND closed_at IS NULL GROUP BY 1, 2"
        " ORDER BY count(*) DESC, 1, 2 LIMIT 1",
        unit=A,
    )
    return {
        "queue": f"/viec?unit={A}",
        "cause": f"/viec/nguyen-nhan?unit={A}&rule={rule}&cause={cause}",
        "record": f"/ho-so/{record}",
        "scorecard": "/",
    }


def test_a_page_reads_no_more_rows_among_ten_times_the_people(
    nations: tuple[Nation, Nation],
) -> None:
    few, many = ({page: of.reads(path) for page, path in paths(of).items()} for of in nations)

    for of, read in zip(nations, (few, many), strict=True):
        (answered,) = of.one(ANSWERED, unit=A)
        read["queue"] -= int(answered) * READ_FOR_ANSWERED
    assert set(few) == {"queue", "cause", "record", "scorecard"}
    assert all(few.values())
    assert {page for page in few if many[page] > few[page] * SLACK} == set(), (few, many)
    assert max(many.values()) < MOST_READ, many


def test_a_search_reads_whom_it_finds_or_a_page_of_what_many_answer_to(
    nations: tuple[Nation, Nation],
) -> None:
    path, among = f"/tim?unit={A}", nations[1]

    few = {what: among.reads(path, **said) for what, said in FIND_FEW.items()}
    many = {what: among.reads(path, **said) for what, said in FIND_MANY.items()}

    assert all(few.values())
    assert {what for what, read in few.items() if read > READ_FOR_FEW} == set(), few
    assert {what for what, read in many.items() if read > READ_FOR_MANY} == set(), many
