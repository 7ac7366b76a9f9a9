"""Deciding about several at once, in time and too late, with the right and without."""

from collections.abc import Callable, Sequence

import pytest
from requests import Response

from tests.portal.browsing import Reader, text_of
from tests.portal.desk.conftest import (
    ADMINISTRATOR,
    APPROVER,
    LEAVER,
    OFFICER,
    STAFF,
    STEWARD,
)
from tests.portal.desk.test_desk_acts import WHY, decide, ids_in, send
from tests.portal.furnished import PASSWORD
from tests.services.village import A, B, Village

SignIn = Callable[[str], Reader]
RecordsOf = Callable[[str], list[int]]
DECLINE = [("act", "decline"), ("reason", "Chưa có quyết định")]


def proposed(reader: Reader, records: Sequence[int]) -> list[int]:
    """A proposal that each of these records has no telephone, by whoever reads."""
    made: list[int] = []
    for record in records:
        path = f"/ho-so/{record}/sua?group=person&row=1&field=dien_thoai"
        made += ids_in(send(reader, path, [("none", "1"), ("reason", WHY)]))
    return made


def chosen(correction_ids: Sequence[int]) -> list[tuple[str, str]]:
    return [("chosen", str(each)) for each in correction_ids]


def states_of(village: Village, correction_ids: Sequence[int]) -> list[str]:
    rows = village.rows(
        "SELECT state FROM register.correction WHERE correction_id = ANY(:ids)"
        " ORDER BY correction_id",
        ids=list(correction_ids),
    )
    return [row[0] for row in rows]


def lines(answer: Response) -> str:
    """Words of a page that says who may do this, which every such page does."""
    assert answer.status_code == 403
    assert "Hãy tải lại trang" not in answer.text
    assert "Reload the page" not in answer.text
    return text_of(answer)


def entries(village: Village) -> int:
    found: int = village.one("SELECT count(*) FROM ledger.entry")
    return found


@pytest.mark.parametrize("act", ["approve", "decline"])
def test_of_two_chosen_and_one_decided_meanwhile_none_is_moved_and_the_page_says_so(
    signed_in: SignIn, desk_village: Village, records_of: RecordsOf, act: str
) -> None:
    first, second = proposed(signed_in(OFFICER), records_of(A)[2:4])
    approver = signed_in(APPROVER)
    send(signed_in(OFFICER), "/viec/rut-lai", chosen([second]))  # while the form was open
    before = entries(desk_village)

    answer = decide(approver, act, first, *DECLINE[1:], ("chosen", str(second)))

    assert answer.status_code == 409
    assert "Trạng thái hiện nay: đã rút lại" in text_of(answer)
    assert "Chưa có gì bị thay đổi, kể cả các dòng khác đã chọn." in text_of(answer)
    assert states_of(desk_village, [first, second]) == ["proposed", "withdrawn"]
    assert entries(desk_village) == before
    send(signed_in(OFFICER), "/viec/rut-lai", chosen([first]))


def test_several_are_declined_with_one_reason_and_one_entry_in_the_ledger(
    signed_in: SignIn, desk_village: Village, records_of: RecordsOf
) -> None:
    both = proposed(signed_in(OFFICER), records_of(A)[2:4])
    before = entries(desk_village)

    answer = send(signed_in(APPROVER), f"/phe-duyet?unit={A}", [*DECLINE, *chosen(both)])

    assert answer.status_code == 303
    assert ids_in(answer) == both
    assert states_of(desk_village, both) == ["declined", "declined"]
    assert entries(desk_village) == before + 1


def test_of_two_to_take_back_and_one_taken_back_already_none_is_moved(
    signed_in: SignIn, desk_village: Village, records_of: RecordsOf
) -> None:
    officer = signed_in(OFFICER)
    first, second = proposed(officer, records_of(A)[2:4])
    send(officer, "/viec/rut-lai", chosen([second]))

    again = send(officer, "/viec/rut-lai", chosen([first, second]))

    assert again.status_code == 409
    assert states_of(desk_village, [first, second]) == ["proposed", "withdrawn"]
    assert send(officer, "/viec/rut-lai", chosen([first])).status_code == 303


def test_what_is_refused_for_its_state_says_what_is_possible_now(
    signed_in: SignIn, desk_village: Village, records_of: RecordsOf
) -> None:
    officer, approver = signed_in(OFFICER), signed_in(APPROVER)
    approved, declined = proposed(officer, records_of(A)[2:4])
    decide(approver, "approve", approved)
    decide(approver, "decline", declined, *DECLINE[1:])

    in_force = decide(approver, "decline", approved, *DECLINE[1:])
    final = decide(approver, "approve", declined)

    assert (in_force.status_code, final.status_code) == (409, 409)
    assert "Trạng thái hiện nay: đã phê duyệt" in text_of(in_force)
    assert "Bây giờ có thể: Rút lại" in text_of(in_force)
    assert "Bây giờ có thể:" not in text_of(final)
    assert "trạng thái này là cuối cùng" in text_of(final)
    send(approver, "/viec/rut-lai", chosen([approved]))


def test_an_approver_whose_role_was_taken_while_the_form_was_open_decides_nothing(
    signed_in: SignIn, desk_village: Village, desk_portal: str, records_of: RecordsOf
) -> None:
    (correction_id,) = proposed(signed_in(OFFICER), records_of(A)[2:3])
    leaver, administrator = signed_in(LEAVER), signed_in(ADMINISTRATOR)
    token = leaver.form_token(f"/phe-duyet?unit={A}")
    form = {"token": token, "act": "approve", "chosen": str(correction_id)}

    taken = administrator.post(
        f"/tai-khoan/{LEAVER}/vai-tro",
        token=administrator.form_token("/tai-khoan"),
        officer_units=A,
        approver_units="",
    )
    by_old_form = leaver.post(f"/phe-duyet?unit={A}", **form)
    again = Reader(desk_portal)
    again.sign_in(PASSWORD, account=LEAVER)
    by_old_token = again.post(f"/phe-duyet?unit={A}", **form)
    by_new_form = decide(again, "approve", correction_id)

    assert taken.status_code == 303
    assert by_old_form.status_code == 303  # taking a role ends the account's sessions
    assert by_old_form.headers["location"].startswith("/dang-nhap")
    assert (by_old_token.status_code, "Hãy tải lại trang" in by_old_token.text) == (403, True)
    assert "Việc này cần vai trò: Người phê duyệt." in lines(by_new_form)
    assert states_of(desk_village, [correction_id]) == ["proposed"]
    send(signed_in(OFFICER), "/viec/rut-lai", chosen([correction_id]))


@pytest.mark.parametrize(
    ("login", "path", "vi", "en", "home"),
    [
        (STAFF, "/viec", "Cán bộ nhân sự hoặc Người phê duyệt", "HR officer or Approver", "/"),
        (STEWARD, "/dot", "Kỹ sư dữ liệu", "Data engineer", "/gan-ma"),
        (OFFICER, "/tai-khoan", "Quản trị", "Administrator", "/viec"),
        (
            OFFICER,
            f"/viec?unit={B}",
            "Cán bộ nhân sự hoặc Người phê duyệt",
            "HR officer or Approver",
            "/viec",
        ),
    ],
)
def test_whoever_lacks_a_role_is_told_which_whom_to_ask_and_the_way_back(
    signed_in: SignIn, login: str, path: str, vi: str, en: str, home: str
) -> None:
    reader, sign = signed_in(login), "&" if "?" in path else "?"

    answer = reader.get(path)
    english = reader.get(f"{path}{sign}lang=en")
    reader.session.cookies.pop("cbccvc_lang")

    assert f"Việc này cần vai trò: {vi}." in lines(answer)
    assert "hãy đề nghị người quản trị hệ thống cấp vai trò" in lines(answer)
    assert f'<a href="{home}">Về trang đầu của bạn</a>' in answer.text
    assert '<html lang="vi">' in answer.text
    assert "Đăng xuất" in answer.text  # in the frame of every page
    assert f"This needs the role: {en}." in lines(english)
    assert "ask the system's administrator for the role" in lines(english)
    assert f'<a href="{home}">Back to your first page</a>' in english.text


def test_who_proposed_is_told_that_another_officer_decides(
    signed_in: SignIn, desk_village: Village, records_of: RecordsOf
) -> None:
    approver = signed_in(APPROVER)
    (own,) = proposed(approver, records_of(A)[2:3])

    answer = decide(approver, "approve", own)

    assert "Người đề nghị không tự quyết định được" in lines(answer)
    assert "cấp vai trò" not in text_of(answer)
    assert states_of(desk_village, [own]) == ["proposed"]
    send(approver, "/viec/rut-lai", chosen([own]))
