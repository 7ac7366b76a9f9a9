"""Who is written to and who is mute: by whom it may be said, and what is kept of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import text

from sync.model.desk import Actor, Role
from sync.model.errors import (
    ConfigurationError,
    DatabaseRefusedError,
    NotFoundError,
    PermissionDeniedError,
)
from sync.services import notify
from sync.services.notice_book import (
    end_address,
    list_addresses,
    list_mutes,
    mute,
    set_address,
    unmute,
)
from sync.store.database import Database, SignedInDatabase
from sync.store.notices import Address, Mute
from tests.conftest import Urls
from tests.model.test_notice import NO_MAILBOXES
from tests.services.notice_desk import ALL, MAI, OFFICE, TODAY, Desk
from tests.services.village import A, B, Village

STEWARD = Actor("lan", frozenset({(Role.STEWARD, "")}))
APPROVER = Actor("minh", frozenset({(Role.HR_APPROVER, A)}))
OFFICER = Actor("hoa", frozenset({(Role.HR_OFFICER, A)}))


@pytest.fixture
def desk(village: Village) -> Desk:
    return Desk(village)


def word(**other: Any) -> Address:  # noqa: ANN401 - any field of an address
    values: dict[str, Any] = {
        "unit_code": A, "email": OFFICE, "kinds": ALL, "first_on": TODAY, "last_on": None,
        "stated_by": "",
    }  # fmt: skip
    return Address(**values | other)


def entries(desk: Desk) -> list[Any]:
    return desk.village.rows(
        "SELECT unit_code, action, actor, figures FROM ledger.entry"
        " WHERE action LIKE 'notice%' ORDER BY entry_id"
    )


def test_a_stewards_word_on_an_address_is_kept_and_the_ledger_does_not_name_the_mailbox(
    desk: Desk,
) -> None:
    kept = set_address(
        word(email=" VanThu@Donvi-A.gov.vn ", kinds=("level", "digest", "level")),
        actor=STEWARD, **desk.tools,
    )  # fmt: skip

    assert kept == word(kinds=("digest", "level"), stated_by="lan")
    assert list_addresses(**desk.tools) == [kept]
    number = desk.run("SELECT address_id FROM registry.notice_address")
    assert entries(desk) == [
        (A, "notice_address_set", "lan", {"address_id": number, "kinds": ["digest", "level"]})
    ]


def test_a_later_word_ends_the_one_before_and_replaces_what_was_to_come(desk: Desk) -> None:
    for days, kinds in ((0, ("digest",)), (9, ("hold",)), (5, ("level",))):
        set_address(
            word(first_on=TODAY + timedelta(days=days), kinds=kinds), actor=MAI, **desk.tools
        )

    assert [
        (each.kinds, each.first_on, each.last_on) for each in list_addresses(**desk.tools)
    ] == [
        (("digest",), TODAY, TODAY + timedelta(days=4)),
        (("level",), TODAY + timedelta(days=5), None),
    ]


def test_an_address_that_ended_is_no_longer_listed(desk: Desk) -> None:
    set_address(word(first_on=TODAY - timedelta(days=9)), actor=MAI, **desk.tools)
    end_address(A, OFFICE, actor=STEWARD, **desk.tools)

    assert list_addresses(**desk.tools) == []
    assert entries(desk)[-1][1:] == ("notice_address_ended", "lan", {"count": 1})
    with pytest.raises(NotFoundError, match=f"{A} has no such address"):
        end_address(A, OFFICE, actor=STEWARD, **desk.tools)


def test_the_database_refuses_what_is_not_one_plain_mailbox(desk: Desk) -> None:
    kept = []
    for email in (*NO_MAILBOXES, OFFICE.upper()):
        with pytest.raises(DatabaseRefusedError) as refused:
            desk.run(
                "INSERT INTO registry.notice_address (unit_code, email, kinds, valid_on,"
                " stated_by, stated_at) VALUES ('H26', :email, '{hold}', '[,)', 'x', now())",
                email=email,
            )
        kept.append(refused.value.constraint)

    assert set(kept) == {"notice_address_email_check"}


@pytest.mark.parametrize(
    ("other", "error", "says"),
    [
        ({"email": "0912345678@donvi.gov.vn"}, ConfigurationError, "may be a person's"),
        ({"kinds": ()}, ConfigurationError, "use digest, level, hold"),
        ({"kinds": ("gossip",)}, ConfigurationError, "use digest, level, hold"),
        ({"last_on": TODAY - timedelta(days=1)}, ConfigurationError, "before the first one"),
        ({"unit_code": "Z99"}, NotFoundError, "no unit Z99"),
    ],
)
def test_a_word_that_cannot_hold_is_refused(
    desk: Desk, other: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        set_address(word(**other), actor=MAI, **desk.tools)

    assert (list_addresses(**desk.tools), entries(desk)) == ([], [])


@pytest.mark.parametrize("actor", [APPROVER, OFFICER])
def test_only_a_steward_says_who_is_written_to(desk: Desk, actor: Actor) -> None:
    with pytest.raises(PermissionDeniedError, match="steward"):
        set_address(word(), actor=actor, **desk.tools)
    with pytest.raises(PermissionDeniedError, match="steward"):
        end_address(A, OFFICE, actor=actor, **desk.tools)

    assert entries(desk) == []


def silence(until: date = TODAY, **other: str) -> Mute:
    values = {"unit_code": A, "kind": "digest", "reason": " The office moves. "} | other
    return Mute(until_on=until, stated_by="", **values)


@pytest.mark.parametrize("actor", [STEWARD, APPROVER])
def test_silence_is_listed_with_its_end_and_stands_in_the_ledger(
    desk: Desk, actor: Actor
) -> None:
    until = TODAY + timedelta(days=7)
    mute(silence(), actor=actor, **desk.tools)
    mute(silence(until), actor=actor, **desk.tools)

    listed = Mute(A, "digest", until, "The office moves.", actor.login)
    assert list_mutes(**desk.tools) == [listed]
    unit, action, by, figures = entries(desk)[-1]
    assert (unit, action, by) == (A, "notice_muted", actor.login)
    assert figures["until_on"] == until.isoformat()
    assert figures["reason"] == "The office moves."


def test_silence_ends_by_itself_or_by_a_word(desk: Desk) -> None:
    mute(silence(TODAY), actor=MAI, **desk.tools)
    mute(silence(TODAY + timedelta(days=3), kind="hold"), actor=MAI, **desk.tools)
    desk.village.day = 1
    left = [each.kind for each in list_mutes(**desk.tools)]
    counts = [unmute(A, ["hold"], actor=APPROVER, **desk.tools) for _ in range(2)]

    assert (left, counts, list_mutes(**desk.tools)) == (["hold"], [1, 0], [])
    assert [action for _, action, *_ in entries(desk)] == [
        "notice_muted", "notice_muted", "notice_unmuted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "error", "says"),
    [
        (silence(TODAY - timedelta(days=1)), ConfigurationError, "Silence ends on a day from"),
        (silence(TODAY + timedelta(days=91)), ConfigurationError, "to 2027-02-21"),
        (silence(reason=" "), ConfigurationError, "A reason is needed"),
        (silence(reason="Ask 0912 345 678"), ConfigurationError, "may be a person's"),
        (silence(kind="gossip"), ConfigurationError, "use digest, level, hold"),
        (silence(unit_code="Z99"), NotFoundError, "no unit Z99"),
    ],
)
def test_silence_that_says_too_little_is_refused(
    desk: Desk, said: Mute, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        mute(said, actor=MAI, **desk.tools)

    assert (list_mutes(**desk.tools), entries(desk)) == ([], [])


@pytest.mark.parametrize("actor", [OFFICER, Actor("ha", frozenset({(Role.HR_APPROVER, B)}))])
def test_nobody_else_silences_a_unit(desk: Desk, actor: Actor) -> None:
    mute(silence(), actor=MAI, **desk.tools)

    with pytest.raises(PermissionDeniedError, match=f"hr_approver for unit {A}"):
        mute(silence(), actor=actor, **desk.tools)
    with pytest.raises(PermissionDeniedError, match=f"hr_approver for unit {A}"):
        unmute(A, [], actor=actor, **desk.tools)

    assert len(list_mutes(**desk.tools)) == 1


@contextmanager
def signed_in(urls: Urls, actor: Actor) -> Iterator[Database]:
    """The pages' way in for an account with this actor's roles."""
    keeper, pages = (
        Database.connect(urls(role)) for role in ("portal_keeper", "portal_writer")
    )
    with keeper.transaction() as conn:
        account = conn.execute(
            text(
                "INSERT INTO portal.account (login, display_name, must_change, created_by,"
                " created_at) VALUES (:login, '', false, 'x', now()) RETURNING account_id"
            ),
            {"login": actor.login},
        ).scalar_one()
        for role, unit in actor.grants:
            conn.execute(
                text("INSERT INTO portal.account_role VALUES (:a, :role, :unit, 'x', now())"),
                {"a": account, "role": role, "unit": unit},
            )
        conn.execute(
            text(
                "INSERT INTO portal.session (token_sha256, form_key, account_id, opened_at,"
                " idle_until, ends_at) VALUES (:token, 'x', :a, now(), now() + interval '1 h',"
                " now() + interval '1 h')"
            ),
            {"token": sha256(actor.login.encode()).digest(), "a": account},
        )
    try:
        yield SignedInDatabase(pages, actor.login)
    finally:
        keeper.close()
        pages.close()


def seen(database: Database) -> list[list[str]]:
    """Units whose addresses, notices, mails and silence this way in shows."""
    with database.transaction() as conn:
        return [
            list(conn.execute(text(f"SELECT DISTINCT {what} ORDER BY 1")).scalars())
            for what in (
                "unit_code FROM registry.notice_address",
                "unit_code FROM registry.notice",
                "n.unit_code FROM registry.notice_mail JOIN registry.notice AS n"
                " USING (notice_id)",
                "unit_code FROM registry.notice_mute",
            )
        ]


@pytest.fixture
def told(desk: Desk) -> Desk:
    """Both units have an address, a notice in the queue, and silence about holds."""
    for unit in (A, B):
        desk.address(unit)
        desk.silence("hold", TODAY, unit)
    notify.queue_digests(**desk.tools)
    return desk


@pytest.mark.parametrize(
    ("actor", "units"),
    [
        (OFFICER, [A]),
        (APPROVER, [A]),
        (STEWARD, [A, B]),
        (Actor("ky", frozenset({(Role.ENGINEER, "")})), [A, B]),
        (Actor("uyban", frozenset({(Role.COMMITTEE, "")})), []),
        (Actor("khach"), []),
    ],
    ids=lambda value: value.login if isinstance(value, Actor) else "",
)
def test_the_pages_show_a_unit_its_own_notices_only(
    told: Desk, urls: Urls, actor: Actor, units: list[str]
) -> None:
    with signed_in(urls, actor) as pages:
        assert seen(pages) == [units] * 4


def test_without_a_session_the_pages_see_no_address(told: Desk, urls: Urls) -> None:
    pages = Database.connect(urls("portal_writer"))

    assert seen(pages) == [[]] * 4
    pages.close()


def test_an_approver_silences_their_own_unit_on_the_pages(told: Desk, urls: Urls) -> None:
    tools = {"clock": told.village.clock}
    with signed_in(urls, APPROVER) as pages:
        mute(silence(), actor=APPROVER, db=pages, **tools)
        assert unmute(A, [], actor=APPROVER, db=pages, **tools) == 2

    assert [each.unit_code for each in list_mutes(**told.tools)] == [B]


ADD = (
    "INSERT INTO registry.notice_mute (unit_code, kind, until_on, reason, stated_by, stated_at)"
    " VALUES (:unit, 'digest', '2026-12-01', 'x', :by, now())"
)


@pytest.mark.parametrize(
    ("actor", "statement", "values"),
    [
        (APPROVER, ADD, {"unit": B, "by": "minh"}),
        (APPROVER, ADD, {"unit": A, "by": "lan"}),
        (OFFICER, ADD, {"unit": A, "by": "hoa"}),
        (APPROVER, "DELETE FROM registry.notice_mute", {}),
        (APPROVER, "UPDATE registry.notice_mute SET until_on = '2099-01-01'", {}),
        (STEWARD, "UPDATE registry.notice_mail SET email = 'x@y.vn'", {}),
        (
            STEWARD,
            "INSERT INTO registry.notice_address (unit_code, email, kinds, valid_on, stated_by,"
            " stated_at) VALUES ('H26', 'x@y.vn', '{hold}', '[,)', 'x', now())",
            {},
        ),
    ],
)
def test_the_database_refuses_the_pages_what_the_services_refuse(
    told: Desk, urls: Urls, actor: Actor, statement: str, values: dict[str, str]
) -> None:
    with signed_in(urls, actor) as pages:
        with pytest.raises(DatabaseRefusedError) as refused, pages.transaction() as conn:
            conn.execute(text(statement), values)

        assert refused.value.sqlstate == "42501"


def test_an_officer_ends_nobodys_silence_by_sql(told: Desk, urls: Urls) -> None:
    statement = "UPDATE registry.notice_mute SET ended_at = now(), ended_by = :by"
    for actor in (OFFICER, Actor("ha", frozenset({(Role.HR_APPROVER, "H99")}))):
        with signed_in(urls, actor) as pages, pages.transaction() as conn:
            conn.execute(text(statement), {"by": actor.login})

    assert len(list_mutes(**told.tools)) == 2
