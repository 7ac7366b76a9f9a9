"""Looks at an uploaded file before any reader of workbooks does.

Sizes are the declared ones: `zipfile` never gives more than a part declares. No part is read
whole, nothing is written to disk, no link is followed.
"""

import re
import zipfile
import zlib
from pathlib import Path

from sync.model.errors import RefusedFileError

FILE_LIMIT = 10 * 1024 * 1024
PARTS_LIMIT = 400
WHOLE_LIMIT = 256 * 1024 * 1024
LARGE_PART_LIMIT = 96 * 1024 * 1024
SMALL_PART_LIMIT = 8 * 1024 * 1024
RATIO_LIMIT = 200  # of the whole; our own fullest file is below 20
LARGE = re.compile(r"^xl/(worksheets/|sharedStrings|comments|drawings/|threadedComments/)")
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # an old .xls, or a workbook behind a password
ZIP = b"PK\x03\x04"
CHUNK = 1024 * 1024
WORKBOOK = "xl/workbook.xml"
TYPES = "[Content_Types].xml"
PLAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO = re.compile(
    r"vbaproject|macrosheets/|dialogsheets/|activex/|ctrlprops/|customui|\.bin$", re.IGNORECASE
)
HARMLESS_BINARY = re.compile(r"^xl/printerSettings/[^/]+\.bin$")
OUTSIDE = re.compile(
    r"^xl/(externalLinks/|connections\.xml|queryTables/|embeddings/|model/|webextensions/)"
)
DECLARES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
ENCODING = re.compile(rb"\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError)


def check_file(path: Path) -> None:
    """Let a plain, small, complete workbook pass.

    Raises:
        RefusedFileError: it is something else; `problem` says what.
    """
    if path.stat().st_size > FILE_LIMIT:
        raise _refused("too_large", "The file is larger than 10 MB: divide it.")
    with path.open("rb") as file:
        start = file.read(8)
    if start == OLE:
        raise _refused(
            "locked", "The file has a password or is an old .xls: save it as plain .xlsx."
        )
    if not start.startswith(ZIP):
        raise _refused("no_workbook", "The file is no .xlsx: save it as .xlsx.")
    try:
        with zipfile.ZipFile(path) as book:
            _check_sizes(book.infolist())
            _check_kind(book)
            _check_declarations(book)
    except BROKEN:
        raise _refused("broken", "The file is broken: save it again as .xlsx.") from None


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    packed = sum(part.compress_size for part in parts)
    whole = sum(part.file_size for part in parts)
    is_large = any(
        part.file_size > (LARGE_PART_LIMIT if LARGE.match(part.filename) else SMALL_PART_LIMIT)
        for part in parts
    )
    is_packed = whole > CHUNK and whole > RATIO_LIMIT * max(packed, 1)
    if len(parts) > PARTS_LIMIT or whole > WHOLE_LIMIT or is_large or is_packed:
        raise _refused("too_large_inside", "The file holds more than it may: divide it.")


def _check_kind(book: zipfile.ZipFile) -> None:
    names = book.namelist()
    if len(set(names)) < len(names) or any(part.flag_bits & 1 for part in book.infolist()):
        raise _refused("broken", "The file is broken: save it again as .xlsx.")
    if not {TYPES, WORKBOOK} <= set(names):
        raise _refused("no_workbook", "The file is no .xlsx: save it as .xlsx.")
    kinds = book.read(TYPES)
    if b"macroEnabled" in kinds or any(_is_active(name) for name in names):
        raise _refused("macros", "The file holds macros or controls: save it as plain .xlsx.")
    if PLAIN_TYPE not in kinds:
        raise _refused("no_workbook", "The file is no .xlsx: save it as .xlsx.")
    if any(OUTSIDE.match(name) for name in names):
        raise _refused("links", "The file is bound to other files: break the links.")


def _is_active(name: str) -> bool:
    return bool(MACRO.search(name)) and not HARMLESS_BINARY.match(name)


def _check_declarations(book: zipfile.ZipFile) -> None:
    """No part declares entities; text in another encoding could hide that it does."""
    for part in book.infolist():
        with book.open(part) as file:
            rest = b""
            while chunk := file.read(CHUNK):
                is_start = not rest
                if is_start and _is_hidden(part.filename, chunk):
                    raise _refused("broken", "The file is broken: save it again as .xlsx.")
                if DECLARES.search(rest + chunk):
                    raise _refused("entities", "The file declares entities: save it again.")
                rest = chunk[-64:]


def _is_hidden(name: str, start: bytes) -> bool:
    if not name.endswith((".xml", ".rels", ".vml")):
        return False
    declared = ENCODING.match(start)
    is_odd = declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii")
    return b"\x00" in start[:64] or is_odd


def _refused(problem: str, message: str) -> RefusedFileError:
    return RefusedFileError(message, problem=problem)
