"""Who may sign in, for how long, and what ends it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from sync.model.desk import Actor, Role
from sync.model.errors import (
    ConfigurationError,
    DatabaseRefusedError,
    NotFoundError,
    PermissionDeniedError,
    UnknownUnitError,
)
from sync.services import accounts, links, sessions, tokens
from sync.services.accounts import Wanted
from sync.services.grants import parse_grants
from sync.services.permissions import check_may, operator
from sync.services.sessions import Session
from sync.store.database import Database
from tests.portal.conftest import Clock
from tests.portal.figures import MEASURED_AT
from tests.units import know_units

ROOT = operator("root")
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
NEW = "mat-khau-moi-that-dai"
OFFICER = [(Role.HR_OFFICER, "H26")]


@pytest.fixture
def keeper(urls: Callable[[str], str], db: Database) -> Iterator[Database]:
    know_units(db, "H26", "H29")
    keeper = Database.connect(urls("portal_keeper"))
    yield keeper
    keeper.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Desk:
    """The services on one database and one clock."""

    def __init__(self, keeper: Database, clock: Clock) -> None:
        self.db, self.clock = keeper, clock
        self.first = accounts.add_account(
            Wanted("lan", "Nguyễn Thị Lan", OFFICER), actor=ROOT, db=keeper, clock=clock
        )

    def sign_in(self, password: str, login: str = "lan", address: str = HERE) -> str | None:
        return sessions.sign_in(login, password, address, db=self.db, clock=self.clock)

    def session(self, token: str | None) -> Session | None:
        return sessions.find_session(token or "", db=self.db, clock=self.clock)

    def change(self, old: str, new: str = NEW) -> None:
        accounts.change_password("lan", old, new, db=self.db, clock=self.clock)

    def actions(self, reader: Database) -> list[tuple[str, str]]:
        with reader.transaction() as conn:
            rows = conn.execute(
                text(
                    "SELECT action, actor FROM ledger.entry WHERE action LIKE 'account%'"
                    " ORDER BY entry_id"
                )
            )
            return [(row[0], row[1]) for row in rows]


@pytest.fixture
def desk(keeper: Database, clock: Clock) -> Desk:
    return Desk(keeper, clock)


def test_a_password_is_kept_as_an_argon2id_hash_of_its_own(desk: Desk) -> None:
    kept = []
    for old, new in ((desk.first, NEW), (NEW, NEW + "2")):
        desk.change(old, new)
        with desk.db.transaction() as conn:
            kept += conn.execute(
                text("SELECT password_hash FROM portal.account WHERE login = 'lan'")
            ).scalars()

    assert [hashed.startswith("$argon2id$") for hashed in kept] == [True, True]
    assert len(set(kept)) == 2
    assert not any(NEW in hashed for hashed in kept)


def test_a_first_password_opens_a_session_that_must_change_it(desk: Desk) -> None:
    before = desk.session(desk.sign_in(desk.first))
    desk.change(desk.first)
    after = desk.session(desk.sign_in(NEW))

    assert before is not None
    assert before.must_change
    assert after is not None
    assert not after.must_change
    assert after.actor.has(Role.HR_OFFICER, "H26")
    assert desk.sign_in(desk.first) is None


def test_a_session_ends_when_idle_and_at_its_last_hour_however_busy(
    desk: Desk, clock: Clock
) -> None:
    idle, busy = desk.sign_in(desk.first), desk.sign_in(desk.first)
    for _ in range(23):
        clock.now += timedelta(minutes=20)
        assert desk.session(busy) is not None
        if clock.now >= MEASURED_AT + timedelta(minutes=30):
            assert desk.session(idle) is None
    clock.now += timedelta(minutes=19)
    assert desk.session(busy) is not None
    clock.now += timedelta(minutes=1)

    assert desk.session(busy) is None, "eight hours are over"


def test_each_sign_in_has_a_token_of_its_own_and_none_is_kept(
    desk: Desk, keeper: Database
) -> None:
    first, second = desk.sign_in(desk.first), desk.sign_in(desk.first)
    with keeper.transaction() as conn:
        kept = str(conn.execute(text("SELECT * FROM portal.session")).all())

    assert first
    assert second
    assert first != second
    assert len(first) >= 43
    assert first not in kept
    assert desk.session(first[:-1] + ("A" if first[-1] != "A" else "B")) is None
    assert desk.session("") is None
    assert desk.session("\udce9") is None


def test_a_token_chosen_before_a_sign_in_never_becomes_valid(desk: Desk) -> None:
    planted = "x" * 43

    assert desk.session(planted) is None
    desk.sign_in(desk.first)
    assert desk.session(planted) is None


def test_a_password_a_role_a_reset_and_a_closing_end_every_session(desk: Desk) -> None:
    acts: list[Callable[[], object]] = [
        lambda: accounts.set_roles("lan", OFFICER, actor=ROOT, db=desk.db, clock=desk.clock),
        lambda: desk.change(desk.first),
        lambda: accounts.close_account("lan", actor=ROOT, db=desk.db, clock=desk.clock),
    ]
    passwords = [desk.first, desk.first, NEW]
    for act, password in zip(acts, passwords, strict=True):
        opened = [desk.sign_in(password), desk.sign_in(password)]
        assert all(desk.session(token) for token in opened)
        act()
        assert [desk.session(token) for token in opened] == [None, None]

    assert desk.sign_in(NEW) is None, "a closed account opens no more"


def test_a_reset_password_replaces_the_old_one_and_must_change(desk: Desk) -> None:
    desk.change(desk.first)
    opened = desk.sign_in(NEW)

    reset = accounts.reset_password("lan", actor=ROOT, db=desk.db, clock=desk.clock)

    assert desk.session(opened) is None
    assert desk.sign_in(NEW) is None
    session = desk.session(desk.sign_in(reset))
    assert session is not None
    assert session.must_change


def test_five_wrong_passwords_lock_an_account_for_a_quarter_of_an_hour(
    desk: Desk, clock: Clock
) -> None:
    for number in range(5):
        assert desk.sign_in("sai", address=f"192.0.2.{number}") is None

    assert desk.sign_in(desk.first) is None, "locked, from wherever"
    clock.now += timedelta(minutes=14, seconds=59)
    assert desk.sign_in(desk.first) is None
    clock.now += timedelta(seconds=1)
    assert desk.sign_in(desk.first) is not None


def test_a_right_password_forgets_the_wrong_ones_before(desk: Desk) -> None:
    for _ in range(3):
        for _ in range(4):
            assert desk.sign_in("sai") is None
        assert desk.sign_in(desk.first) is not None


def test_an_old_password_is_not_guessed_from_inside_a_session(desk: Desk) -> None:
    for _ in range(5):
        with pytest.raises(PermissionDeniedError, match="old password"):
            desk.change("sai")

    with pytest.raises(PermissionDeniedError, match="old password"):
        desk.change(desk.first)
    assert desk.sign_in(desk.first) is None


def test_guesses_are_braked_by_address_and_in_all(desk: Desk, clock: Clock) -> None:
    def is_braked(address: str) -> bool:
        return sessions.is_braked(address, db=desk.db, clock=clock)

    with desk.db.transaction() as conn:
        conn.execute(
            text(
                "INSERT INTO portal.sign_in_failure SELECT :here, :now"
                " FROM generate_series(1, 9)"
            ),
            {"here": HERE, "now": clock.now},
        )
    assert not is_braked(HERE)
    desk.sign_in("sai", login="ai-do")
    assert is_braked(HERE)
    assert not is_braked(ELSEWHERE)
    with desk.db.transaction() as conn:
        conn.execute(
            text(
                "INSERT INTO portal.sign_in_failure SELECT '198.51.100.' || n, :now"
                " FROM generate_series(1, 190) AS n"
            ),
            {"now": clock.now},
        )
    assert is_braked(ELSEWHERE)
    clock.now += timedelta(minutes=5)
    assert not is_braked(HERE)


@pytest.mark.parametrize("new", ["ngan", "x" * 11, "x" * 257])
def test_a_new_password_is_long_enough_and_not_endless(desk: Desk, new: str) -> None:
    with pytest.raises(ConfigurationError, match="12"):
        desk.change(desk.first, new)
    with pytest.raises(ConfigurationError, match="not the old one"):
        desk.change(desk.first, desk.first)


def test_only_an_administrator_changes_accounts_and_never_the_own_way_in(desk: Desk) -> None:
    officer = Actor("lan", frozenset(OFFICER))
    admin = Actor("quan", frozenset({(Role.ADMINISTRATOR, "")}))
    words = {"db": desk.db, "clock": desk.clock}
    accounts.add_account(
        Wanted("quan", "Quân", [(Role.ADMINISTRATOR, "")]), actor=admin, **words
    )
    refused: list[Callable[[], object]] = [
        lambda: accounts.add_account(Wanted("ba", "Ba", []), actor=officer, **words),
        lambda: accounts.set_roles("lan", OFFICER, actor=officer, **words),
        lambda: accounts.reset_password("quan", actor=officer, **words),
        lambda: accounts.close_account("quan", actor=officer, **words),
        lambda: links.link_account("lan", ("https://x", "s"), actor=officer, **words),
        lambda: tokens.issue_token(tokens.WantedToken("lan", "x"), actor=officer, **words),
        lambda: tokens.revoke_token(1, actor=officer, **words),
        lambda: accounts.close_account("quan", actor=admin, **words),
        lambda: accounts.set_roles("quan", OFFICER, actor=admin, **words),
    ]
    for act in refused:
        with pytest.raises(PermissionDeniedError):
            act()


@pytest.mark.parametrize("login", ["", "A", "Lan", "a b", "pipeline", "operator", "lan"])
def test_a_login_that_is_taken_reserved_or_odd_is_refused(desk: Desk, login: str) -> None:
    with pytest.raises(ConfigurationError, match="login"):
        accounts.add_account(Wanted(login, "Ai", []), actor=ROOT, db=desk.db, clock=desk.clock)


def test_roles_are_written_as_words_and_name_a_unit_where_they_must() -> None:
    assert parse_grants(["hr_officer:h26", "steward"]) == [
        (Role.HR_OFFICER, "H26"),
        (Role.STEWARD, ""),
    ]
    with pytest.raises(ConfigurationError, match="is no role"):
        parse_grants(["boss"])


@pytest.mark.parametrize("grants", [[(Role.HR_OFFICER, "")], [(Role.STEWARD, "H26")]])
def test_a_role_with_a_wrong_unit_is_refused(
    desk: Desk, grants: list[tuple[Role, str]]
) -> None:
    with pytest.raises(ConfigurationError, match="hr_officer:CODE"):
        accounts.set_roles("lan", grants, actor=ROOT, db=desk.db, clock=desk.clock)


def test_every_change_of_an_account_is_in_the_ledger_without_a_password(
    desk: Desk, db: Database
) -> None:
    words = {"actor": ROOT, "db": desk.db, "clock": desk.clock}
    desk.change(desk.first)
    accounts.set_roles("lan", [(Role.STEWARD, "")], **words)
    accounts.reset_password("lan", **words)
    token = tokens.issue_token(tokens.WantedToken("lan", "Trung tâm"), **words)
    tokens.revoke_token(tokens.list_tokens(db=desk.db)[0].token_id, **words)
    links.link_account("lan", ("https://login.example", "sub-1"), **words)
    accounts.close_account("lan", **words)

    with db.transaction() as conn:
        figures = str(conn.execute(text("SELECT figures FROM ledger.entry")).all())
    assert desk.actions(db) == [
        ("account_added", "root"),
        ("account_password_changed", "lan"),
        ("account_roles_set", "root"),
        ("account_password_reset", "root"),
        ("account_token_issued", "root"),
        ("account_token_revoked", "root"),
        ("account_linked", "root"),
        ("account_closed", "root"),
    ]
    assert token not in figures
    assert "Lan" not in figures, "a login is no name"


def test_the_keeper_signs_for_accounts_only(keeper: Database) -> None:
    statement = (
        "INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of)"
        " VALUES ('H26', 'snapshot_released', 'lan', now(), '2026-11-23')"
    )
    with pytest.raises(DatabaseRefusedError, match="42501"), keeper.transaction() as conn:
        conn.execute(text(statement))


def test_a_linked_account_has_one_way_in_at_a_time(desk: Desk) -> None:
    words = {"actor": ROOT, "db": desk.db, "clock": desk.clock}
    issuer, subject = "https://login.example", "sub-1"

    def vouched() -> str | None:
        return sessions.sign_in_vouched(issuer, subject, db=desk.db, clock=desk.clock)

    assert vouched() is None
    links.link_account("lan", (issuer, subject), **words)
    session = desk.session(vouched())
    assert session is not None
    assert not session.must_change
    assert desk.sign_in(desk.first) is None, "the password is gone"
    assert sessions.sign_in_vouched("https://other", subject, db=desk.db) is None
    accounts.add_account(Wanted("ba", "Ba", []), **words)
    with pytest.raises(ConfigurationError, match="linked to account lan"):
        links.link_account("ba", (issuer, subject), **words)
    reset = accounts.reset_password("lan", **words)
    assert vouched() is None, "a password again, and nobody else vouches"
    assert desk.sign_in(reset) is not None


def test_a_token_is_shown_once_kept_hashed_and_opens_its_scope(
    desk: Desk, keeper: Database, clock: Clock
) -> None:
    words = {"db": desk.db, "clock": clock}
    token = tokens.issue_token(
        tokens.WantedToken("lan", "Trung tâm", days=30), actor=ROOT, **words
    )
    with keeper.transaction() as conn:
        kept = str(conn.execute(text("SELECT * FROM portal.api_token")).all())

    assert token not in kept
    assert tokens.find_token(token, **words) == {"scorecard"}
    assert tokens.find_token(token + "x", **words) is None
    assert tokens.find_token("", **words) is None
    assert tokens.find_token("x" * 10_000, **words) is None
    clock.now += timedelta(days=30)
    assert tokens.find_token(token, **words) is None


def test_a_revoked_token_and_one_of_a_closed_account_open_nothing(
    desk: Desk, clock: Clock
) -> None:
    words = {"db": desk.db, "clock": clock}
    wanted = tokens.WantedToken("lan", "Trung tâm")
    one, other = (tokens.issue_token(wanted, actor=ROOT, **words) for _ in range(2))

    tokens.revoke_token(tokens.list_tokens(db=desk.db)[0].token_id, actor=ROOT, **words)
    assert tokens.find_token(other, **words) is None
    assert tokens.find_token(one, **words) == {"scorecard"}
    accounts.close_account("lan", actor=ROOT, **words)
    assert tokens.find_token(one, **words) is None
    with pytest.raises(ConfigurationError, match="closed"):
        tokens.issue_token(wanted, actor=ROOT, **words)
    with pytest.raises(NotFoundError, match="no token 99"):
        tokens.revoke_token(99, actor=ROOT, **words)


def test_a_token_notes_its_use_once_a_minute(desk: Desk, clock: Clock) -> None:
    words = {"db": desk.db, "clock": clock}
    token = tokens.issue_token(tokens.WantedToken("lan", "Trung tâm"), actor=ROOT, **words)
    seen: list[datetime | None] = []
    for seconds in (0, 30, 29, 1):
        clock.now += timedelta(seconds=seconds)
        tokens.find_token(token, **words)
        seen.append(tokens.list_tokens(db=desk.db)[0].last_used_at)

    start = clock.now - timedelta(seconds=60)
    assert seen == [start, start, start, clock.now]
    assert start.tzinfo is UTC


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [
        ("", {"scorecard"}, 1),
        ("x", set(), 1),
        ("x", {"people"}, 1),
        ("x", {"scorecard"}, 0),
        ("x", {"scorecard"}, 367),
    ],
)
def test_a_token_without_name_scope_or_term_is_refused(
    desk: Desk, name: str, scopes: set[str], days: int
) -> None:
    wanted = tokens.WantedToken("lan", name, frozenset(scopes), days)

    with pytest.raises(ConfigurationError):
        tokens.issue_token(wanted, actor=ROOT, db=desk.db, clock=desk.clock)


def test_a_role_is_asked_for_by_name_and_unit() -> None:
    lan = Actor("lan", frozenset(OFFICER))

    check_may(lan, Role.HR_OFFICER, "H26")
    check_may(ROOT, Role.HR_APPROVER, "H29")
    for role, unit in ((Role.HR_OFFICER, "H29"), (Role.HR_APPROVER, "H26"), (Role.STEWARD, "")):
        with pytest.raises(PermissionDeniedError, match=role):
            check_may(lan, role, unit)


def test_a_role_in_a_unit_that_never_was_is_refused_and_nothing_is_kept(
    desk: Desk, keeper: Database, db: Database
) -> None:
    told = "There is no unit H99: give a code of the registry, cbccvc status lists them"
    wrong = [(Role.STEWARD, ""), (Role.HR_OFFICER, "H99")]
    before = desk.actions(db)

    with pytest.raises(UnknownUnitError, match=told):
        accounts.add_account(Wanted("minh", "Minh", wrong), actor=ROOT, db=keeper)
    with pytest.raises(UnknownUnitError, match=told):
        accounts.set_roles("lan", wrong, actor=ROOT, db=keeper)

    assert [each["login"] for each in accounts.list_accounts(db=keeper)] == ["lan"]
    assert accounts.list_accounts(db=keeper)[0]["roles"] == ["hr_officer:H26"]
    assert desk.actions(db) == before


def test_a_role_in_a_unit_that_has_ended_may_be_given(
    desk: Desk, keeper: Database, db: Database
) -> None:
    with db.transaction() as conn:
        conn.execute(
            text(
                "UPDATE registry.unit SET valid_on = '[2000-01-01,2025-06-30]'"
                " WHERE unit_code = 'H29'"
            )
        )

    accounts.set_roles("lan", [(Role.HR_OFFICER, "H29")], actor=ROOT, db=keeper)

    assert accounts.list_accounts(db=keeper)[0]["roles"] == ["hr_officer:H29"]


def test_of_the_registry_the_keeper_of_accounts_sees_codes_of_units_alone(
    keeper: Database,
) -> None:
    for statement in (
        "SELECT name_vi FROM registry.unit",
        "SELECT * FROM registry.source",
        "DELETE FROM registry.unit",
    ):
        with pytest.raises(DatabaseRefusedError) as refused, keeper.transaction() as conn:
            conn.execute(text(statement))
        assert refused.value.sqlstate == "42501"
