"""The registry is loaded from the package; loading again is nothing."""

from datetime import date
from importlib import resources

import pytest
from sqlalchemy import text

from sync.contract.record import ENVELOPE, Group, all_fields, record_groups
from sync.model.errors import NotFoundError
from sync.model.source import Source
from sync.services.registry import load_registry, register_sources
from sync.sources.profiles import load_profile
from sync.store import registry
from sync.store.database import Database
from sync.store.group_tables import COLUMN_TYPES

TABLES = ("unit", "code", "rank", "salary_step", "retirement_age", "id_prefix")
NAMES = {"text": "text", "date": "date", "integer": "integer", "numeric": "numeric"}
TYPES = NAMES | {"timestamptz": "timestamp with time zone"}
COLUMNS = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema = :schema AND table_name = :relation
"""
SOURCE = Source("s26", "H26", "rest_page", "hrm_trang", "http://127.0.0.1:1", "key", {"a": 1})


CONTENT = "SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM registry.{} AS t"


def content(db: Database) -> dict[str, str]:
    with db.transaction() as conn:
        found = {table: conn.scalar(text(CONTENT.format(table))) for table in TABLES}
        return {**found, "digest": registry.code_lists_sha256(conn)}


def test_loading_twice_changes_nothing(db: Database) -> None:
    counts = load_registry(db)
    before = content(db)

    assert load_registry(db) == counts
    assert content(db) == before
    assert counts["unit"] == 123
    assert None not in before.values()


def test_56_units_are_listed_today_and_94_before_the_mergers(db: Database) -> None:
    load_registry(db)

    with db.transaction() as conn:
        today = registry.list_units(conn, date(2026, 11, 23))
        before = registry.list_units(conn, date(2025, 2, 28))

    assert (len(today), len(before)) == (56, 94)
    assert [unit.unit_code for unit in today] == sorted(unit.unit_code for unit in today)
    assert {unit.unit_code for unit in today if unit.is_restricted} == {"G01", "G11"}


def test_a_source_is_registered_once_and_brought_up_to_date(db: Database) -> None:
    load_registry(db)
    moved = Source("s26", "H26", "rest_page", "hrm_trang", "http://127.0.0.1:2", "key", {})
    for source in (SOURCE, SOURCE, moved):
        register_sources(
            [source], {"H26": 100}, valid_from=date(2026, 1, 1), stated_by="steward", db=db
        )

    with db.transaction() as conn:
        found = registry.list_sources(conn, date(2026, 11, 23))
        headcounts = conn.execute(
            text("SELECT headcount FROM registry.expected_headcount")
        ).scalars()
        assert list(headcounts) == [100]
        assert found == [moved] == [registry.get_source(conn, "H26", date(2026, 11, 23))]
        with pytest.raises(NotFoundError, match="H29 has no active source"):
            registry.get_source(conn, "H29", date(2026, 11, 23))


@pytest.mark.parametrize("group", record_groups().values(), ids=lambda g: g.name)
@pytest.mark.parametrize("schema", ["staging", "register"])
def test_every_group_has_a_typed_table_with_all_its_fields(
    db: Database, schema: str, group: Group
) -> None:
    with db.transaction() as conn:
        rows = conn.execute(text(COLUMNS), {"schema": schema, "relation": group.name})
        found = {row.column_name: row.data_type for row in rows}

    wanted = {f.code: TYPES[COLUMN_TYPES[f.kind]] for f in group.fields}
    assert {code: found.get(code) for code in wanted} == wanted
    assert {"record_id", "row_no"} <= set(found)


SECRET = {f.code for f in all_fields() if f.is_secret}
OPEN = {f.code for f in all_fields() if f.group != ENVELOPE} - SECRET
VENDORS = ("hrm_trang", "hrm_con_tro", "thong_diep_bnv", "thu_muc")


@pytest.mark.parametrize("name", VENDORS)
def test_every_field_of_the_plain_channel_is_mapped_by_every_vendor(name: str) -> None:
    assert load_profile(name).mapped_fields() == OPEN


def test_no_profile_maps_a_secret_field() -> None:
    folder = resources.files("sync.sources") / "profiles"
    names = [path.name.removesuffix(".yaml") for path in folder.iterdir()]

    assert set(names) > set(VENDORS)
    assert [name for name in names if load_profile(name).mapped_fields() & SECRET] == []
