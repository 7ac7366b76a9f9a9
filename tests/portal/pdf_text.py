"""What a PDF of ours says: its letters by the fonts' own tables, without white space."""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
FONT_NAME = re.compile(rb"/(f\d+) (\d+) 0 R")
PAGE = re.compile(rb"/Type/Page(?!s)")
RESOURCES = re.compile(rb"/Resources (\d+) 0 R")
CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
TO_UNICODE = re.compile(rb"/ToUnicode (\d+) 0 R")
SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\)", re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
ONE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n")
RANGE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})> <([0-9A-F]+)>\n")


def pdf_text(content: bytes) -> str:
    """All letters of all pages, in the order they are written."""
    objects = {int(found[1]): found[2] for found in OBJECT.finditer(content)}
    pages = [body for body in objects.values() if PAGE.search(body)]
    return "".join(_page_text(page, objects) for page in pages)


def _page_text(page: bytes, objects: dict[int, bytes]) -> str:
    resources, contents = (
        objects[int(number)]
        for found in (RESOURCES.search(page), CONTENTS.search(page))
        if found
        for number in found.groups()
    )
    tables = {}
    for name, number in FONT_NAME.findall(resources):
        table = TO_UNICODE.search(objects[int(number)])
        assert table is not None, "a font that nobody can read aloud or search"
        tables[name] = _letters(_stream(objects[int(table[1])]))
    return _shown(_stream(contents), tables)


def squeezed(text: str) -> str:
    """The text without white space, as `pdf_text` gives it."""
    return re.sub(r"\s+", "", text)


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    if found is None:
        return b""
    return zlib.decompressobj().decompress(found[1]) if b"FlateDecode" in body else found[1]


def _letters(table: bytes) -> dict[bytes, str]:
    found = {}
    for first, last, letter in RANGE.findall(table):
        start = int(letter, 16)
        for step in range(int(last, 16) - int(first, 16) + 1):
            found[(int(first, 16) + step).to_bytes(2, "big")] = chr(start + step)
    for glyph, letters in ONE.findall(table):
        found[bytes.fromhex(glyph.decode())] = bytes.fromhex(letters.decode()).decode(
            "utf-16-be"
        )
    return found


def _shown(page: bytes, tables: dict[bytes, dict[bytes, str]]) -> str:
    words, table = [], {}
    for name, literal in SHOWN.findall(page):
        if name:
            table = tables[name]
            continue
        glyphs = ESCAPE.sub(_unescaped, literal)
        words += [table.get(glyphs[at : at + 2], "") for at in range(0, len(glyphs), 2)]
    return squeezed("".join(words))


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1].isdigit():
        return bytes([int(found[1], 8)])
    return PLAIN.get(found[1], found[1])
