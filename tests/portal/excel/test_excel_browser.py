"""Sheets as a person meets them: headless Chromium, phone and desk."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.portal.excel.conftest import OFFICER
from tests.portal.furnished import PASSWORD
from tests.portal.windows import DESK, PHONE, looked_at, sign_in
from tests.sheets.books import edited

pytestmark = pytest.mark.browser

PAGE = "/viec/tai-len"


@pytest.fixture(scope="module")
def officer(browser: Browser, excel_portal: str) -> Iterator[Page]:
    """An officer's window."""
    page = browser.new_page(viewport={"width": DESK, "height": 900})
    yield sign_in(page, excel_portal + "/dang-nhap", OFFICER, PASSWORD)
    page.close()


def change(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
    rows.cell(3, at["person.email"]).value = "dung@example.org"
    rows.cell(4, at["person.email"]).value = "still not an address"
    rows.cell(5, at["person.ton_giao"]).value = "01 - Phật giáo"
    rows.cell(6, at["recruitment.ngay_vao_co_quan"]).value = "chưa rõ"


def test_a_sheet_is_taken_changed_brought_and_confirmed_in_the_browser(
    officer: Page, excel_portal: str, tmp_path: Path
) -> None:
    officer.goto(excel_portal + PAGE)
    officer.get_by_label("Lý do tải trường nhạy cảm").fill("Đối chiếu hồ sơ giấy")
    with officer.expect_download() as taken:
        officer.get_by_role("button", name="Tải bảng tính xuống").click()
    taken.value.save_as(tmp_path / "a.xlsx")
    officer.get_by_label("Tệp bảng tính").set_input_files(
        edited(tmp_path / "a.xlsx", change, tmp_path / "b.xlsx")
    )
    officer.get_by_role("button", name="Xem trước").click()
    draft = officer.url.removeprefix(excel_portal)

    pages = [PAGE, f"{PAGE}?rule=ID017b", f"{draft}?group=accepted", f"{draft}?group=rule"]
    wrong = {path: looked_at(officer, excel_portal + path) for path in pages}
    officer.goto(f"{excel_portal}{draft}?group=accepted")
    officer.get_by_label("Lý do sửa").fill("Đối chiếu hồ sơ giấy")
    officer.get_by_role("button", name="Gửi 2 đề nghị sửa").click()

    said = officer.get_by_role("status").inner_text()
    if folder := os.environ.get("CBCCVC_TEST_PICTURES"):  # noqa: TID251 - a test run has no settings
        for number, path in enumerate([*pages, draft]):
            for width in (PHONE, DESK):
                officer.set_viewport_size({"width": width, "height": 800})
                officer.goto(excel_portal + path)
                officer.screenshot(path=f"{folder}/{number}-{width}.png", full_page=True)

    assert "Đã gửi 2 đề nghị sửa." in said
    assert {path: each for path, each in wrong.items() if each} == {}
