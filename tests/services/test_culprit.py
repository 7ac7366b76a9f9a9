"""When the database refuses rows of a unit, that unit fails alone and the wave is not green."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text

from sync.model.errors import SyncError
from sync.services.wave import IncompleteWaveError
from sync.store.server import SUPERUSER, EmbeddedServer
from tests.services.village import A, B, Village

Refuse = Callable[[str, str], None]


@pytest.fixture
def refuse(server: EmbeddedServer, fresh_database: str) -> Refuse:
    """Lets the database itself refuse every row of a table that fulfils a condition."""

    def make(table: str, condition: str) -> None:
        engine = create_engine(server.url(SUPERUSER, fresh_database))
        with engine.begin() as conn:
            conn.execute(
                text(
                    "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$ BEGIN RAISE EXCEPTION 'planted-value' USING ERRCODE = '23514'; END $$"
                )
            )
            conn.execute(
                text(
                    f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW"
                    f" WHEN ({condition}) EXECUTE FUNCTION public.refuse()"
                )
            )
        engine.dispose()

    return make


def _two(village: Village) -> None:
    village.add(A, 2)
    village.houses[A].main(0)["ho_va_ten"] = "Refused"  # one word: a finding, too
    village.add(B, 2)


@pytest.mark.parametrize(
    ("table", "condition"),
    [
        pytest.param("staging.person", "NEW.ho_va_ten = 'Refused'", id="read"),
        pytest.param("quality.finding", "NEW.unit_code = 'H26'", id="check"),
    ],
)
def test_only_the_culprit_fails(
    village: Village, refuse: Refuse, table: str, condition: str
) -> None:
    _two(village)
    refuse(table, condition)

    with pytest.raises(IncompleteWaveError, match=f"{A} .failed."):
        village.wave()

    assert village.newest(A)[1] == "failed"
    assert village.word(A) == (
        "failed",
        "The service failed on this unit; an engineer must look at the run's log.",
    )
    assert village.newest(B)[1] == "admitted"
    assert village.counts(B)["live_after"] == 2
    assert village.rows(
        "SELECT unit_code, figures->>'sqlstate' FROM ledger.entry"
        " WHERE action = 'snapshot_failed'"
    ) == [(A, "23514")]


def test_a_unit_without_a_source_cannot_be_asked_alone(village: Village) -> None:
    with pytest.raises(SyncError, match=f"Unit {A} is not due"):
        village.wave(A)


def test_a_secret_that_is_missing_is_our_failure_not_the_source_s(village: Village) -> None:
    village.add(A, 2)
    (village.home / "secrets" / A).unlink()

    with pytest.raises(IncompleteWaveError, match=f"{A} .failed."):
        village.wave()

    assert village.one("SELECT count(*) FROM landing.snapshot") == 0
