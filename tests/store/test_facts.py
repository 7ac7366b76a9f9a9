"""Facts are read by day, by unit, and never by anything a reader could smuggle in."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from importlib import resources

import pytest
from sqlalchemy import Connection, text

from sync.model.errors import DatabaseRefusedError
from sync.store import facts
from sync.store.database import Database
from sync.store.queries import named_query

DAYS = (date(2026, 10, 20), date(2026, 11, 20), date(2026, 11, 23))
AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def conn(db: Database) -> Iterator[Connection]:
    with db.transaction() as conn:
        for count, day in enumerate(DAYS):
            conn.execute(
                text("INSERT INTO facts.headline VALUES (:day, :count, 0, 56, :at)"),
                {"day": day, "count": count, "at": AT},
            )
        for hour in range(5):
            conn.execute(
                text(
                    "INSERT INTO facts.unit_wave (wave_key, unit_code, started_at, outcome)"
                    " VALUES (:key, 'H26', :at, 'admitted')"
                ),
                {"key": f"w{hour}", "at": AT.replace(hour=hour)},
            )
        yield conn


def test_the_newest_headline_within_two_days_is_found(conn: Connection) -> None:
    found = [
        facts.find_headline(conn),
        facts.find_headline(conn, latest=date(2026, 11, 22)),
        facts.find_headline(conn, earliest=DAYS[0], latest=DAYS[0]),
        facts.find_headline(conn, earliest=date(2026, 10, 21), latest=date(2026, 10, 30)),
    ]

    assert [headline and headline.connected_count for headline in found] == [2, 1, 0, None]


def test_waves_come_newest_first_and_only_before_the_instant(conn: Connection) -> None:
    waves = facts.list_unit_waves(conn, "H26", before=AT.replace(hour=4), row_count=3)

    assert [wave.wave_key for wave in waves] == ["w3", "w2", "w1"]


def test_a_unit_code_that_carries_a_statement_is_only_a_code(conn: Connection) -> None:
    smuggled = "x\n; DELETE FROM facts.headline; --"

    assert facts.find_unit_day(conn, smuggled, DAYS[0]) is None
    assert facts.list_unit_waves(conn, smuggled, before=AT, row_count=9) == []
    assert facts.find_headline(conn) is not None


def test_no_named_query_binds_a_value_inside_a_comment() -> None:
    folder = resources.files("sync.store") / "sql"
    names = [file.name for file in folder.iterdir() if file.name.startswith("facts_")]

    assert len(names) == 4
    for name in names:
        assert "--" not in named_query(name.removesuffix(".sql")).text


def test_the_committees_role_reads_facts_and_changes_nothing(
    urls: Callable[[str], str],
) -> None:
    database = Database.connect(urls("committee_reader"))
    with database.transaction() as conn:
        assert facts.list_unit_days(conn, DAYS[0]) == []
        assert facts.list_claims(conn, DAYS[0]) == []
    for statement in ("DELETE FROM facts.headline", "SELECT 1 FROM register.servant"):
        with (
            pytest.raises(DatabaseRefusedError, match="25006|42501"),
            database.transaction() as conn,
        ):
            conn.execute(text(statement))
    database.close()
