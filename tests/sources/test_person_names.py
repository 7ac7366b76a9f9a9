"""One name written in two ways is told apart from another name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.sources.person_names import folded, is_same_but_for_form

SAME = {
    "accents": ("Nguyễn Thị Hòa", "Nguyen Thi Hoa"),
    "case": ("Nguyễn Thị Hòa", "NGUYỄN THỊ HÒA"),
    "two spaces": ("Nguyễn Thị Hòa", "Nguyễn  Thị Hòa "),
    "no space": ("Nguyễn Thị Hòa", "NguyễnThị Hòa"),
    "a space that does not break": ("Nguyễn Thị Hòa", "Nguyễn\u00a0Thị Hòa"),
    "a sign nobody sees": ("Nguyễn Thị Hòa", "Nguyễn\u200b Thị Hòa"),
    "decomposed": ("Đặng Thế Hiệp", unicodedata.normalize("NFD", "Đặng Thế Hiệp")),
    "the tone on the other vowel": ("Trần Thị Hòa", "Trần Thị Hoà"),
    "the same, decomposed": ("Lê Thúy", unicodedata.normalize("NFD", "Lê Thuý")),
    "a stroke": ("Đỗ Đình Đức", "Do Dinh Duc"),
    "horn and breve": ("Trương Văn Tăng", "Truong Van Tang"),
    "a typewriter's apostrophe": ("H'Mai Niê", "H’Mai Niê"),
    "another tone, which may be another person": ("Lê Văn Hùng", "Lê Văn Hưng"),
}
OTHER = {
    "another given name": ("Nguyễn Văn An", "Nguyễn Văn Anh"),
    "another order": ("Y Thông Niê", "Niê Y Thông"),
    "a middle name less": ("Nguyễn Thị Hòa", "Nguyễn Hòa"),
    "a sign more": ("H'Mai Niê", "HMai Niê"),
    "nothing": ("", ""),
    "signs only": ("\u0301 ", "\u0300"),
}


@pytest.mark.parametrize("how", SAME)
def test_another_way_of_writing_is_the_same_name(how: str) -> None:
    assert is_same_but_for_form(*SAME[how])


@pytest.mark.parametrize("how", OTHER)
def test_another_name_is_another_name(how: str) -> None:
    assert not is_same_but_for_form(*OTHER[how])


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(st.text(), st.sampled_from(["NFC", "NFD"]))
def test_the_form_of_unicode_makes_no_difference(name: str, form: str) -> None:
    assert folded(unicodedata.normalize(form, name)) == folded(name)  # type: ignore[arg-type]  # the form's literal type
