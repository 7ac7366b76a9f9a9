"""Rows of one delivered table, CSV or XLSX, as text, one at a time."""

import csv
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from sync.model.errors import SourceUnavailableError, UnreadableAnswerError

LONGEST_CELL = 64 << 20
MOST_UNPACKED = 4 << 30  # an XLSX file is a ZIP; a small one can unpack without end
_BROKEN_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    SyntaxError,
)
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class Table:
    """One file: its column names, then its rows; every row has as many cells as columns."""

    def __init__(
        self, path: Path, source_code: str, *, delimiter: str = ",", decimal_mark: str = "."
    ) -> None:
        self.path = path
        self._source_code = source_code
        self._delimiter = delimiter
        self._decimal_mark = decimal_mark

    def size(self) -> int:
        """Bytes, or 0 when the file went away."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def rows(self) -> Iterator[list[str]]:
        """The header first, then every row that is not empty.

        Raises:
            UnreadableAnswerError: another encoding, an open quote, a row of another width.
            SourceUnavailableError: the file went away or cannot be read now.
        """
        read = self._xlsx if self.path.suffix.lower() == ".xlsx" else self._csv
        try:
            yield from self._even(read())
        except UnicodeError:
            raise self._refusal("is neither UTF-8 nor UTF-16 with its mark") from None
        except csv.Error:
            raise self._refusal("is no CSV or was cut short") from None
        except _BROKEN_WORKBOOK:
            raise self._refusal("cannot be read as a workbook") from None
        except OSError:
            raise SourceUnavailableError(
                f"Source {self._source_code}: file {self.path.name} cannot be read now; the "
                "next wave asks again."
            ) from None

    def _even(self, rows: Iterable[list[str]]) -> Iterator[list[str]]:
        width = 0
        for number, row in enumerate(rows, start=1):
            if not any(row):
                continue
            if not width:
                width = len(row)
                self._check_header(row)
            elif len(row) != width:
                raise self._refusal(f"has {len(row)} cells in row {number} instead of {width}")
            yield row
        if not width:
            raise self._refusal("has no header")

    def _check_header(self, header: list[str]) -> None:
        names = [name for name in header if name]
        if len(names) != len(set(names)):
            raise self._refusal("names a column twice")

    def _csv(self) -> Iterator[list[str]]:
        csv.field_size_limit(LONGEST_CELL)
        with self.path.open("rb") as file:
            start = file.read(3)
        encoding = next((_BOMS[mark] for mark in _BOMS if start.startswith(mark)), "utf-8")
        with self.path.open("r", encoding=encoding, newline="") as lines:
            yield from csv.reader(lines, delimiter=self._delimiter, strict=True)

    def _xlsx(self) -> Iterator[list[str]]:
        import openpyxl  # half a second, paid only where a workbook came

        with zipfile.ZipFile(self.path) as packed:
            if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED:
                raise self._refusal("unpacks to more than 4 GB")
        with closing(openpyxl.load_workbook(self.path, read_only=True, data_only=True)) as book:
            width = 0
            for cells in book.worksheets[0].iter_rows(values_only=True):
                row = [self._text(cell) for cell in cells]
                width = width or len(_trimmed(row))
                # A sheet is as wide as its widest row: empty cells beyond the header are none.
                row = row[:width] + _trimmed(row[width:])
                yield row + [""] * (width - len(row))

    def _text(self, cell: object) -> str:
        """A cell as its owner would have typed it; days in ISO, which every profile reads."""
        if cell is None:
            return ""
        if isinstance(cell, datetime):
            is_day = cell.time() == cell.time().min
            return cell.date().isoformat() if is_day else cell.isoformat()
        if isinstance(cell, date):
            return cell.isoformat()
        if isinstance(cell, float):
            text = str(int(cell)) if cell.is_integer() else repr(cell)
            return text.replace(".", self._decimal_mark)
        return str(cell)

    def _refusal(self, complaint: str) -> UnreadableAnswerError:
        return UnreadableAnswerError(
            f"Source {self._source_code}: file {self.path.name} {complaint}; its owner must "
            "deliver it again."
        )


def _trimmed(row: list[str]) -> list[str]:
    """The row without empty cells at its end."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]
