"""Deciding about several at once, in time and too late, with the right and without."""

from collections.abc import Callable, Sequence

import pytest

from tests.portal.browsing import Reader, text_of
from tests.portal.desk.conftest import APPROVER, OFFICER
from tests.portal.desk.test_desk_acts import WHY, decide, ids_in, send
from tests.services.village import A, Village

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
