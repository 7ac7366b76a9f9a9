"""Row-level security costs an index look-up, not a walk through everybody's rows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from sync.model.desk import Role
from sync.store.database import Database, SignedInDatabase
from sync.store.provision import DATABASE, clone_database, drop_database
from sync.store.server import SUPERUSER, EmbeddedServer
from tests.store.two_units import add_person, token_of

PEOPLE, UNITS = 100_000, 56
NAME = "row_level_plans"
FILL = (
    "INSERT INTO landing.record (unit_code, local_key)"
    " SELECT 'U' || n % :units, n::text FROM generate_series(1, :people) AS n",
    "INSERT INTO register.dossier (record_id, unit_code, servant_id, state, document_id,"
    " typed_sha256, snapshot_id, changed_at)"
    " SELECT record_id, unit_code, record_id, 'live', record_id, '', 1, now()"
    " FROM landing.record",
    "INSERT INTO register.dossier_version (record_id, servant_id, document_id, snapshot_id,"
    " basis_sha256, typed_sha256)"
    " SELECT record_id, record_id, record_id, 1, '', '' FROM landing.record",
    "INSERT INTO register.person (record_id, row_no, ho_va_ten)"
    " SELECT record_id, 1, 'Người ' || record_id FROM landing.record",
    "INSERT INTO register.position_history (record_id, row_no)"
    " SELECT record_id, 1 FROM landing.record",
    "INSERT INTO quality.finding (unit_code, record_id, document_id, snapshot_id, group_name,"
    " row_no, rule_code, field_code, effect, found_at, since)"
    " SELECT unit_code, record_id, 1, 1, 'person', 1, 'R-' || record_id % 41, 'x', 'ask',"
    " now(), now() FROM landing.record",
    "INSERT INTO quality.flag (finding_id, unit_code, record_id, group_name, row_no,"
    " field_code, rule_code, effect, value_hmac, cause_hmac, state, since, due_on,"
    " opened_at, moved_at)"
    " SELECT finding_id, unit_code, record_id, group_name, row_no, field_code, rule_code,"
    " effect, '', '', 'open', now(),"
    " DATE '2026-11-23' + (finding_id % 30)::integer, now(), now()"
    " FROM quality.finding",
    "INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of)"
    " SELECT unit_code, 'flag_opened', 'pipeline', now(), '2026-11-23' FROM landing.record",
)
ASKED = {
    "a record": "SELECT * FROM register.person WHERE record_id = :record",
    "its lists": "SELECT * FROM {group} WHERE record_id = :record",
    "its versions": "SELECT * FROM register.dossier_version WHERE record_id = :record",
    "its findings": "SELECT * FROM quality.finding WHERE record_id = :record"
    " AND closed_at IS NULL",
    "the queue": "SELECT f.*, p.ho_va_ten FROM (SELECT * FROM quality.flag"
    " WHERE unit_code = 'U7' AND closed_at IS NULL"
    " ORDER BY effect DESC, due_on, flag_id LIMIT 50) AS f"
    " LEFT JOIN register.person AS p ON p.record_id = f.record_id",
    "a cause": "SELECT * FROM quality.flag WHERE unit_code = 'U7' AND rule_code = 'R-3'"
    " AND cause_hmac = '' AND closed_at IS NULL ORDER BY flag_id LIMIT 50",
    "a count": "SELECT count(*) FROM quality.flag WHERE unit_code = 'U7' AND closed_at IS NULL",
    "the ledger": "SELECT * FROM ledger.entry WHERE unit_code = 'U7'"
    " ORDER BY entry_id DESC LIMIT 50",
}


@pytest.fixture(scope="module")
def desk(server: EmbeddedServer) -> Iterator[Database]:
    """The pages' role for an officer of one of 56 units, among 100,000 people."""
    superuser = server.url(SUPERUSER, SUPERUSER)
    clone_database(superuser, DATABASE, NAME)
    roles = ("sync_writer", "migrator", "portal_keeper", "portal_writer")
    writer, owner, keeper, pages = (Database.connect(server.url(r, NAME)) for r in roles)
    group = any_list(owner)
    with writer.transaction() as conn:
        for statement in FILL:
            filled = statement.replace("register.position_history", group)
            conn.execute(
                text(filled), {"units": UNITS, "people": PEOPLE} if ":units" in filled else {}
            )
    with owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))
    add_person(keeper, "lan", (Role.HR_OFFICER, "U7"))
    yield SignedInDatabase(pages, token_of(keeper, "lan"))
    for way in (writer, owner, keeper, pages):
        way.close()
    drop_database(superuser, NAME)


def any_list(owner: Database) -> str:
    """A table of the register with many rows a record."""
    from sync.contract.record import record_groups

    return next(f"register.{name}" for name in record_groups() if name != "person")


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from steps(below)


@pytest.mark.parametrize("question", ASKED)
def test_a_page_reads_by_index_what_it_shows(desk: Database, question: str) -> None:
    statement = ASKED[question].replace("{group}", any_list(desk))
    with desk.transaction() as conn:
        mine = conn.execute(text("SELECT record_id FROM quality.flag LIMIT 1")).scalar_one()
        values = {"record": mine} if ":record" in statement else {}
        rows = conn.execute(text(statement), values).all()
        plan = conn.execute(
            text("EXPLAIN (ANALYZE, FORMAT JSON) " + statement), values
        ).scalar_one()
    plan = plan if isinstance(plan, list) else json.loads(plan)
    walked = [
        (step["Relation Name"], step["Actual Rows"] + step.get("Rows Removed by Filter", 0))
        for step in steps(plan[0]["Plan"])
        if step["Node Type"] == "Seq Scan" and step.get("Schema", "") != "portal"
    ]

    assert rows
    assert [each for each in walked if each[1] > PEOPLE / UNITS] == [], plan
