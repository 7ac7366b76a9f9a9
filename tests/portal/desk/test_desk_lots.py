"""Approving a whole lot, of one act or one cause: looked at first, then all or nothing."""

import re
from collections.abc import Callable

import pytest
from requests import Response

from tests.portal.browsing import Reader, text_of
from tests.portal.desk.conftest import APPROVER, OFFICER, OTHER
from tests.portal.desk.test_desk_acts import (
    WHY,
    cause_address,
    flags_of,
    ids_in,
    recruited_on,
    send,
    states,
)
from tests.portal.desk.test_desk_decisions import chosen, entries, states_of
from tests.services.village import A, B, Village

SignIn = Callable[[str], Reader]


def propose_pair(reader: Reader, village: Village) -> list[int]:
    """Two values proposed by one act."""
    flag_ids = flags_of(village, "CA002a")
    fields = [("act", "propose"), ("reason", WHY), *recruited_on(village, flag_ids)]
    return ids_in(send(reader, cause_address(village, "CA002a"), fields))


def link_to_lot(reader: Reader, count: int) -> str:
    """The address behind "look at and approve all of them" on the page of approvals."""
    page = reader.get(f"/phe-duyet?unit={A}").text
    found = re.search(rf'<a href="([^"]+)">Xem và phê duyệt cả {count} đề nghị', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def agree(reader: Reader, address: str, page: Response) -> Response:
    """The form of the page as it was shown."""
    hidden = dict(re.findall(r'name="(count|last)" value="(\d+)"', page.text))
    assert set(hidden) == {"count", "last"}
    return send(reader, address, list(hidden.items()))


def test_a_lot_is_looked_at_first_and_then_approved_at_once(
    signed_in: SignIn, desk_village: Village
) -> None:
    officer, approver = signed_in(OFFICER), signed_in(APPROVER)
    both = propose_pair(officer, desk_village)
    address = link_to_lot(approver, 2)

    page = approver.get(address)
    still = states_of(desk_village, both)
    english = text_of(approver.get(f"{address}&lang=en"))
    approver.session.cookies.pop("cbccvc_lang")
    before = entries(desk_village)
    answer = agree(approver, address, page)
    after = text_of(approver.get(answer.headers["location"]))

    assert "2 đề nghị đang chờ phê duyệt trong lô này." in text_of(page)
    assert text_of(page).count("01/01/1970 → ") == 2
    assert "Approve all 2 proposals" in english
    assert still == ["proposed", "proposed"]  # looking decides nothing
    assert answer.status_code == 303
    assert "Đã phê duyệt 2 đề nghị." in after
    assert states_of(desk_village, both) == ["approved", "approved"]
    assert states(desk_village, flags_of(desk_village, "CA002a")) == ["approved", "approved"]
    assert entries(desk_village) == before + 1
    assert agree(approver, address, page).status_code == 404  # nothing waits in it any more
    send(approver, "/viec/rut-lai", chosen(both))


def test_a_lot_that_changed_after_it_was_looked_at_is_shown_again_and_nothing_is_approved(
    signed_in: SignIn, desk_village: Village
) -> None:
    officer, approver = signed_in(OFFICER), signed_in(APPROVER)
    first, second = propose_pair(officer, desk_village)
    address = link_to_lot(approver, 2)
    page = approver.get(address)
    send(officer, "/viec/rut-lai", chosen([first]))

    answer = agree(approver, address, page)

    assert answer.status_code == 409
    assert "Lô này vừa thay đổi" in text_of(answer)
    assert "1 đề nghị đang chờ phê duyệt trong lô này." in text_of(answer)
    assert states_of(desk_village, [first, second]) == ["withdrawn", "proposed"]
    assert agree(approver, address, answer).status_code == 303  # once more, as it is now
    assert states_of(desk_village, [second]) == ["approved"]
    send(approver, "/viec/rut-lai", chosen([second]))


def test_a_lot_never_holds_ones_own_proposals_and_is_for_approvers_of_the_unit(
    signed_in: SignIn, desk_village: Village
) -> None:
    approver = signed_in(APPROVER)
    own = propose_pair(approver, desk_village)
    address = f"/phe-duyet/tat-ca?unit={A}&lot={own[0]}"
    forged = [("count", "2"), ("last", str(own[1]))]

    assert "cùng lúc" not in approver.get(f"/phe-duyet?unit={A}").text
    assert approver.get(address).status_code == 404
    assert send(approver, address, forged).status_code == 404
    assert send(signed_in(OFFICER), address, forged).status_code == 403
    assert send(signed_in(OTHER), address, forged).status_code == 403
    assert send(signed_in(OTHER), address.replace(A, B), forged).status_code == 404
    assert approver.get(f"/phe-duyet/tat-ca?unit={A}").status_code == 404
    assert approver.post(address, count="2", last=str(own[1])).status_code == 403
    assert states_of(desk_village, own) == ["proposed", "proposed"]
    send(approver, "/viec/rut-lai", chosen(own))


@pytest.mark.parametrize("proposers", [(OFFICER, OFFICER), (OFFICER, APPROVER)])
def test_what_several_acts_proposed_for_one_cause_is_a_lot_without_ones_own(
    signed_in: SignIn, desk_village: Village, proposers: tuple[str, str]
) -> None:
    path = cause_address(desk_village, "CA002a")
    typed = recruited_on(desk_village, flags_of(desk_village, "CA002a"))
    made: list[int] = []
    for number, login in enumerate(proposers):
        fields = [("act", "propose"), ("reason", WHY), typed[number], typed[2 + number]]
        answer = send(signed_in(login), path, fields)
        made += ids_in(answer)
    approver = signed_in(APPROVER)
    others = made[:1] if APPROVER in proposers else made
    address = f"/phe-duyet/tat-ca?{path.partition('?')[2]}"
    is_offered = f"cả {len(made)} đề nghị" in approver.get(f"/phe-duyet?unit={A}").text

    page = approver.get(address)
    answer = agree(approver, address, page)

    assert is_offered == (others == made)
    assert f"{len(others)} đề nghị đang chờ" in text_of(page)
    assert "CA002a" in text_of(page)
    assert answer.status_code == 303
    assert states_of(desk_village, others) == ["approved"] * len(others)
    assert states_of(desk_village, made[len(others) :]) == ["proposed"] * (2 - len(others))
    send(approver, "/viec/rut-lai", chosen(made))
