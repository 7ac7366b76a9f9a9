"""Each role may do its own work and nothing else; the ledger refuses change to everybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, text

from sync.contract.record import all_fields
from sync.model.errors import DatabaseRefusedError
from sync.store.database import Database
from sync.store.server import SUPERUSER, EmbeddedServer

Urls = Callable[[str], str]
REFUSED, APPEND_ONLY, CHECK = "42501", "P0001", "23514"

RELATIONS = """
    SELECT format('%I.%I', nspname, relname), nspname
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
    AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1
"""
COLUMNS = """
    SELECT column_name FROM information_schema.columns WHERE table_schema = 'facts'
"""
FUNCTIONS = """
    SELECT format('%I.%I', nspname, proname), prosecdef
    FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
    WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'public')
"""
LEDGER = (
    "INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of, received,"
    " unreadable, duplicate, quarantined, waiting, added, changed, unchanged, live_before,"
    " entered, left_count, live_after, stale) VALUES ('H26', :action, 'pipeline', now(),"
    " DATE '2026-11-23', :received, :unreadable, 1,"
    " 1, 1, 1, 1, 1, :before, :entered, 1, :after, :stale)"
)
SOUND: dict[str, Any] = {
    "action": "snapshot_admitted",
    "received": 7,
    "unreadable": 1,
    "entered": 3,
    "before": 0,
    "after": 2,
    "stale": 0,
}
LEAVING = """
    WITH p AS (INSERT INTO registry.profile VALUES ('x', 'x', '{}', now()) RETURNING 1),
    w AS (INSERT INTO landing.wave VALUES ('w', 'cli', '2026-11-23', now()) RETURNING 1)
    INSERT INTO landing.snapshot (source_code, unit_code, wave_key, seq, state, as_of,
        received_count, page_count, pages_sha256, key_list_sha256, profile_sha256, pulled_at,
        sealed_at, leaving_at)
    VALUES ('s', 'H26', 'w', 1, 'held', '2026-11-23', 0, 0, '', '', 'x', now(), now(), now())
"""
WHO_LOOKS = {
    f"portal.viewer_{question}" for question in ("id", "login", "units", "is")
}  # answer about the signed-in viewer alone
OF_OWN_UNITS = {"portal.search_people", "quality.follow_mapping"}  # ask for the viewer's units
TRIGGERS = {"quality.tally_flags"}  # no function to call: runs where a flag moves
CHANGES = (
    "UPDATE ledger.entry SET actor = 'somebody'",
    "UPDATE ledger.entry SET actor = 'somebody' WHERE false",
    "DELETE FROM ledger.entry",
    "TRUNCATE ledger.entry",
    "MERGE INTO ledger.entry AS e USING (SELECT 1) AS x ON true"
    " WHEN MATCHED THEN UPDATE SET actor = 'somebody'",
)


@contextmanager
def acting_as(url: str) -> Iterator[Database]:
    database = Database.connect(url)
    try:
        yield database
    finally:
        database.close()


def sqlstate_of(database: Database, statement: str, **values: object) -> str:
    """What the role is told: '' when it may."""
    try:
        with database.transaction() as conn:
            conn.execute(text(statement), values)
    except DatabaseRefusedError as refused:
        return refused.sqlstate
    return ""


def relations(urls: Urls) -> dict[str, str]:
    """Every relation of ours with its schema, from the server's own catalogue."""
    with acting_as(urls("migrator")) as database, database.transaction() as conn:
        return {row[0]: row[1] for row in conn.execute(text(RELATIONS))}


def readable(urls: Urls, role: str) -> set[str]:
    """Schemas of which a role may read every relation; nothing half-way."""
    found = relations(urls)
    allowed: dict[str, set[bool]] = {}
    with acting_as(urls(role)) as database:
        for relation, schema in found.items():
            answer = sqlstate_of(database, f"SELECT * FROM {relation} LIMIT 1")  # noqa: S608 - from the catalogue
            assert answer in ("", REFUSED), relation
            allowed.setdefault(schema, set()).add(answer == "")
    assert all(len(answers) == 1 for answers in allowed.values()), allowed
    return {schema for schema, answers in allowed.items() if answers == {True}}


def test_every_schema_with_people_is_in_the_catalogue_the_tests_walk(urls: Urls) -> None:
    found = set(relations(urls).values())

    assert {"landing", "staging", "quality", "register", "registry", "ledger"} <= found


@pytest.mark.parametrize(
    ("role", "schemas"),
    [
        ("committee_reader", {"facts"}),
        ("auditor", {"facts", "ledger"}),
    ],
)
def test_a_role_reads_its_own_schemas_and_no_person(
    urls: Urls, role: str, schemas: set[str]
) -> None:
    assert readable(urls, role) - {"public"} == schemas


def test_facts_have_no_column_of_a_persons_record(urls: Urls) -> None:
    with acting_as(urls("committee_reader")) as database, database.transaction() as conn:
        columns = set(conn.execute(text(COLUMNS)).scalars())

    assert "live" in columns
    assert columns & {field.code for field in all_fields()} == set()
    assert columns & {"record_id", "servant_id", "local_key", "identity_number"} == set()


@pytest.mark.parametrize("role", ["committee_reader", "auditor", "portal_writer"])
def test_statistics_and_functions_are_no_way_round(urls: Urls, role: str) -> None:
    with acting_as(urls("migrator")) as database, database.transaction() as conn:
        functions = conn.execute(text(FUNCTIONS)).all()
    with acting_as(urls(role)) as database, database.transaction() as conn:
        seen = conn.execute(text("SELECT DISTINCT schemaname FROM pg_stats")).scalars().all()
        allowed = [name for name, _ in functions if may_call(conn, name)]

    assert {name for name, is_definer in functions if is_definer} == (
        WHO_LOOKS | OF_OWN_UNITS | TRIGGERS
    )
    assert [name for name in allowed if name.startswith("staging.")] == []
    assert {"register", "staging", "landing"}.isdisjoint(seen)


def may_call(conn: Connection, name: str) -> bool:
    found = conn.execute(
        text("SELECT has_schema_privilege(split_part(:name, '.', 1), 'USAGE')"), {"name": name}
    )
    return bool(found.scalar_one())


@pytest.mark.parametrize("role", ["committee_reader", "auditor", "portal_writer"])
def test_readers_write_nothing(urls: Urls, role: str) -> None:
    with acting_as(urls(role)) as database:
        for relation, schema in relations(urls).items():
            if schema in ("facts", "ledger"):
                statement = f"DELETE FROM {relation}"  # noqa: S608 - from the catalogue
                assert sqlstate_of(database, statement) in (REFUSED, "25006"), relation
        for schema in ("public", "facts", "ledger"):
            told = sqlstate_of(database, f"CREATE TABLE {schema}.mine (x int)")
            assert told in (REFUSED, "25006")


def test_a_reader_who_lifts_its_own_preset_still_writes_nothing(urls: Urls) -> None:
    lifted = "SET TRANSACTION READ WRITE; DELETE FROM facts.headline"

    with acting_as(urls("committee_reader")) as database:
        assert sqlstate_of(database, lifted) == REFUSED


def test_the_pipeline_cannot_change_the_ledger(db: Database) -> None:
    assert sqlstate_of(db, LEDGER, **SOUND) == ""
    assert {sqlstate_of(db, statement) for statement in CHANGES} == {REFUSED}


def test_the_ledger_refuses_change_even_to_its_owner(urls: Urls, db: Database) -> None:
    assert sqlstate_of(db, LEDGER, **SOUND) == ""

    with acting_as(urls("migrator")) as owner:
        assert {sqlstate_of(owner, statement) for statement in CHANGES} == {APPEND_ONLY}
        assert sqlstate_of(owner, "SELECT 1 FROM ledger.entry WHERE actor = 'pipeline'") == ""


def test_the_ledger_refuses_change_to_a_superuser_who_keeps_its_trigger(
    server: EmbeddedServer, fresh_database: str, db: Database
) -> None:
    assert sqlstate_of(db, LEDGER, **SOUND) == ""

    with acting_as(server.url(SUPERUSER, fresh_database)) as superuser:
        assert {sqlstate_of(superuser, statement) for statement in CHANGES} == {APPEND_ONLY}


def test_the_pipeline_alters_no_schema(db: Database) -> None:
    statements = (
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (x int)",
        "CREATE TABLE register.mine (x int)",
        "DROP TABLE register.person",
        "ALTER TABLE ledger.entry DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_append_only ON ledger.entry",
        "ALTER TABLE ledger.entry DROP CONSTRAINT classes_add_up",
        "CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END'",
        "SET ROLE cbccvc_owner",
        "SET session_replication_role = replica",
        "COPY register.person TO PROGRAM 'true'",
    )

    told = {statement: sqlstate_of(db, statement) for statement in statements}

    assert {statement for statement, state in told.items() if state != REFUSED} == set()


def test_the_pipeline_cannot_rewrite_a_version_of_a_dossier(db: Database) -> None:
    statement = "UPDATE register.dossier_version SET recorded_at = now()"

    assert sqlstate_of(db, statement) == REFUSED


KEPT = ("landing.snapshot_entry", "landing.document", "landing.snapshot", "quality.finding",
        "registry.probe", "landing.wave_unit", "landing.removal")  # fmt: skip


@pytest.mark.parametrize("role", ["committee_reader", "auditor", "portal_writer"])
def test_only_the_pipeline_tidies_and_reopens_what_is_kept(
    urls: Urls, db: Database, role: str
) -> None:
    statements = [f"DELETE FROM {table}" for table in KEPT]  # noqa: S608 - names above
    statements.append("UPDATE landing.snapshot SET replay_of = NULL, leaving_at = now()")
    with acting_as(urls(role)) as database:
        assert {sqlstate_of(database, statement) for statement in statements} == {REFUSED}

    assert {sqlstate_of(db, statement) for statement in statements} == {""}


def test_not_even_housekeeping_removes_a_version_of_a_dossier(db: Database) -> None:
    assert sqlstate_of(db, "DELETE FROM register.dossier_version") == REFUSED


def test_an_open_answer_cannot_leave(db: Database) -> None:
    told = sqlstate_of(db, LEAVING)

    assert told == CHECK


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"received": 8}, "classes_add_up"),
        ({"received": 6}, "classes_add_up"),
        ({"received": None}, "admitted_is_accounted"),
        ({"stale": None}, "admitted_is_accounted"),
        ({"entered": None}, "admitted_is_accounted"),
        ({"entered": None, "action": "claims_settled"}, "live_adds_up"),
        ({"unreadable": None}, "admitted_is_accounted"),
        ({"unreadable": 2}, "classes_add_up"),
        ({"after": None}, "admitted_is_accounted"),
        ({"after": 3}, "live_adds_up"),
        ({"before": None}, "live_goes_on"),
        ({"before": 5, "after": 7}, "live_goes_on"),
    ],
)
def test_sums_that_are_wrong_are_refused(
    db: Database, wrong: dict[str, object], constraint: str
) -> None:
    with pytest.raises(DatabaseRefusedError) as refused, db.transaction() as conn:
        conn.execute(text(LEDGER), {**SOUND, **wrong})

    assert (refused.value.sqlstate, refused.value.constraint) == (CHECK, constraint)


def test_live_goes_on_where_the_last_entry_ended(db: Database) -> None:
    following = {**SOUND, "before": 2, "after": 4}

    assert sqlstate_of(db, LEDGER, **SOUND) == ""
    assert sqlstate_of(db, LEDGER, **SOUND) == CHECK
    assert sqlstate_of(db, LEDGER, **following) == ""
