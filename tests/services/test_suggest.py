"""A suggestion is the same value written otherwise; where that is not sure there is none."""

import pytest

from sync.contract.record import field
from sync.services.suggest import suggest_value
from sync.sources.profiles import load_profile

DAY_FIRST, ISO = load_profile("hrm_trang"), load_profile("hrm_con_tro")


@pytest.mark.parametrize(
    ("code", "sent", "meant"),
    [
        ("so_dinh_danh", "001 085 000 456", "001085000456"),
        ("so_dinh_danh", "001.085-000456", "001085000456"),
        ("so_dinh_danh", "001085000456", None),
        ("so_dinh_danh", "00108500045", None),
        ("so_dinh_danh", "00108500045O", None),
        ("so_bhxh", "01 2345 6789", "0123456789"),
        ("ho_va_ten", "nguyễn  VĂN an", "Nguyễn Văn An"),
        ("ho_va_ten", "Nguyễn Văn An", None),
        ("ho_va_ten", "Nguyễn Văn 4n", None),
        ("sal_ma_ngach", " 01.003 ", "01.003"),
        ("sal_bac", "3", None),
        ("ngay_sinh", "31.12.1980", "1980-12-31"),
        ("ngay_sinh", "1/2/1980", "1980-02-01"),
        ("ngay_sinh", "31/12/1980", None),
        ("ngay_sinh", "32.12.1980", None),
        ("ngay_sinh", "1980", None),
        ("ngay_sinh", "  ", None),
        ("ngay_sinh", None, None),
    ],
)
def test_only_the_writing_is_mended(code: str, sent: str | None, meant: str | None) -> None:
    assert suggest_value(field(code), sent, DAY_FIRST) == meant


def test_day_and_month_are_not_guessed_where_the_source_writes_iso() -> None:
    assert suggest_value(field("ngay_sinh"), "01.02.1980", ISO) is None
    assert suggest_value(field("ngay_sinh"), "13.02.1980", ISO) == "1980-02-13"
    assert suggest_value(field("ngay_sinh"), "13.02.1980", None) == "1980-02-13"


def test_what_is_no_field_gets_no_suggestion() -> None:
    assert suggest_value(None, "x", None) is None
