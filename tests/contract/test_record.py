"""The contract is data: every field has a place, a kind, and a list that exists."""

from collections import Counter

import pytest

from sync.contract import registers
from sync.contract.record import (
    ENVELOPE,
    Field,
    all_fields,
    field,
    list_groups,
    record_groups,
    single_groups,
)

FIELDS = all_fields()
KINDS = {"text", "code", "date", "timestamp", "int", "decimal"}
# Lists that a field names and that are no list of codes: registers of their own shape.
OWN_SHAPE = {"ranks", "units", "position_allowance"}
# Planning, personal-history text, assets and health never travel on the plain channel.
SECRET = {
    "hs_lich_su",
    "hs_nuoc_ngoai",
    "ts_ke_khai",
    "sk_tinh_trang",
    "sk_chieu_cao",
    "sk_can_nang",
    "sk_nhom_mau",
    "qh_quy_hoach",
}
SENSITIVE = {"dan_toc", "ton_giao", "pt_ngay_vao", "pt_so_the"}


def test_the_contract_holds_all_the_fields_of_the_national_record() -> None:
    assert len(FIELDS) == 135
    assert len({f.code for f in FIELDS}) == 135


@pytest.mark.parametrize("one", FIELDS, ids=lambda f: f.code)
def test_a_field_says_what_it_is(one: Field) -> None:
    assert one.code.isidentifier()
    assert one.code.islower()
    assert one.kind in KINDS
    assert one.sensitivity in {"basic", "sensitive", "secret"}
    assert one.name_vi
    assert one.name_en
    assert one.tag
    assert one.length is None or one.length > 0


def test_every_field_of_the_record_stands_in_one_group_and_one_place() -> None:
    grouped = [f.code for group in record_groups().values() for f in group.fields]
    places = Counter((f.section, f.tag) for f in FIELDS)

    assert sorted(grouped) == sorted(f.code for f in FIELDS if f.group != ENVELOPE)
    assert [place for place, count in places.items() if count > 1] == []
    for group in record_groups().values():
        assert [f.position for f in group.fields] == list(range(1, len(group.fields) + 1))


def test_a_list_of_a_field_exists() -> None:
    lists = {row["list_name"] for row in registers.code_rows()}
    named = {f.code_list for f in FIELDS if f.code_list}

    assert named - lists == OWN_SHAPE


def test_secret_is_what_the_architecture_calls_secret() -> None:
    assert {f.code for f in FIELDS if f.is_secret} == SECRET


def test_ethnicity_religion_and_party_are_sensitive() -> None:
    assert {f.code for f in FIELDS if f.sensitivity == "sensitive"} >= SENSITIVE


def test_groups_are_lists_or_single_and_a_field_is_found_by_its_code() -> None:
    names = [group.name for group in (*single_groups(), *list_groups())]

    assert sorted(names) == sorted(record_groups())
    assert field("so_dinh_danh").group == "person"
    with pytest.raises(KeyError):
        field("no_such_field")
