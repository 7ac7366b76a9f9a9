"""A form as long as its pages let people type is taken whole; a longer one is told so."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from sync.portal.bodies import LONGEST_BODY, LONGEST_FORM
from sync.portal.cause_page import PEOPLE_SHOWN
from sync.portal.desk_deps import LONGEST_REASON, LONGEST_VALUE
from tests.portal.browsing import Reader
from tests.portal.desk.conftest import APPROVER, OFFICER
from tests.portal.desk.test_desk_acts import cause_address, flags_of, send
from tests.services.village import A, Village

SignIn = Callable[[str], Reader]
LETTER = "ế"
# Letters of a value, the names of the value and of the reason, and the route's own answer: the
# form was read whole, and what it names is not there, not readable or not theirs to decide.
FORMS = {
    "/viec/gan-ma": (LONGEST_VALUE, "code", "reason", 404),
    "/ho-so/{record}/sua?group=person&row=1&field=email": (
        LONGEST_VALUE,
        "value",
        "reason",
        422,
    ),
    "/phe-duyet": (0, "", "reason", 404),
    "/gan-ma": (0, "", "reason", 403),
    "/viec/thoi-chap-nhan": (0, "", "reason", 404),
    "/ho-so/{record}": (0, "", "reason", 200),
}


def full_page(flag_ids: list[int]) -> list[tuple[str, str]]:
    """A cause's form with every field of every person of a page as long as it may be."""
    numbers = flag_ids + list(range(10**17, 10**17 + PEOPLE_SHOWN - len(flag_ids)))
    fields = [("flag", str(each)) for each in numbers]
    fields += [(f"value_{each}", LETTER * LONGEST_VALUE) for each in numbers]
    reasons = [(name, LETTER * LONGEST_REASON) for name in ("reason", "waive_reason")]
    return [*fields, ("value", LETTER * LONGEST_VALUE), ("act", "propose"), *reasons]


def test_a_full_page_of_the_longest_values_comes_through_and_stands_in_the_form_again(
    signed_in: SignIn, desk_village: Village
) -> None:
    flag_ids = flags_of(desk_village, "CA002a")

    answer = send(
        signed_in(OFFICER), cause_address(desk_village, "CA002a"), full_page(flag_ids)
    )

    assert answer.status_code == 422  # a day is wanted, no long word
    for flag_id in flag_ids:
        assert f'href="#value_{flag_id}"' in answer.text
        typed = re.search(rf'name="value_{flag_id}"[^>]*value="({LETTER}+)"', answer.text)
        assert typed is not None
        assert len(typed[1]) == LONGEST_VALUE
    assert f'value="{LETTER * LONGEST_REASON}"' in answer.text


def test_a_form_with_one_byte_too_many_is_told_so_in_a_sentence_of_its_own(
    signed_in: SignIn, desk_village: Village
) -> None:
    reader, path = signed_in(OFFICER), cause_address(desk_village, "CA002a")
    token = [("token", reader.form_token("/gan-ma")), ("act", "propose")]
    limit = LONGEST_BODY["act_on_cause"]
    bare = len(urlencode([*token, ("value", "")]))

    def sent(size: int) -> tuple[int, str]:
        fields = [*token, ("value", "x" * (size - bare))]
        answer = reader.session.post(reader.address + path, data=fields, timeout=30)
        return answer.status_code, answer.text

    just, (status, page) = sent(limit), sent(limit + 1)

    assert just[0] == 422
    assert status == 413
    assert "Biểu mẫu gửi lên dài quá mức cho phép" in page
    assert "The form is longer than is allowed" in page
    assert "2026-11-23" not in page
    assert "xxx" not in page


@pytest.mark.parametrize("path", FORMS)
def test_no_form_of_the_desk_is_longer_than_its_route_takes(
    signed_in: SignIn, desk_village: Village, path: str
) -> None:
    length, name, reason, answered = FORMS[path]
    record = desk_village.one(
        "SELECT min(record_id) FROM landing.record WHERE unit_code = :u", u=A
    )
    chosen = [("chosen", str(10**16 + n)) for n in range(PEOPLE_SHOWN)]
    fields = [(reason, LETTER * LONGEST_REASON), ("act", "decline"), *chosen]
    fields += [(name, LETTER * length)] if name else []

    answer = send(signed_in(APPROVER), path.format(record=record), fields)

    assert answer.status_code == answered
    assert not name or len(urlencode(fields)) > LONGEST_FORM
