"""A unit with a few spoiled records, and its sheet."""

from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from sync.demo.people import one
from sync.services.correct import Desk
from sync.services.export_sheet import Exported, SheetOrder, export_sheet
from sync.store.sheets import Chosen
from tests.services.desk import knowing_rules, officer, remember_rules
from tests.services.village import A, Village
from tests.sheets.books import SHEET, WORDS

AN = officer(A, "an")
WHY = "Đối chiếu hồ sơ giấy"
FORMULA = "=cmd|' /C calc'!A0"


def spoiled(village: Village, count: int = 9) -> Village:
    """An address that is none, a formula for one, an unknown code, an impossible day."""
    knowing_rules(village)
    people = village.add(A, count).people
    one(people[1], "person")["email"] = "not an address"
    one(people[2], "person")["email"] = FORMULA
    one(people[3], "person")["ton_giao"] = "ZZ"
    one(people[4], "recruitment")["ngay_vao_co_quan"] = "1970-01-01"
    one(people[5], "person")["ngay_cap_cccd"] = "2010-02-31"
    village.wave()
    remember_rules(village)
    return village


def exported(
    village: Village,
    desk: Desk,
    path: Path,
    reason: str = WHY,
    **chosen: Any,  # noqa: ANN401 - fields of Chosen
) -> Exported:
    """The sheet, with sensitive values unless there is no reason."""
    order = SheetOrder(Chosen(A, **chosen), WORDS, reason)
    return export_sheet(path, order, actor=AN, desk=desk, clock=village.clock)


def cells(path: Path) -> list[dict[str, Any]]:
    """Rows of the sheet by column code."""
    sheet = load_workbook(path)[SHEET]
    codes = [cell.value for cell in sheet[1]]
    return [
        dict(zip(codes, (cell.value for cell in row), strict=True))
        for row in sheet.iter_rows(min_row=3)
        if row[0].value
    ]
