"""Real input: the published list of deputies of the 13th National Assembly as a delivery."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from sync.contract.record import all_fields
from sync.model.source import Source
from sync.services.findings import list_findings
from sync.services.limits import set_limit
from sync.services.registry import load_registry, register_sources
from sync.services.sync import run_wave
from sync.store.brakes import BrakeLimit
from sync.store.database import Database

DATA = Path(__file__).parents[1] / "data" / "deputies_xiii.csv"
UNIT = "QH13"
PEOPLE = 92
AS_OF = date(2012, 1, 1)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Noon of the first day of 2012, a millisecond later at every look."""
    noon, ticks = datetime(2012, 1, 1, 5, 0, tzinfo=UTC), iter(range(1, 10**6))
    return lambda: noon + timedelta(milliseconds=next(ticks))


@pytest.fixture
def assembly(db: Database, home: Path, clock: Callable[[], datetime]) -> Database:
    """The list delivered into a folder, registered as a unit of its own and pulled once."""
    load_registry(db)
    folder = home / "deputies"
    folder.mkdir()
    shutil.copy(DATA, folder / DATA.name)
    with db.transaction() as conn:
        conn.execute(
            text(
                "INSERT INTO registry.unit (unit_code, valid_on, name_vi, name_en, kind,"
                " source, confidence) VALUES (:unit, daterange('2011-05-22', '2016-05-22'),"
                " 'Quốc hội khóa XIII', 'National Assembly XIII', 'ministerial_agency',"
                " 'published list', 'official')"
            ),
            {"unit": UNIT},
        )
    source = Source(f"{UNIT}-CSV", UNIT, "files", "dbqh_khoa_13", str(folder))
    register_sources([source], {UNIT: PEOPLE}, valid_from=AS_OF, stated_by="s", db=db)
    everybody = "The published list has no identity numbers; it is asked, not admitted."
    word = BrakeLimit(UNIT, "SNP004", None, 1, None, None, "Mai", everybody)
    set_limit(word, db=db, clock=clock)
    run_wave(unit_code=UNIT, db=db, clock=clock)
    return db


def _rows(db: Database, statement: str) -> list[Any]:
    with db.transaction() as conn:
        return [tuple(row) for row in conn.execute(text(statement))]


def test_all_are_received_and_all_wait_for_what_is_missing(assembly: Database) -> None:
    assert _rows(
        assembly,
        "SELECT as_of, received, quarantined, unreadable, duplicate, live_after"
        " FROM ledger.entry WHERE action = 'snapshot_admitted'",
    ) == [(AS_OF, PEOPLE, PEOPLE, 0, 0, 0)]
    assert _rows(assembly, "SELECT count(*) FROM register.dossier") == [(0,)]


def test_each_is_blocked_for_exactly_what_is_missing(assembly: Database) -> None:
    blocking = {
        (found["record_id"], found["rule_code"])
        for found in list_findings(UNIT, db=assembly)
        if found["effect"] == "block"
    }

    assert {rule for _, rule in blocking} == {"ID001a"}
    assert len(blocking) == PEOPLE


def test_nobody_is_flagged_for_name_birth_or_place(assembly: Database) -> None:
    sent = {"so_hieu_bndp", "ho_va_ten", "ngay_sinh", "gioi_tinh", "que_quan"}

    found = list_findings(UNIT, db=assembly)

    assert [each for each in found if each["field"] in sent] == []
    about = {"ID003", "ID004", "ID010", "ID011", "CR005", "XO003", "XO004", "TM001", "TM003"}
    assert {each["rule_code"] for each in found} & about == set()


def test_what_else_is_asked_is_what_else_is_missing(assembly: Database) -> None:
    """No question about a value: every finding names a field that the list does not have."""
    sent = {"so_hieu_bndp", "ho_va_ten", "ngay_sinh", "gioi_tinh", "que_quan"}
    known = {field.code for field in all_fields()}
    fields = {each["field"] for each in list_findings(UNIT, db=assembly)}

    assert fields - known <= {""}
    assert fields.isdisjoint(sent)


def test_the_people_are_read_as_they_are_published(assembly: Database) -> None:
    names = {row.split(",")[1] for row in DATA.read_text("utf-8").splitlines()[1:]}
    kept = _rows(assembly, "SELECT doc->'person'->>'name' FROM landing.document")

    assert len(kept) == PEOPLE
    assert {name for (name,) in kept} == names
