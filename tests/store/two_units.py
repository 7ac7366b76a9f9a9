"""People of two units in every table that holds people, and accounts that may see some."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from sync.contract.record import record_groups
from sync.model.desk import Role
from sync.model.errors import DatabaseRefusedError
from sync.services import accounts, sessions
from sync.store.database import Database, SignedInDatabase
from tests.units import know_units

OURS, THEIRS = "H26", "H29"
PASSWORD = "mat-khau-that-dai"  # noqa: S105 - of a test
BASICS = """
    INSERT INTO registry.profile VALUES ('x', 'x', '{}', now());
    INSERT INTO landing.wave VALUES ('w', 'cli', '2026-11-23', now());
"""
SNAPSHOT = """
    INSERT INTO landing.snapshot (source_code, unit_code, wave_key, seq, state, as_of,
        received_count, page_count, pages_sha256, key_list_sha256, profile_sha256, pulled_at,
        sealed_at)
    VALUES (:unit, :unit, 'w', 1, 'held', '2026-11-23', 1, 1, '', '', 'x', now(), now())
    RETURNING snapshot_id
"""
RECORD = (
    "INSERT INTO landing.record (unit_code, local_key) VALUES (:unit, :key) RETURNING record_id"
)
DOCUMENT = (
    "INSERT INTO landing.document (unit_code, content_sha256, body) VALUES (:unit, 'x', 'x')"
    " RETURNING document_id"
)
REST = (
    "INSERT INTO landing.snapshot_entry VALUES (:snapshot, :record, :document, 1)",
    "INSERT INTO landing.present (record_id, unit_code, document_id, entry_count, class,"
    " basis_sha256) VALUES (:record, :unit, :document, 1, 'admitted', 'b')",
    "INSERT INTO register.dossier (record_id, unit_code, servant_id, state, document_id,"
    " typed_sha256, snapshot_id, changed_at)"
    " VALUES (:record, :unit, :servant, 'live', :document, 'x', :snapshot, now())",
    "INSERT INTO register.dossier_version (record_id, servant_id, document_id, snapshot_id,"
    " basis_sha256, typed_sha256) VALUES (:record, :servant, :document, :snapshot, 'b', 'x')",
    "INSERT INTO register.identity_alias (identity_number, servant_id) VALUES (:key, :servant)",
    "INSERT INTO register.directory (record_id, unit_code, ho_va_ten, so_dinh_danh)"
    " VALUES (:record, :unit, 'Thí Dụ', :key)",
    "INSERT INTO quality.recheck (record_id, unit_code, why) VALUES (:record, :unit, 'due')",
    "INSERT INTO quality.population_check (record_id, unit_code, asked_hmac, answer, fields,"
    " is_name_close, checked_at, valid_until)"
    " VALUES (:record, :unit, 'x', 'matched', '{}', false, now(), now())",
    "INSERT INTO quality.cause (unit_code, rule_code, cause_hmac, record_count, finding_count,"
    " updated_at) VALUES (:unit, 'R-1', 'x', 1, 1, now())",
    "INSERT INTO registry.code_mapping (unit_code, code_list, local_code, national_code,"
    " reason, state, proposed_by, proposed_at)"
    " VALUES (:unit, 'chuc_vu', :key, 'CV', 'Một lẽ.', 'proposed', 'ai-do', now())",
    "INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of)"
    " VALUES (:unit, 'flag_seen', 'pipeline', now(), '2026-11-23')",
    "INSERT INTO quality.rule_share VALUES (:unit, 'R-1', 1)",
    "INSERT INTO landing.wave_unit VALUES ('w', :unit, 'admitted', '', '{}', :snapshot, now())",
    "INSERT INTO landing.removal VALUES (:unit, 'entries', 1)",
    "INSERT INTO quality.unit_finding (unit_code, rule_code, effect, snapshot_id, figures,"
    " found_at) VALUES (:unit, 'R-2', 'ask', :snapshot, '{}', now())",
    "INSERT INTO quality.snapshot_figures VALUES (:snapshot, :unit, 1, 0, '{}', '[]', now())",
    "INSERT INTO quality.release (unit_code, rule_code, subject, part, part_of, snapshot_id,"
    " figures, actor, reason, released_at)"
    " VALUES (:unit, 'R-2', '', 1, 1, :snapshot, '{}', 'ai-do', 'Một lẽ.', now())",
)
FINDING = (
    "INSERT INTO quality.finding (unit_code, record_id, document_id, snapshot_id, group_name,"
    " row_no, rule_code, field_code, effect, found_at, since)"
    " VALUES (:unit, :record, :document, :snapshot, 'person', 1, 'R-1', 'ho_va_ten', 'ask',"
    " now(), now()) RETURNING finding_id"
)
FLAG = (
    "INSERT INTO quality.flag (finding_id, unit_code, record_id, group_name, row_no,"
    " field_code, rule_code, effect, value_hmac, cause_hmac, state, since, due_on,"
    " opened_at, moved_at) VALUES (:finding, :unit, :record, 'person', 1,"
    " 'ho_va_ten', 'R-1', 'ask', 'x', 'x', 'open', now(), '2026-11-26', now(),"
    " now()) RETURNING flag_id"
)
CORRECTION = (
    "INSERT INTO register.correction (unit_code, record_id, group_name, row_no, field_code,"
    " flag_id, old_hmac, old_value, new_value, reason, state, proposed_by, proposed_at)"
    " VALUES (:unit, :record, 'person', 1, 'ho_va_ten', :flag, 'x', 'a', 'b', 'Một lẽ.',"
    " 'proposed', 'ai-do', now()) RETURNING correction_id"
)
WAIVER = (
    "INSERT INTO quality.waiver (unit_code, flag_id, record_id, group_name, field_code,"
    " rule_code, value_hmac, until_on, reason, state, stated_by, stated_at)"
    " VALUES (:unit, :flag, :record, 'person', 'ho_va_ten', 'R-1', 'x', '2027-01-01',"
    " 'Một lẽ.', 'active', 'ai-do', now()) RETURNING waiver_id"
)


@dataclass(frozen=True, slots=True)
class Planted:
    """The ids of one unit's one person."""

    unit: str
    record: int
    document: int
    snapshot: int
    servant: int
    flag: int
    correction: int
    waiver: int


def plant(conn: Connection, unit: str, key: str) -> Planted:
    """One person of the unit in every table of people, as the pipeline would write them."""

    def made(statement: str, **values: object) -> int:
        return int(conn.execute(text(statement), values).scalar_one())

    record = made(RECORD, unit=unit, key=key)
    document = made(DOCUMENT, unit=unit)
    snapshot = made(SNAPSHOT, unit=unit)
    servant = made("INSERT INTO register.servant DEFAULT VALUES RETURNING servant_id")
    ids = {"unit": unit, "record": record, "document": document, "snapshot": snapshot}
    for statement in REST:
        conn.execute(text(statement), {**ids, "servant": servant, "key": key})
    finding = made(FINDING, **ids)
    flag = made(FLAG, unit=unit, record=record, finding=finding)
    words = {"unit": unit, "record": record, "flag": flag}
    for group in record_groups().values():
        conn.execute(
            text(f"INSERT INTO register.{group.name} (record_id, row_no) VALUES (:record, 1)"),  # noqa: S608 - from the contract
            {"record": record},
        )
    return Planted(
        unit,
        record,
        document,
        snapshot,
        servant,
        flag,
        made(CORRECTION, **words),
        made(WAIVER, **words),
    )


def plant_both(writer: Database) -> tuple[Planted, Planted]:
    """One person here, one there, and a case in which both units have a part."""
    with writer.transaction() as conn:
        conn.execute(text(BASICS))
        ours, theirs = plant(conn, OURS, "079090000001"), plant(conn, THEIRS, "079090000002")
        case = conn.execute(
            text(
                "INSERT INTO quality.conflict_case (servant_id, state, opened_at)"
                " VALUES (:servant, 'open', now()) RETURNING case_id"
            ),
            {"servant": ours.servant},
        ).scalar_one()
        for each in (ours, theirs):
            conn.execute(
                text("INSERT INTO quality.case_party VALUES (:case, :unit, :record)"),
                {"case": case, "unit": each.unit, "record": each.record},
            )
        lone = conn.execute(
            text(
                "INSERT INTO quality.conflict_case (servant_id, state, opened_at)"
                " VALUES (:servant, 'open', now()) RETURNING case_id"
            ),
            {"servant": theirs.servant},
        ).scalar_one()
        conn.execute(
            text("INSERT INTO quality.case_party VALUES (:case, :unit, :record)"),
            {"case": lone, "unit": THEIRS, "record": theirs.record},
        )
    return ours, theirs


def add_person(keeper: Database, login: str, *grants: tuple[Role, str]) -> None:
    """An account whose first password was changed already."""
    accounts.ensure_account(accounts.Wanted(login, login, list(grants)), PASSWORD, db=keeper)


def token_of(keeper: Database, login: str, *, ago: timedelta = timedelta()) -> str:
    """The token of a session opened some time ago; the database looks at its own clock."""
    then = datetime.now(UTC) - ago  # noqa: TID251 - the server compares with now()
    token = sessions.sign_in(login, PASSWORD, "192.0.2.1", db=keeper, clock=lambda: then)
    assert token is not None
    return token


@dataclass(frozen=True, slots=True)
class Scene:
    """The pages' role on a database with people of two units."""

    writer: Database
    keeper: Database
    desk: Database
    ours: Planted
    theirs: Planted

    def signed_in(self, login: str) -> Database:
        return SignedInDatabase(self.desk, token_of(self.keeper, login))


@contextmanager
def scene_in(url_of: Callable[[str], str]) -> Iterator[Scene]:
    """Two units' people, and lan, minh, hoa of HR, dung the steward, son the engineer."""
    roles = ("sync_writer", "portal_keeper", "portal_writer")
    ways = [Database.connect(url_of(role)) for role in roles]
    scene = Scene(*ways, *plant_both(ways[0]))
    know_units(ways[0], OURS, THEIRS)
    add_person(scene.keeper, "lan", (Role.HR_OFFICER, OURS))
    add_person(scene.keeper, "minh", (Role.HR_APPROVER, OURS))
    add_person(scene.keeper, "hoa", (Role.HR_APPROVER, THEIRS))
    add_person(scene.keeper, "dung", (Role.STEWARD, ""))
    add_person(scene.keeper, "son", (Role.ENGINEER, ""))
    yield scene
    for way in ways:
        way.close()


def refusal(database: Database, statement: str, **values: object) -> tuple[str, str]:
    """SQLSTATE and constraint of what the role is told; ('', '') when it may."""
    try:
        with database.transaction() as conn:
            conn.execute(text(statement), values)
    except DatabaseRefusedError as refused:
        return refused.sqlstate, refused.constraint
    return "", ""


def changed(database: Database, statement: str, **values: object) -> int:
    with database.transaction() as conn:
        return conn.execute(text(statement), values).rowcount
