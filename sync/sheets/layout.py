"""The form of our workbook: hidden columns, hidden first row, columns of fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as hidden

ROW_LIMIT = 20_000
COLUMN_LIMIT = 250
FIRST_ROW = 2  # rows before it: codes (hidden), titles
RECORD, GROUP, ROW, KEYS = "record_id", "group_name", "row_no", "keys"
HIDDEN = (RECORD, GROUP, ROW, KEYS)
WHO = ("who.so_hieu_bndp", "who.ho_va_ten", "who.so_dinh_danh")
ABOUT = "about"
LEADING = (*HIDDEN, *WHO, ABOUT)


@dataclass(frozen=True, slots=True)
class Column:
    """One field of the record; `code_list` names its choices, '' where there are none."""

    group: str
    field: str
    title: str
    code_list: str = ""

    @property
    def code(self) -> str:
        """How the hidden first row names it."""
        return f"{self.group}.{self.field}"


@dataclass(frozen=True, slots=True)
class SheetCell:
    """What stands in a cell; `seal` binds it to its place. `note`: what is wrong with it.

    `is_carried` is false where the cell stays empty because programs would spoil its text.
    """

    shown: str = hidden(repr=False)
    seal: str
    value: str | None = hidden(repr=False)
    note: str = ""
    is_carried: bool = True


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of one group of a record. `cells` by field; other columns are none of it."""

    record_id: int
    group: str
    row_no: int
    who: Sequence[str] = hidden(repr=False)
    about: str = ""
    cells: Mapping[str, SheetCell] = hidden(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SheetWords:
    """Everything the workbook says by itself, in one language."""

    sheet: str
    guide_sheet: str
    lists_sheet: str
    who: Sequence[str]
    about: str
    guide: Sequence[str]
    unreadable: str
    not_carried: str
    list_title: str
    list_text: str
    is_english: bool = False


@dataclass(frozen=True, slots=True)
class ReadCell:
    """What somebody left in a cell, as text; None: nothing. A formula is no value."""

    text: str | None = hidden(repr=False)
    is_formula: bool = False


@dataclass(frozen=True, slots=True)
class ReadKey:
    """What the hidden column says of a cell; `is_carried`: whether `value` is told there."""

    seal: str
    value: str | None = hidden(repr=False)
    is_carried: bool = True


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it came back; `sheet_row` is its number in the program, for people.

    `record_id` 0: its hidden part is gone. `cells` by column code, `keys` by field.
    """

    sheet_row: int
    record_id: int
    group: str
    row_no: int
    keys: Mapping[str, ReadKey] = hidden(repr=False)
    cells: Mapping[str, ReadCell] = hidden(repr=False)
