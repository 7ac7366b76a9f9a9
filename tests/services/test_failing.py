"""What the database refuses for one unit stops that unit alone, and the wave is not green."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from sync.model.errors import ConfigurationError, NotFoundError
from sync.services.probe import list_probed_units, probe_unit
from sync.services.pull import pull_unit
from sync.services.secrets import find_secret
from sync.services.wave import IncompleteWaveError, list_due_units, raise_if_incomplete
from sync.settings import get_settings
from sync.store.database import Database
from tests.services.village import A, B, Village

Urls = Callable[[str], str]
TRAP = """
    CREATE FUNCTION {table}_trap() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {condition} THEN RAISE EXCEPTION 'a trap for %', NEW; END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER trap BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_trap();
"""
OF_B = "NEW.unit_code = 'H29'"
SNAPSHOT_OF_B = (
    "EXISTS (SELECT FROM landing.snapshot AS s WHERE s.snapshot_id = NEW.snapshot_id"
    " AND s.unit_code = 'H29')"
)
TRAPS = {
    "read": ("staging.person", SNAPSHOT_OF_B, "failed"),
    "check": ("quality.finding", OF_B, "failed"),
    "admit": ("register.dossier", OF_B, "checked"),
}


@contextmanager
def trap(url: str, table: str, condition: str) -> Iterator[None]:
    """The database refuses rows of one unit for a while."""
    owner = Database.connect(url)
    with owner.transaction() as conn:
        conn.execute(text(TRAP.format(table=table, condition=condition)))
    yield
    with owner.transaction() as conn:
        conn.execute(text(f"DROP TRIGGER trap ON {table}"))
    owner.close()


@pytest.fixture
def two(village: Village) -> Village:
    """A sound unit, and one with a person of whom a rule speaks."""
    village.add(A, 3)
    village.add(B, 3, "hrm_con_tro").main(0)["so_dinh_danh"] = "1"
    return village


def live(village: Village, unit_code: str) -> int:
    return int(
        village.one(
            "SELECT count(*) FROM register.dossier WHERE state = 'live' AND unit_code = :u",
            u=unit_code,
        )
    )


@pytest.mark.parametrize("step", TRAPS)
def test_only_the_unit_that_is_refused_fails_and_the_next_wave_mends_it(
    two: Village, urls: Urls, step: str
) -> None:
    table, condition, state = TRAPS[step]
    with trap(urls("migrator"), table, condition), pytest.raises(IncompleteWaveError) as told:
        two.wave()

    assert "H29" in str(told.value)
    assert "H26" not in str(told.value)
    assert (live(two, A), live(two, B)) == (3, 0)
    assert two.newest(B)[1] == state
    assert two.one("SELECT count(*) FROM landing.wave_step") == 4

    two.wave()

    assert (live(two, A), live(two, B)) == (3, 2)
    assert two.newest(B)[1] == "admitted"


def test_a_refusal_stands_in_the_ledger_by_its_state_only(two: Village, urls: Urls) -> None:
    table, condition, _ = TRAPS["read"]
    with trap(urls("migrator"), table, condition), pytest.raises(IncompleteWaveError):
        two.wave()

    found = two.rows(
        "SELECT unit_code, figures FROM ledger.entry WHERE action = 'snapshot_failed'"
    )
    assert found == [("H29", {"sqlstate": "P0001"})]


def test_a_wave_whose_steps_were_not_done_is_not_green(two: Village) -> None:
    tools = {"db": two.db, "clock": two.clock}
    list_due_units("w", "test", **tools)

    with pytest.raises(
        IncompleteWaveError, match="did not finish check, measure, read, settle"
    ):
        raise_if_incomplete("w", **tools)


def test_a_missing_secret_names_itself_and_is_a_reason_of_ours(two: Village) -> None:
    two.open()
    (get_settings().secrets / A).unlink()
    list_due_units("w", "test", db=two.db, clock=two.clock)

    with pytest.raises(ConfigurationError, match="Secret H26 is missing"):
        pull_unit(A, "w", db=two.db, clock=two.clock)

    assert two.word(A)[0] == "failed"
    assert not probe_unit(A, db=two.db, clock=two.clock)
    assert probe_unit(B, db=two.db, clock=two.clock)


@pytest.mark.parametrize("name", ["../outside", "", ".", "none"])
def test_a_secret_is_a_file_in_its_folder_and_nothing_else(two: Village, name: str) -> None:
    (get_settings().secrets.parent / "outside").write_text("geheim")

    with pytest.raises(ConfigurationError, match="is missing") as refused:
        find_secret(name)

    assert "geheim" not in str(refused.value)
    assert find_secret(None) is None


def test_units_with_a_source_are_probed_and_others_are_unknown(two: Village) -> None:
    two.open()

    assert list_probed_units(db=two.db, clock=two.clock) == [A, B]
    with pytest.raises(NotFoundError, match="Z99"):
        probe_unit("Z99", db=two.db, clock=two.clock)
