"""Values as sent are found where the reading opens them, by path and in a whole document."""

from typing import Any

from sync.contract.profile import GroupMapping, Profile
from sync.store.reading import ROW_OFFSET
from sync.store.sent import sent_path, sent_rows

PROFILE = Profile(
    name="p",
    title="",
    connector="",
    records_path=(),
    total_path=(),
    key_path=("k",),
    groups=(
        GroupMapping(
            "person", ("ho_so",), {"ho_va_ten": ("ten",), "email": ("thu", "dia_chi")}
        ),
        GroupMapping("reward", ("kt",), {"rw_hinh_thuc": ("ht",)}),
        GroupMapping("reward", ("kt_khac",), {"rw_hinh_thuc": ("loai",)}),
    ),
)
DOC: dict[str, Any] = {
    "ho_so": {"ten": "An", "thu": {"dia_chi": 5}, "anh": None},
    "kt": [{"ht": "A"}, {"ht": True}],
    "kt_khac": [{"loai": "B"}, "khong phai dong"],
}


def test_a_path_names_the_row_of_its_own_list() -> None:
    assert sent_path(PROFILE, "person", 1, "email") == ("ho_so", "thu", "dia_chi")
    assert sent_path(PROFILE, "reward", 2, "rw_hinh_thuc") == ("kt", "1", "ht")
    second = sent_path(PROFILE, "reward", ROW_OFFSET + 1, "rw_hinh_thuc")
    assert second == ("kt_khac", "0", "loai")
    assert sent_path(PROFILE, "reward", 2 * ROW_OFFSET + 1, "rw_hinh_thuc") is None
    assert sent_path(PROFILE, "person", 1, "dien_thoai") is None


def test_a_documents_rows_are_text_as_the_database_prints_them() -> None:
    assert sent_rows(PROFILE, DOC) == {
        "person": {1: {"ho_va_ten": "An", "email": "5"}},
        "reward": {
            1: {"rw_hinh_thuc": "A"},
            2: {"rw_hinh_thuc": "true"},
            ROW_OFFSET + 1: {"rw_hinh_thuc": "B"},
            ROW_OFFSET + 2: {},
        },
    }
    assert sent_rows(PROFILE, ["kein Objekt"]) == {"person": {}, "reward": {}}
