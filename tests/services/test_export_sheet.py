"""The sheet of a unit: text that stays text, wrong cells marked, nobody else's people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sync.model.errors import ConfigurationError, PermissionDeniedError
from sync.services.correct import Desk
from sync.services.export_sheet import SheetOrder, export_sheet, list_sensitive
from sync.store.database import Database
from sync.store.sheets import Chosen
from tests.conftest import Urls
from tests.services.desk import approver, officer
from tests.services.sheet_unit import FORMULA, WHY, cells, exported, spoiled
from tests.services.village import A, B, Village
from tests.sheets.books import SHEET, WORDS


@pytest.fixture
def unit(village: Village) -> Village:
    return spoiled(village)


@pytest.fixture
def desk(unit: Village, urls: Urls) -> Iterator[Desk]:
    checker = Database.connect(urls("desk_checker"))
    yield Desk(unit.db, checker)
    checker.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.xlsx"


def test_a_sheet_holds_each_row_with_a_question_once(
    unit: Village, desk: Desk, path: Path
) -> None:
    done = exported(unit, desk, path)

    asked = unit.rows(
        "SELECT DISTINCT record_id, group_name, row_no FROM quality.flag WHERE state = 'open'"
    )
    places = [(r["record_id"], r["group_name"], r["row_no"]) for r in cells(path)]
    assert sorted(places) == sorted((str(a), b, str(c)) for a, b, c in asked)
    assert (done.row_count, done.total_count, done.is_cut) == (5, 5, False)


def test_every_value_is_text_and_no_program_evaluates_it(
    unit: Village, desk: Desk, path: Path
) -> None:
    exported(unit, desk, path)
    sheet = load_workbook(path)[SHEET]
    filled = [cell for row in sheet.iter_rows(min_row=3) for cell in row if cell.value]

    assert {cell.data_type for cell in filled} == {"s"}
    assert {cell.number_format for cell in filled} == {"@"}
    rows = cells(path)
    assert f"'{FORMULA}" in {row["person.email"] for row in rows}
    assert all(row["who.so_dinh_danh"].startswith("0") for row in rows)
    assert rows[3]["recruitment.ngay_vao_co_quan"] == "01/01/1970"


def test_a_wrong_cell_is_marked_and_says_what_to_do(
    unit: Village, desk: Desk, path: Path
) -> None:
    exported(unit, desk, path)
    sheet = load_workbook(path)[SHEET]
    codes = {cell.value: cell.column for cell in sheet[1]}
    wrong, right = (sheet.cell(number, codes["person.email"]) for number in (3, 5))
    unreadable = sheet.cell(7, codes["person.ngay_cap_cccd"])

    assert "ID017b: Địa chỉ thư điện tử sai cú pháp; hãy kiểm tra." in wrong.comment.text
    assert (right.comment, right.fill.fgColor.rgb) == (None, "00000000")
    assert wrong.fill.fgColor.rgb == "FFFFD9A8"
    assert unreadable.value is None
    assert WORDS.unreadable in unreadable.comment.text


def test_codes_are_chosen_from_a_hidden_list_with_names(
    unit: Village, desk: Desk, path: Path
) -> None:
    exported(unit, desk, path)
    book = load_workbook(path)
    (choice,) = book[SHEET].data_validations.dataValidation

    assert book[WORDS.lists_sheet].sheet_state == "hidden"
    offered = [cell.value for cell in book[WORDS.lists_sheet]["A"]]
    assert "01 - Phật giáo" in offered
    assert choice.formula1 == f"'{WORDS.lists_sheet}'!$A$1:$A${len(offered)}"
    assert "ZZ" in {row["person.ton_giao"] for row in cells(path)}


def test_what_people_should_not_touch_is_hidden_and_the_head_is_frozen(
    unit: Village, desk: Desk, path: Path
) -> None:
    exported(unit, desk, path)
    sheet = load_workbook(path)[SHEET]

    assert sheet.row_dimensions[1].hidden
    assert sheet.column_dimensions["A"].hidden
    assert (sheet.freeze_panes, sheet.protection.sheet) == ("G3", False)
    assert sheet["F2"].value == WORDS.who[1]


def test_a_sensitive_value_is_told_only_where_it_is_the_question(
    unit: Village, desk: Desk, path: Path
) -> None:
    exported(unit, desk, path)

    assert {row["person.ton_giao"] for row in cells(path)} == {None, "ZZ"}
    assert reasons_kept(unit) == [WHY]


def reasons_kept(unit: Village) -> list[str]:
    """Reasons of downloads, as the ledger has them."""
    rows = unit.rows(
        "SELECT figures ->> 'reason' FROM ledger.entry"
        " WHERE action = 'sheet_exported' AND figures ? 'reason'"
    )
    return [row[0] for row in rows]


def test_without_a_reason_sensitive_columns_are_left_out_and_their_questions_stay(
    unit: Village, desk: Desk, path: Path
) -> None:
    done = exported(unit, desk, path, reason=" ")

    rows = cells(path)
    assert done.row_count == len(rows) == 5
    assert not [code for row in rows for code in row if code == "person.ton_giao"]
    assert "ZZ" not in {value for row in rows for value in row.values()}
    assert reasons_kept(unit) == []
    assert [f.code for f in list_sensitive(Chosen(A), db=unit.db)] == ["ton_giao"]
    assert list_sensitive(Chosen(A, rule_code="ID017b"), db=unit.db) == []


def test_a_reason_that_quotes_a_number_takes_no_sheet(
    unit: Village, desk: Desk, path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="quotes a number"):
        exported(unit, desk, path, reason="Của 001085 " + "123456")
    assert not path.exists()


def test_a_sheet_can_be_about_one_rule(unit: Village, desk: Desk, path: Path) -> None:
    done = exported(unit, desk, path, rule_code="ID017b")

    assert done.row_count == 2
    fields = {code for row in cells(path) for code in row if code.startswith("person.")}
    assert fields == {"person.email"}


def test_who_took_how_many_is_in_the_ledger_and_no_value(
    unit: Village, desk: Desk, path: Path
) -> None:
    exported(unit, desk, path, rule_code="ID017b")

    (entry,) = unit.rows(
        "SELECT unit_code, actor, figures FROM ledger.entry WHERE action = 'sheet_exported'"
    )
    figures = {"row_count": 2, "record_count": 2, "rule_code": "ID017b", "fields": ["email"]}
    assert entry == (A, "an", figures)


def test_only_an_officer_of_the_unit_takes_its_sheet(
    unit: Village, desk: Desk, path: Path
) -> None:
    order = SheetOrder(Chosen(A), WORDS)
    for actor in (officer(B), approver(A)):
        with pytest.raises(PermissionDeniedError):
            export_sheet(path, order, actor=actor, desk=desk, clock=unit.clock)
    assert not path.exists()
