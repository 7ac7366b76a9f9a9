"""Looks for planted values, in clear and disguised, in files and in whole databases."""

import base64
import gzip
import hashlib
import hmac
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

import zstandard
from sqlalchemy import Connection, text

from tests.e2e.planted import CORE

Told = tuple[str, str]  # the name of a place and its text
ALGORITHMS = (hashlib.md5, hashlib.sha1, hashlib.sha256)
HEAD = 16  # characters of a hash that are enough to know it
TWELVE = 12  # characters of Base64 that hold a word, whatever stands before it
HEX_RUN = re.compile(r"[0-9a-f]{20,}")
BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}")
DIGIT_RUN = re.compile(r"[0-9]{8,}")
GROUPED = re.compile(r"(?<=[0-9])[.,_ ](?=[0-9])")
DAY = re.compile(
    r"(?<![0-9])(?:[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}|[0-9]{2}[-/.][0-9]{2}[-/.][0-9]{4})"
)
COMPACT = re.compile(r"(?<![0-9a-z])[0-9]{8}(?=(?:t?[0-9]{6})?(?![0-9a-z]))")
CALLED = re.compile(r"date(?:time)?\(([0-9]{4}), ?([0-9]{1,2}), ?([0-9]{1,2})")
FREE = ("pg_catalog", "information_schema")


class Index:
    """What to look for: words by their six letters, numbers, days, hashes of every value."""

    def __init__(self, values: Iterable[str], given: Iterable[str]) -> None:
        self.numbers: set[str] = set()
        self.days: set[str] = set()
        self.hash_heads: set[str] = set()
        self.base64_heads: set[str] = set()
        self.hex_words: set[str] = set()
        self.base64_words: set[str] = set()
        for value in given:
            self._add_word(value)
        for value in set(values):
            self._add_hashes(value)
            self._add_day(value)

    def forget(self, seen: Iterable[str]) -> None:
        """Days that stand somewhere before anybody was asked are nobody's."""
        self.days -= set(seen)

    def find(self, told: str) -> list[str]:
        """Everything planted that the text tells."""
        lower = told.lower()
        plain = lower.replace("\0", "")  # UTF-16
        found = [plain[max(0, m.start() - 20) : m.end() + 6] for m in re.finditer(CORE, plain)]
        found += self._find_numbers(plain) + self._find_days(plain)
        for run in HEX_RUN.findall(lower):
            found += _slices(run, HEAD, self.hash_heads) + _slices(run, 20, self.hex_words)
        for run in BASE64_RUN.findall(told):
            standard = run.replace("-", "+").replace("_", "/")
            found += _slices(standard, HEAD, self.base64_heads)
            found += _slices(standard, TWELVE, self.base64_words)
        return found

    def _find_numbers(self, plain: str) -> list[str]:
        found = []
        for run in chain(DIGIT_RUN.findall(plain), DIGIT_RUN.findall(GROUPED.sub("", plain))):
            if run in self.numbers:
                found.append(run)
            for size in (10, 12, 13):
                found += _slices(run, size, self.numbers)
        return found

    def _find_days(self, plain: str) -> list[str]:
        called = ["-".join(f"{int(part):02d}" for part in m) for m in CALLED.findall(plain)]
        found = chain(DAY.findall(plain), called, COMPACT.findall(plain))
        return [day for day in found if day in self.days]

    def _add_word(self, value: str) -> None:
        if value.isdigit():
            self.numbers.add(value)
        if len(value) < 10:  # a shorter one in Base64 could be anything
            return
        for form in {value, value.lower(), value.upper()}:
            raw = form.encode()
            self.hex_words.add(raw.hex()[-20:])
            self.base64_words |= {_after(raw, shift)[:TWELVE] for shift in (0, 1, 2)}

    def _add_hashes(self, value: str) -> None:
        forms = {value, value.strip(), value.lower(), value.upper(), value.casefold()}
        forms |= {unicodedata.normalize(n, form) for n in ("NFC", "NFD") for form in forms}
        for form in forms - {""}:
            for digest in _digests(form.encode()):
                self.hash_heads.add(digest.hex()[:HEAD])
                self.base64_heads.add(base64.b64encode(digest).decode()[:HEAD])

    def _add_day(self, value: str) -> None:
        with suppress(ValueError):
            day = date.fromisoformat(value)
            if day.year < 2015:  # later ones are everybody's: decisions, lists, yesterday
                forms = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d")
                self.days |= {day.strftime(form) for form in (*forms, "%Y%m%d", "%d%m%Y")}
                noon = datetime(day.year, day.month, day.day, tzinfo=UTC)
                epoch = int(noon.timestamp())
                self.numbers |= {str(s) for s in (epoch, epoch - 25200) if s > 99_999_999}


def _digests(raw: bytes) -> Iterator[bytes]:
    """Plain hashes, and what a keyed one would be without its key."""
    for algorithm in ALGORITHMS:
        yield algorithm(raw).digest()
    yield hashlib.sha256(hashlib.sha256(raw).digest()).digest()
    yield hmac.digest(b"", raw, "sha256")


def _after(raw: bytes, shift: int) -> str:
    """The part of a word's Base64 that does not depend on the `shift` bytes before it."""
    encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
    return encoded[(0, 2, 3)[shift] :]


def _slices(run: str, size: int, wanted: set[str]) -> list[str]:
    return [
        run[i : i + size] for i in range(len(run) - size + 1) if run[i : i + size] in wanted
    ]


def leaks(index: Index, places: Iterable[Told]) -> dict[str, list[str]]:
    """What was found, by place; at most five examples of each."""
    found = {name: index.find(told) for name, told in places}
    return {name: examples[:5] for name, examples in found.items() if examples}


def in_files(folder: Path, *, but: Iterable[Path] = ()) -> Iterator[Told]:
    """Every file below a folder, by name and content, unpacked where it is packed."""
    left_out = set(but)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and left_out.isdisjoint([path, *path.parents]):
            raw = path.read_bytes()
            yield str(path), f"{path.name}\n{raw.decode('latin-1')}\n{_unpacked(raw)}"


def in_database(conn: Connection, *, but: Iterable[str] = ()) -> Iterator[Told]:
    """Every table of every schema but PostgreSQL's own, cell by cell, bytes unpacked too.

    `but` names tables (`landing.record`) or schemas (`register.*`).
    """
    left_out = set(but)
    tables = conn.execute(
        text(
            "SELECT n.nspname, c.relname, array_agg(a.attname::text) FILTER (WHERE a.atttypid ="
            " 'bytea'::regtype) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid ="
            " c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND"
            " NOT a.attisdropped WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname <> ALL(:free)"
            " AND n.nspname !~ '^pg_' GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        {"free": list(FREE)},
    ).all()
    for schema, table, blobs in tables:
        if not {f"{schema}.{table}", f"{schema}.*"} & left_out:
            name = f'"{schema}"."{table}"'
            cells = conn.execute(text(f"SELECT t::text FROM {name} AS t")).scalars().all()  # noqa: S608 - a name of the catalogue
            told = "\n".join(cells)
            for column in blobs or ():
                rows = conn.execute(text(f'SELECT "{column}" FROM {name}')).scalars()  # noqa: S608 - a name of the catalogue
                told += "\n" + "\n".join(_unpacked(bytes(raw)) for raw in rows if raw)
            yield f"{schema}.{table}", told


def _unpacked(raw: bytes) -> str:
    """What packed bytes hold; nothing when they are not packed."""
    with suppress(OSError, EOFError, zlib.error, zstandard.ZstdError):
        if raw[:2] == b"\x1f\x8b":
            return gzip.decompress(raw).decode("latin-1")
        if raw[:4] == b"\x28\xb5\x2f\xfd":
            return zstandard.ZstdDecompressor().decompress(raw).decode("latin-1")
        if raw[:1] == b"\x78":
            return zlib.decompress(raw).decode("latin-1")
    return ""
