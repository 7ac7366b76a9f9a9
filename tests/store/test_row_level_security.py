"""SQL under the pages' role shows the people of the viewer's own units, whatever it tries."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from sync.model.desk import Role
from sync.model.errors import DatabaseRefusedError
from sync.services import accounts
from sync.services.permissions import operator
from sync.store.database import Database, SignedInDatabase
from sync.store.provision import DATABASE, clone_database, drop_database
from sync.store.server import SUPERUSER, EmbeddedServer
from tests.store.two_units import OURS, THEIRS, Scene, add_person, refusal, scene_in, token_of

REFUSED = "42501"
GUARDED_SCHEMAS = ("landing", "register", "quality")
ROOT = operator("root")

# Every relation with its columns, and whether the pages' role may do anything with it.
CATALOGUE = """
    SELECT format('%I.%I', n.nspname, c.relname) AS name,
           c.relrowsecurity AND c.relforcerowsecurity AS is_guarded,
           has_any_column_privilege('portal_writer', c.oid, 'SELECT, INSERT, UPDATE')
               OR has_table_privilege('portal_writer', c.oid, 'DELETE') AS is_open,
           array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = ANY (:schemas) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    GROUP BY 1, 2, 3 ORDER BY 1
"""
LEADS_TO_A_PERSON = {"record_id", "servant_id", "document_id", "identity_number", "local_key"}
OF_A_UNIT = {"unit_code"}


@pytest.fixture(scope="module")
def scene(server: EmbeddedServer) -> Iterator[Scene]:
    """One database for all: what is asked here changes nothing of anybody's people."""
    superuser, name = server.url(SUPERUSER, SUPERUSER), "row_level_security"
    clone_database(superuser, DATABASE, name)
    with scene_in(lambda role: server.url(role, name)) as scene:
        yield scene
    drop_database(superuser, name)


def tables(scene: Scene) -> list[Any]:
    with scene.writer.transaction() as conn:
        return list(conn.execute(text(CATALOGUE), {"schemas": list(GUARDED_SCHEMAS)}))


def open_tables(scene: Scene, wanted: set[str]) -> list[str]:
    return [row.name for row in tables(scene) if row.is_open and wanted & set(row.columns)]


def count_of(conn: Connection, table: str) -> int:
    return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - from the catalogue


def test_every_table_that_leads_to_a_person_or_a_unit_is_guarded_or_closed(
    scene: Scene,
) -> None:
    found = tables(scene)
    leading = [r for r in found if (LEADS_TO_A_PERSON | OF_A_UNIT) & set(r.columns)]

    assert len(leading) > 20
    assert [r.name for r in leading if r.is_open and not r.is_guarded] == []
    assert {"register.servant", "register.identity_alias"} <= {
        r.name for r in found if not r.is_open
    }


def test_the_pipelines_own_tables_are_closed_to_the_pages(scene: Scene) -> None:
    with scene.writer.transaction() as conn:
        rows = list(conn.execute(text(CATALOGUE), {"schemas": ["staging", "rehearsal"]}))

    assert len(rows) > 20
    assert [row.name for row in rows if row.is_open] == []


def dead_tokens(scene: Scene) -> dict[str, str]:
    """Tokens that open nothing, by why."""
    keeper = scene.keeper
    for login in ("bao", "cuc", "moi"):
        add_person(keeper, login, (Role.HR_APPROVER, OURS))
    dead = {"none": "", "made up": "x" * 43, "of the past": token_of(keeper, "lan")}
    dead |= {
        "idle": token_of(keeper, "lan", ago=timedelta(minutes=31)),
        "too old": token_of(keeper, "lan", ago=timedelta(hours=8, minutes=1)),
        "roles changed": token_of(keeper, "bao"),
        "closed account": token_of(keeper, "cuc"),
        "first password": token_of(keeper, "moi"),
    }
    with keeper.transaction() as conn:
        conn.execute(
            text(
                "UPDATE portal.session SET ended_at = now()"
                " WHERE token_sha256 = sha256(convert_to(:token, 'UTF8'))"
            ),
            {"token": dead["of the past"]},
        )
        conn.execute(
            text(
                "UPDATE portal.session SET idle_until = ends_at + interval '1 hour'"
                " WHERE token_sha256 = sha256(convert_to(:token, 'UTF8'))"
            ),
            {"token": dead["too old"]},
        )
    accounts.set_roles("bao", [(Role.HR_OFFICER, OURS)], actor=ROOT, db=keeper)
    accounts.close_account("cuc", actor=ROOT, db=keeper)
    with keeper.transaction() as conn:
        conn.execute(text("UPDATE portal.account SET must_change = true WHERE login = 'moi'"))
    return dead


def test_without_a_token_that_counts_no_row_of_any_unit_is_there(scene: Scene) -> None:
    guarded = open_tables(scene, LEADS_TO_A_PERSON | OF_A_UNIT)
    guarded += ["registry.code_mapping", "ledger.entry", "register.person"]

    seen = {}
    for why, token in dead_tokens(scene).items():
        with SignedInDatabase(scene.desk, token).transaction() as conn:
            seen |= {(why, table): count_of(conn, table) for table in guarded}
    with scene.desk.transaction() as conn:
        seen |= {("nothing set", table): count_of(conn, table) for table in guarded}

    assert len(guarded) > 20
    assert {key: count for key, count in seen.items() if count} == {}


def test_with_a_token_each_table_of_people_shows_the_own_units_rows_only(scene: Scene) -> None:
    people = [*open_tables(scene, LEADS_TO_A_PERSON), "registry.code_mapping"]
    people.remove("register.upload_cell")  # the pipeline writes none; see test_import_sheet.py

    with scene.signed_in("lan").transaction() as conn:
        counts = {table: count_of(conn, table) for table in people}
    with scene.writer.transaction() as conn:
        all_rows = {table: count_of(conn, table) for table in people}

    assert all_rows.pop("quality.case_party") == 3
    assert counts.pop("quality.case_party") == 1
    assert set(all_rows.values()) == {2}, all_rows
    assert set(counts.values()) == {1}, counts


@pytest.mark.parametrize("login", ["dung", "son"])
def test_a_national_role_shows_nobodys_people(scene: Scene, login: str) -> None:
    with scene.signed_in(login).transaction() as conn:
        seen = {t: count_of(conn, t) for t in open_tables(scene, {"record_id", "document_id"})}

    assert len(seen) > 15
    assert set(seen.values()) == {0}, seen


# Each a way to ask for the other unit's person; `:id` is that person's record.
ASKED = (
    "SELECT 1 FROM register.person WHERE record_id = :id",
    "SELECT 1 FROM landing.document AS d JOIN landing.present AS p USING (document_id)"
    " WHERE p.record_id = :id",
    "SELECT 1 FROM quality.flag WHERE record_id = :id OR true AND unit_code = 'H29'",
    "SELECT 1 FROM register.dossier AS a RIGHT JOIN register.person AS b USING (record_id)"
    " WHERE b.record_id = :id",
    "SELECT 1 FROM register.dossier WHERE unit_code = 'H29'"
    " UNION ALL SELECT 1 FROM register.correction WHERE unit_code = 'H29'",
    "WITH x AS MATERIALIZED (SELECT * FROM register.person) SELECT 1 FROM x"
    " WHERE record_id = :id",
    "SELECT 1 FROM LATERAL (SELECT * FROM landing.snapshot_entry WHERE record_id = :id) AS x",
    "SELECT 1 FROM ledger.entry WHERE unit_code = 'H29'",
    "SELECT 1 FROM quality.case_party WHERE unit_code = 'H29'",
    "SELECT 1 FROM quality.conflict_case AS c WHERE NOT EXISTS"
    " (SELECT FROM quality.case_party AS p WHERE p.case_id = c.case_id)",
    "SELECT record_id FROM quality.waiver WHERE record_id = :id FOR UPDATE",
    "SELECT 1 FROM pg_catalog.pg_stats WHERE schemaname = 'register'",
    "SELECT 1 FROM jsonb_array_elements(CAST(query_to_xml("
    "'SELECT to_jsonb(f) FROM quality.flag AS f WHERE unit_code = ''H29''', true, false, '')"
    " AS text)::jsonb) WHERE false",
)


@pytest.mark.parametrize("statement", ASKED)
def test_no_question_finds_the_other_units_person(scene: Scene, statement: str) -> None:
    values = {"id": scene.theirs.record} if ":id" in statement else {}
    if "::jsonb" in statement:
        statement = (
            "SELECT 1 WHERE CAST(query_to_xml('SELECT record_id FROM quality.flag WHERE"
            " unit_code = ''H29''', true, false, '') AS text) LIKE '%<record_id>%'"
        )

    with scene.signed_in("lan").transaction() as conn:
        found = conn.execute(text(statement), values).all()

    assert found == []


LEAKS = """
    CREATE FUNCTION pg_temp.tell(number bigint) RETURNS boolean LANGUAGE plpgsql
    COST 0.0000001 AS $$ BEGIN
    RAISE EXCEPTION 'seen' USING ERRCODE = 'P0009'; RETURN true; END $$
"""


def test_a_function_that_tells_what_it_is_given_is_given_own_rows_only(scene: Scene) -> None:
    """A cheap leaky condition is not run before the policy; the role can make none anyway."""
    lan = scene.signed_in("lan")

    assert refusal(lan, LEAKS)[0] == REFUSED
    for cast in ("1 / (record_id - :id)", "CAST('x' || record_id AS integer)"):
        statement = (
            f"SELECT 1 FROM register.person WHERE record_id = :id AND {cast} IS NOT NULL"  # noqa: S608 - words above
        )
        assert refusal(lan, statement, id=scene.theirs.record) == ("", "")
        own = refusal(lan, statement, id=scene.ours.record)
        assert own[0] in ("22012", "22P02"), "the same condition speaks about an own row"


def test_a_leaky_function_of_the_owners_meets_own_rows_only(
    server: EmbeddedServer, scene: Scene
) -> None:
    owner = Database.connect(server.url("migrator", "row_level_security"))
    with owner.transaction() as conn:
        conn.execute(text(LEAKS.replace("pg_temp.tell", "facts.tell")))
    owner.close()
    statement = (
        "SELECT 1 FROM register.dossier WHERE facts.tell(record_id) AND unit_code = :unit"
    )

    told = [refusal(scene.signed_in("lan"), statement, unit=u)[0] for u in (THEIRS, OURS)]
    nobody = refusal(scene.desk, statement, unit=OURS)[0]

    assert told == ["", "P0009"]
    assert nobody == ""


def test_copy_cursors_and_prepared_statements_show_own_rows_only(scene: Scene) -> None:
    lan, hoa = scene.signed_in("lan"), scene.signed_in("hoa")
    with lan.transaction() as conn:
        cursor = conn.connection.cursor()
        copied = Lines()
        cursor.copy_expert("COPY (SELECT record_id FROM register.person) TO STDOUT", copied)
        whole = Lines()
        cursor.copy_expert("COPY register.person TO STDOUT", whole)
        conn.execute(text("DECLARE c CURSOR FOR SELECT record_id FROM quality.flag"))
        fetched = conn.execute(text("FETCH ALL FROM c")).scalars().all()
        conn.execute(text("PREPARE p AS SELECT record_id FROM quality.flag"))
        prepared = [conn.execute(text("EXECUTE p")).scalars().all() for _ in range(7)][-1]
        conn.execute(
            text("SELECT set_config('portal.token', :token, true)"), {"token": hoa._token}
        )
        as_hoa = conn.execute(text("EXECUTE p")).scalars().all()
        conn.execute(text("SELECT set_config('portal.token', '', true)"))
        as_nobody = conn.execute(text("EXECUTE p")).scalars().all()
        conn.execute(text("DEALLOCATE p"))

    assert copied.lines == [f"{scene.ours.record}\n"]
    assert fetched == prepared == [scene.ours.record]
    assert as_hoa == [scene.theirs.record]
    assert as_nobody == []
    assert whole.lines
    assert whole.lines[0].startswith(f"{scene.ours.record}\t1\t")
    assert len(whole.lines) == 1


class Lines:
    """What COPY wrote."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str | bytes) -> None:
        self.lines.append(line if isinstance(line, str) else line.decode())


# Settings and roles a session may try; afterwards it counts the people it sees.
TRIED = (
    "SET LOCAL row_security = off",
    "SET ROLE cbccvc_owner",
    "SET ROLE sync_writer",
    "SET ROLE desk_checker",
    "SET SESSION AUTHORIZATION sync_writer",
    "SELECT set_config('portal.unit', 'H29', true)",
    "SELECT set_config('portal.units', '{H26,H29}', true)",
    "SELECT set_config('portal.login', 'hoa', true)",
    "SELECT set_config('portal.viewer_id', '1', true)",
    "SELECT set_config('search_path', 'pg_temp, portal', true)",
    "SELECT set_config('session_replication_role', 'replica', true)",
    "SELECT set_config('role', 'sync_writer', true)",
    "RESET portal.token",
    "RESET ALL",
    "ALTER TABLE register.person DISABLE ROW LEVEL SECURITY",
    "ALTER ROLE portal_writer BYPASSRLS",
    "DROP POLICY own_units ON quality.flag",
    "CREATE POLICY mine ON quality.flag USING (true)",
    "CREATE TEMPORARY TABLE mine AS SELECT 1",
    "CREATE OR REPLACE FUNCTION portal.viewer_units(wanted text DEFAULT NULL) RETURNS text[]"
    " LANGUAGE sql AS $$ SELECT ARRAY['H29'] $$",
    "SELECT * FROM portal.session",
    "SELECT * FROM portal.account",
    "INSERT INTO portal.account_role VALUES (1, 'hr_officer', 'H29', 'x', now())",
    "INSERT INTO portal.session (token_sha256, form_key, account_id, opened_at, idle_until,"
    " ends_at) VALUES ('x', 'x', 1, now(), now() + interval '1 h', now() + interval '1 h')",
    "UPDATE portal.account SET must_change = false",
    "SELECT * FROM register.identity_alias",
    "SELECT * FROM staging.person",
    "SELECT pg_read_file('pg_hba.conf')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "DO $$ BEGIN EXECUTE 'SET ROLE sync_writer'; END $$",
    "TRUNCATE quality.flag",
    "DELETE FROM quality.flag",
    "DELETE FROM register.correction",
    "UPDATE register.person SET row_no = 1",
)


@pytest.mark.parametrize("statement", TRIED)
def test_no_role_setting_or_statement_widens_what_is_seen(scene: Scene, statement: str) -> None:
    lan = scene.signed_in("lan")
    seen: list[int] = []
    told = ""
    try:
        with lan.transaction() as conn:
            conn.exec_driver_sql(statement)
            rows = conn.execute(text("SELECT record_id FROM register.person")).scalars()
            seen = list(rows)
    except DatabaseRefusedError as refused:
        told = refused.sqlstate

    assert scene.theirs.record not in seen
    assert told in ("", REFUSED), told
    if not statement.startswith(
        ("SELECT set_config('portal", "SELECT set_config('search", "RESET")
    ):
        assert told == REFUSED


def test_sessions_of_one_role_do_not_see_one_anothers_tokens(scene: Scene) -> None:
    lan = scene.signed_in("lan")
    watched = "SELECT query FROM pg_stat_activity WHERE usename = current_user"

    with lan.transaction(), scene.desk.transaction() as conn:
        seen = conn.execute(text(watched)).scalars().all()
        assert len(seen) >= 2
        assert [query for query in seen if lan._token in (query or "")] == []
    for role in (
        "SET track_activities = on",
        "ALTER ROLE CURRENT_USER SET track_activities = on",
    ):
        assert refusal(lan, role)[0] == REFUSED


def test_a_moved_role_counts_at_once_in_the_database(scene: Scene) -> None:
    add_person(scene.keeper, "tam", (Role.HR_OFFICER, OURS))
    tam = scene.signed_in("tam")
    with tam.transaction() as conn:
        assert count_of(conn, "register.person") == 1

    with scene.keeper.transaction() as conn:
        conn.execute(
            text(
                "UPDATE portal.account_role SET unit_code = 'H29' WHERE account_id ="
                " (SELECT account_id FROM portal.account WHERE login = 'tam')"
            )
        )
    with tam.transaction() as conn:
        seen = conn.execute(text("SELECT record_id FROM register.person")).scalars().all()
    assert seen == [scene.theirs.record]


def test_the_committee_and_the_keeper_reach_no_table_with_a_person(
    server: EmbeddedServer, scene: Scene
) -> None:
    reach = """
        SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND n.nspname = ANY ('{landing,staging,rehearsal,register,quality,registry}')
        AND CASE c.relkind
            WHEN 'S' THEN has_sequence_privilege(:role, c.oid, 'USAGE, SELECT, UPDATE')
            ELSE has_any_column_privilege(:role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
                OR has_table_privilege(:role, c.oid, 'DELETE, TRUNCATE, TRIGGER, MAINTAIN') END
    """
    owner = Database.connect(server.url("migrator", "row_level_security"))
    with owner.transaction() as conn:
        found = {
            role: conn.execute(text(reach), {"role": role}).scalars().all()
            for role in ("committee_reader", "portal_keeper", "auditor")
        }
        bound = conn.execute(
            text(
                "SELECT rolname FROM pg_roles WHERE (rolbypassrls OR rolsuper) AND rolname IN"
                " ('committee_reader', 'portal_keeper', 'auditor', 'portal_writer', 'migrator')"
            )
        ).all()
        members = conn.execute(
            text(
                "SELECT roleid::regrole FROM pg_auth_members WHERE member = ANY (ARRAY["
                "'portal_writer', 'portal_keeper', 'committee_reader']::regrole[])"
            )
        ).all()
    owner.close()

    codes_of_units = ["registry.unit"]  # a role is given in a unit that is there; no person
    assert found == {"committee_reader": [], "portal_keeper": codes_of_units, "auditor": []}
    assert bound == []
    assert members == []
