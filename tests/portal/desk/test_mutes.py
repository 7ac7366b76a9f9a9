"""Where a unit's approver or a steward mutes notices, and whoever may not is refused."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape

import pytest
import requests

from sync.services.context import today
from sync.store.server import EmbeddedServer
from tests.portal.browsing import Reader, text_of
from tests.portal.desk.conftest import APPROVER, GRANTS, OFFICER, OTHER, STAFF, STEWARD
from tests.portal.furnished import Furnished, furnished, now
from tests.services.village import A, B, Village

SignIn = Callable[[str], Reader]
PAGE, UNDO = "/thong-bao", "/thong-bao/bat-lai"
REASON = "Văn phòng chuyển trụ sở <b>."


def fill(village: Village) -> None:
    """Two units; who is silent needs no wave."""
    village.add(A, 1)
    village.add(B, 1, "hrm_con_tro")


@pytest.fixture
def place(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    with furnished(server, tmp_path_factory.mktemp("portal-mutes"), fill, GRANTS) as place:
        yield place


@pytest.fixture
def signed_in(place: Furnished) -> SignIn:
    return place.signed_in


def day(days: int) -> date:
    return today(now) + timedelta(days=days)


def silence(reader: Reader, days: int = 10, **other: str) -> requests.Response:
    fields = {"unit": A, "kind": "digest", "until": day(days).isoformat(), "reason": REASON}
    return reader.post(PAGE, token=reader.form_token(PAGE), **fields | other)


def undo(reader: Reader, unit: str = A, kind: str = "digest") -> requests.Response:
    return reader.post(UNDO, token=reader.form_token(PAGE), unit=unit, kind=kind)


def words_in_force(place: Furnished) -> list[tuple[str, str, date, str]]:
    return [tuple(row) for row in place.village.rows(
        "SELECT unit_code, kind, until_on, stated_by FROM registry.notice_mute"
        " WHERE ended_at IS NULL ORDER BY mute_id")]  # fmt: skip


def signed(place: Furnished) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in place.village.rows(
        "SELECT unit_code, action, actor FROM ledger.entry"
        " WHERE action LIKE 'notice%' ORDER BY entry_id")]  # fmt: skip


def test_an_approver_mutes_a_kind_until_a_day_and_everybody_of_the_unit_sees_why(
    place: Furnished, signed_in: SignIn
) -> None:
    assert "Không có loại thông báo nào đang tắt" in text_of(signed_in(OFFICER).get(PAGE))

    assert silence(signed_in(APPROVER)).status_code == 303
    seen = signed_in(OFFICER).get(PAGE)

    assert words_in_force(place) == [(A, "digest", day(10), APPROVER)]
    assert signed(place) == [(A, "notice_muted", APPROVER)]
    assert "<b>" not in seen.text.partition("<main")[2].partition("</main>")[0]
    assert REASON in unescape(seen.text)
    assert f"{day(10):%d/%m/%Y}" in seen.text
    assert "Chỉ người phê duyệt" in text_of(seen)
    assert UNDO not in seen.text
    assert REASON not in unescape(signed_in(OTHER).get(PAGE).text)
    english = text_of(signed_in(STEWARD).get(f"{PAGE}?lang=en"))
    assert "Daily digest" in english
    assert "Unmute" in english


def test_a_kind_is_wanted_again_by_an_approver_or_a_steward(
    place: Furnished, signed_in: SignIn
) -> None:
    silence(signed_in(APPROVER))
    silence(signed_in(STEWARD), unit=B, kind="hold")

    assert undo(signed_in(STEWARD)).status_code == 303
    assert undo(signed_in(OTHER), unit=B, kind="hold").status_code == 303

    assert words_in_force(place) == []
    assert signed(place) == [
        (A, "notice_muted", APPROVER),
        (B, "notice_muted", STEWARD),
        (A, "notice_unmuted", STEWARD),
        (B, "notice_unmuted", OTHER),
    ]


def test_an_officer_another_unit_and_the_committee_are_refused(
    place: Furnished, signed_in: SignIn
) -> None:
    silence(signed_in(APPROVER))

    for login in (OFFICER, OTHER):
        reader = signed_in(login)
        token = reader.form_token("/viec")
        for path in (PAGE, UNDO):
            answer = reader.post(
                path, token=token, unit=A, kind="digest", until=day(3).isoformat(), reason="x"
            )
            assert answer.status_code == 403, (login, path)
    staff = signed_in(STAFF)
    assert staff.get(PAGE).status_code == 403
    assert staff.post(PAGE, token=staff.form_token("/dinh-nghia"), unit=A, kind="hold",
                      until=day(3).isoformat(), reason="x").status_code == 403  # fmt: skip
    assert words_in_force(place) == [(A, "digest", day(10), APPROVER)]
    assert signed(place) == [(A, "notice_muted", APPROVER)]


def test_what_cannot_be_muted_is_said_at_its_field_and_nothing_is_kept(
    place: Furnished, signed_in: SignIn
) -> None:
    reader = signed_in(APPROVER)

    past, far = silence(reader, -1), silence(reader, 91)
    none, bare = silence(reader, until=""), silence(reader, reason=" ")
    naming = silence(reader, reason="Người có số 001085 " + "123456")
    forged = reader.post(PAGE, unit=A, kind="hold", until=day(3).isoformat(), reason="x")

    for answer in (past, far, none):
        assert answer.status_code == 422
        assert 'id="wrong-until"' in answer.text
    for answer in (bare, naming):
        assert answer.status_code == 422
        assert 'id="wrong-reason"' in answer.text
    assert forged.status_code == 403
    assert silence(reader, kind="all").status_code == 400
    assert words_in_force(place) == []
    assert signed(place) == []
