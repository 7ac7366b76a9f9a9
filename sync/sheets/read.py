"""Reads a workbook of ours that came back, row by row, whatever a program did to it."""

import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError  # the error alone; defusedxml parses

import orjson
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml import DEFUSEDXML

from sync.model.errors import ConfigurationError, RefusedFileError
from sync.sheets.gate import check_file
from sync.sheets.guarded import unguard
from sync.sheets.layout import (
    COLUMN_LIMIT,
    GROUP,
    HIDDEN,
    KEYS,
    LEADING,
    RECORD,
    ROW,
    ROW_LIMIT,
    ReadCell,
    ReadKey,
    ReadRow,
)

warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")  # quotes cells

HEAD_ROWS = 5  # somebody may have put lines above ours
SCAN_LIMIT = 5 * ROW_LIMIT  # formatted, empty rows cost nothing but time
LONGEST_ID, ROW_DIGITS = 18, 9
UNREADABLE = (
    InvalidFileException,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    EOFError,
    OSError,
    NotImplementedError,
    RecursionError,
    ParseError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_book(path: Path) -> Generator[ReadRow, None, None]:
    """Rows of the sheet that has our hidden first row; at most 20,000.

    Raises:
        RefusedFileError: it is no workbook of ours, or holds what none of ours holds.
        ConfigurationError: defusedxml is not installed.
    """
    if not DEFUSEDXML:
        raise ConfigurationError("Uploads need defusedxml: install the requirements again.")
    check_file(path)
    try:
        yield from _rows(path)
    except UNREADABLE:
        raise RefusedFileError(
            "The file is broken: save it again as .xlsx.", problem="broken"
        ) from None


def _rows(path: Path) -> Iterator[ReadRow]:
    book = load_workbook(path, read_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            with closing(sheet.iter_rows(max_col=COLUMN_LIMIT)) as lines:
                rows = enumerate(lines, 1)
                codes = _find_head(rows)
                if codes:
                    yield from _ours(rows, codes)
                    return
    finally:
        book.close()
    raise RefusedFileError(
        "The file is none that was downloaded here: download the sheet again.",
        problem="no_keys",
    )


def _find_head(rows: Iterator[tuple[int, Any]]) -> list[str]:
    for number, cells in rows:
        codes = [_text(cell.value) or "" for cell in cells]
        if set(HIDDEN) <= set(codes):
            return codes
        if number >= HEAD_ROWS:
            break
    return []


def _ours(rows: Iterator[tuple[int, Any]], codes: Sequence[str]) -> Iterator[ReadRow]:
    found = 0
    for number, cells in rows:
        row = _row(number, codes, cells)
        if row is None:
            continue
        found += 1
        if found > ROW_LIMIT or number > SCAN_LIMIT:
            raise RefusedFileError(
                f"The file holds more than {ROW_LIMIT} rows: divide it.",
                problem="too_many_rows",
            )
        yield row


def _row(number: int, codes: Sequence[str], cells: Sequence[Any]) -> ReadRow | None:
    """The row, or None where it is empty or holds our titles."""
    named = {code: cell for code, cell in zip(codes, cells, strict=False) if code}
    if all(cell.value is None for cell in named.values()):
        return None
    said = {code: _text(named[code].value) or "" for code in HIDDEN}
    if said == {code: code for code in HIDDEN}:
        return None
    keys, row_no = _keys(said[KEYS]), _number(said[ROW], ROW_DIGITS)
    return ReadRow(
        sheet_row=number,
        record_id=_number(said[RECORD]) if keys is not None and row_no else 0,
        group=said[GROUP],
        row_no=row_no,
        keys=keys or {},
        cells={
            code: ReadCell(_text(cell.value), cell.data_type in ("f", "e"))
            for code, cell in named.items()
            if code not in LEADING
        },
    )


def _number(text: str, digits: int = LONGEST_ID) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= digits
    return int(text) if is_number else 0


def _keys(text: str) -> dict[str, ReadKey] | None:
    """What the hidden column says; None where it is gone or nothing of ours."""
    try:
        said = orjson.loads(text)
        return {
            str(field): ReadKey(str(seal), _value(rest[0]) if rest else None, bool(rest))
            for field, (seal, *rest) in said.items()
        }
    except (ValueError, AttributeError, IndexError, TypeError, KeyError):
        return None


def _value(said: object) -> str | None:
    return None if said is None else str(said)


def _text(value: object) -> str | None:
    """What a cell says, as a person would read it; a day as yyyy-mm-dd."""
    if value is None:
        return None
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    text = unguard(str(value)).strip()
    return text or None
