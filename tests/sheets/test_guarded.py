"""No text becomes a formula, and every text comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.sheets.guarded import guard, is_carried, unguard

TRICKY = st.text(alphabet="'=+-@\t\r\n<r>/a＝＋－＠", max_size=8)


@given(TRICKY | st.text())
def test_what_was_guarded_comes_back_as_it_was(text: str) -> None:
    assert unguard(guard(text)) == text


@given(TRICKY)
def test_no_guarded_text_begins_like_a_formula(text: str) -> None:
    assert guard(text)[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert not guard(text).startswith("<r>")


@pytest.mark.parametrize("text", ["Nguyễn Văn A", "'tis", "0123", "a=b"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert guard(text) == text == unguard(text)


@pytest.mark.parametrize(
    ("text", "carried"),
    [("Đặng Thị Ổn", True), ("a\x01b", False), ("a\nb", False), ("a_x0041_b", False)],
)
def test_text_that_programs_would_spoil_is_known(text: str, carried: bool) -> None:
    assert is_carried(text) is carried
