"""Writes the workbook row by row; memory does not grow with the rows, comments aside."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import orjson
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sync.sheets.guarded import guard
from sync.sheets.layout import (
    COLUMN_LIMIT,
    FIRST_ROW,
    HIDDEN,
    LEADING,
    ROW_LIMIT,
    Column,
    SheetRow,
    SheetWords,
)

TEXT = "@"
LONGEST_CELL = 32_000
WIDTHS = {"who.so_hieu_bndp": 14, "who.ho_va_ten": 26, "who.so_dinh_danh": 15, "about": 48}
FIELD_WIDTH = 22
NOTE_SIZE = {"x_scale": 2.2, "y_scale": 1.4}
Lists = Mapping[str, Sequence[str]]  # code list -> its choices, in order


class BookWriter:
    """An open workbook; closing writes it. No text of a person is ever a formula."""

    def __init__(
        self, path: Path, columns: Sequence[Column], lists: Lists, words: SheetWords
    ) -> None:
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._columns = list(columns)[: COLUMN_LIMIT - len(LEADING)]
        self._words = words
        self._next = FIRST_ROW
        self._sheet: Worksheet = self._book.add_worksheet(words.sheet)
        self._formats()
        self._guide()
        self._lists(lists)
        self._head()

    def __enter__(self) -> "BookWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._book.close()

    def add(self, row: SheetRow) -> None:
        """The next row."""
        place, self._next = self._next, self._next + 1
        said = (str(row.record_id), row.group, str(row.row_no), _keys(row), *row.who, row.about)
        for number, text in enumerate(said):
            self._text(place, number, text, self._still)
        for number, column in enumerate(self._columns, len(LEADING)):
            cell = row.cells.get(column.field) if column.group == row.group else None
            if cell is None:
                self._sheet.write_blank(place, number, None, self._none)
                continue
            self._text(place, number, cell.shown, self._wrong if cell.note else self._open)
            if cell.note:
                self._sheet.write_comment(place, number, cell.note, NOTE_SIZE)

    def _text(self, row: int, column: int, text: str, form: Format) -> None:
        if text:
            self._sheet.write_string(row, column, guard(text), form)
        else:
            self._sheet.write_blank(row, column, None, form)

    def _formats(self) -> None:
        add = self._book.add_format
        edge = {"num_format": TEXT, "border": 1, "border_color": "#C9D2DB", "valign": "top"}
        self._open = add(edge)
        self._wrong = add({**edge, "bg_color": "#FFD9A8"})
        self._still = add(
            {**edge, "bg_color": "#F1F4F7", "font_color": "#4B5864", "text_wrap": True}
        )
        self._none = add({"bg_color": "#D5DBE1"})
        self._title = add(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "bg_color": "#0B4A8F",
                "font_color": "#FFFFFF",
                "border": 1,
                "num_format": TEXT,
            }
        )
        self._words_format = add({"text_wrap": True, "valign": "top", "num_format": TEXT})

    def _guide(self) -> None:
        sheet = self._book.add_worksheet(self._words.guide_sheet)
        sheet.set_column(0, 0, 110)
        for number, line in enumerate(self._words.guide):
            sheet.write_string(number, 0, line, self._words_format)

    def _lists(self, lists: Lists) -> None:
        """A hidden sheet with a column of choices a list; where each stands."""
        sheet = self._book.add_worksheet(self._words.lists_sheet)
        sheet.hide()
        names = list(lists)
        for number in range(max((len(lists[name]) for name in names), default=0)):
            for column, name in enumerate(names):
                if number < len(lists[name]):
                    choice = guard(lists[name][number])
                    sheet.write_string(number, column, choice, self._words_format)
        self._choices = {
            name: (
                f"='{self._words.lists_sheet}'!"
                + xlsxwriter.utility.xl_range_abs(0, column, len(lists[name]) - 1, column)
            )
            for column, name in enumerate(names)
            if lists[name]
        }

    def _head(self) -> None:
        """Codes in a hidden row, titles, what is frozen, and the choices of code columns."""
        sheet, last = self._sheet, FIRST_ROW + ROW_LIMIT - 1
        for number, code in enumerate([*LEADING, *(column.code for column in self._columns)]):
            sheet.write_string(0, number, code)
        sheet.set_row(0, None, None, {"hidden": True})
        sheet.set_row(1, 48)
        titles = [*HIDDEN, *self._words.who, self._words.about]
        for number, title in enumerate([*titles, *(column.title for column in self._columns)]):
            sheet.write_string(1, number, title, self._title)
        for number, code in enumerate(LEADING):
            sheet.set_column(number, number, WIDTHS.get(code, 8), None, _hiding(code))
        for number, column in enumerate(self._columns, len(LEADING)):
            sheet.set_column(number, number, FIELD_WIDTH)
            if column.code_list in self._choices:
                sheet.data_validation(
                    FIRST_ROW, number, last, number, self._choice(column.code_list)
                )
        sheet.freeze_panes(FIRST_ROW, len(HIDDEN) + 2)
        sheet.autofilter(1, len(HIDDEN), last, len(LEADING) + max(len(self._columns), 1) - 1)

    def _choice(self, code_list: str) -> dict[str, object]:
        """A warning, no stop: what is not in the list is told when the sheet comes back."""
        return {
            "validate": "list",
            "source": self._choices[code_list],
            "error_type": "warning",
            "error_title": self._words.list_title,
            "error_message": self._words.list_text,
        }


def _hiding(code: str) -> dict[str, bool]:
    return {"hidden": code in HIDDEN}


def _keys(row: SheetRow) -> str:
    """Field -> seal, with the value where it fits; a sheet says what was exported."""
    said = {
        field: [cell.seal, cell.value] if cell.is_carried else [cell.seal]
        for field, cell in row.cells.items()
    }
    written = orjson.dumps(said).decode()
    if len(written) <= LONGEST_CELL:
        return written
    return orjson.dumps({field: [cell.seal] for field, cell in row.cells.items()}).decode()
