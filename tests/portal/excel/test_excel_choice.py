"""What a sheet is of: a rule, an effect or all, with a reason; and a wave between both ways."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from sync.demo.people import one
from tests.portal.browsing import Reader, text_of
from tests.portal.excel.conftest import OFFICER
from tests.portal.excel.test_excel import PAGE, REASON, counts, download, previewed
from tests.services.village import A, Village
from tests.sheets.books import SHEET, edited

SignIn = Callable[[str], Reader]
SENSITIVE = "person.ton_giao"


def columns(path: Path) -> set[str]:
    """Codes of the sheet's columns."""
    return {str(cell.value) for cell in load_workbook(path)[SHEET][1]}


def rows_of(reader: Reader, query: str) -> int:
    """How many rows the page says a sheet of this choice has."""
    found = re.search(r"Bảng có (\d+) dòng", text_of(reader.get(f"{PAGE}{query}")))
    return int(found[1]) if found else 0


def test_a_sheet_is_chosen_by_a_form_that_keeps_what_was_chosen(
    signed_in: SignIn, tmp_path: Path
) -> None:
    reader = signed_in(OFFICER)
    page = reader.get(f"{PAGE}?rule=ID017b&effect=ask").text

    assert re.search(r'<form[^>]+method="get"[^>]+action="/viec/tai-len"', page)
    assert re.search(r'<option value="ID017b" selected>', page)
    assert '<option value="ask" selected>' in page
    action = re.search(r'action="(/viec/tai-xuong\?[^"]+)"', page)
    assert action is not None
    assert unescape(action[1]) == f"/viec/tai-xuong?unit={A}&rule=ID017b&effect=ask"
    whole, blocking, asking = (
        rows_of(reader, each) for each in ("", "?effect=block", "?effect=ask")
    )
    assert whole == 5
    assert blocking + asking >= whole >= asking > 0
    assert blocking < whole
    taken = download(reader, tmp_path, "?effect=block")
    assert load_workbook(taken)[SHEET].max_row == 2 + blocking
    assert reader.get(f"{PAGE}?effect=count").status_code == 400


def test_sensitive_columns_are_taken_only_with_a_reason_and_that_is_in_the_ledger(
    signed_in: SignIn, excel_village: Village, tmp_path: Path
) -> None:
    reader = signed_in(OFFICER)
    page = text_of(reader.get(PAGE))
    token = reader.form_token(PAGE)

    quoting = reader.post("/viec/tai-xuong", token=token, reason="Số 001085 " + "123456")
    without = columns(download(reader, tmp_path, reason=""))
    with_one = columns(download(reader, tmp_path, reason="Đối chiếu lý lịch"))
    reasons = excel_village.rows(
        "SELECT figures ->> 'reason', figures -> 'fields' ? 'ton_giao' FROM ledger.entry"
        " WHERE action = 'sheet_exported' ORDER BY entry_id DESC LIMIT 2"
    )

    assert "trường nhạy cảm: Tôn giáo" in page
    assert (quoting.status_code, 'href="#reason"' in quoting.text) == (422, True)
    assert "Bảng này hỏi về trường nhạy cảm" not in text_of(reader.get(f"{PAGE}?rule=ID017b"))
    assert SENSITIVE not in without
    assert SENSITIVE in with_one
    assert reasons == [("Đối chiếu lý lịch", True), (None, False)]


@pytest.fixture
def moved_on(signed_in: SignIn, excel_village: Village, tmp_path: Path) -> Path:
    """A changed sheet whose record got another value from its source meanwhile."""
    path = download(signed_in(OFFICER), tmp_path)

    def edit(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        assert rows.cell(3, at["person.email"]).value == "not an address"
        rows.cell(3, at["person.email"]).value = "dung@example.org"

    one(excel_village.houses[A].people[1], "person")["email"] = "still no address"
    excel_village.day += 1
    excel_village.wave()
    return edited(path, edit, tmp_path / "b.xlsx")


def test_a_cell_that_a_wave_changed_meanwhile_is_shown_with_its_three_values(
    signed_in: SignIn, excel_village: Village, moved_on: Path
) -> None:
    reader = signed_in(OFFICER)

    draft = previewed(reader, moved_on)
    page = reader.get(f"{draft}?group=conflict").text
    cells = re.findall(r'<td class="said">(?:<strong>)?([^<]+)', page)
    refused = reader.post(draft, token=reader.form_token(draft), reason=REASON)

    assert counts(reader, draft)["Có bản mới hơn"] == 1
    assert counts(reader, draft)["Sẽ đề nghị"] == 0
    assert cells == ["not an address", "dung@example.org", "still no address"]
    assert refused.status_code in (303, 409)
    assert excel_village.one("SELECT count(*) FROM register.correction") == 0
