"""Rows of several files brought together by key, in bounded memory.

Each row goes to one of a few temporary files by the hash of its key; afterwards one such part
at a time is small enough to be joined in memory.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from types import TracebackType

import orjson

MOST_PARTS = 100
PART_BYTES = 8 << 20
ROWS_AT_ONCE = 2000
_Children = dict[str, list[tuple[str, bytes]]]


class Spool:
    """Takes (group, key, row) in any order; gives people with their rows, part by part."""

    def __init__(self, size_bytes: int, part_bytes: int = PART_BYTES) -> None:
        count = max(1, min(MOST_PARTS, size_bytes // part_bytes + 1))
        with ExitStack() as stack:
            # Files without a name: whatever ends this process, nothing stays on the disk.
            self._people = [stack.enter_context(TemporaryFile()) for _ in range(count)]
            self._rows = [stack.enter_context(TemporaryFile()) for _ in range(count)]
            self._open = stack.pop_all()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def add_person(self, key: str, row: bytes) -> None:
        """Keep one row of the file of people; `row` is a JSON object."""
        part = zlib.crc32(key.encode("utf-8", "replace")) % len(self._people)
        self._people[part].write(orjson.dumps(key) + b"\n" + row + b"\n")

    def add_row(self, group: str, key: str, row: bytes) -> None:
        """Keep one row of another file."""
        part = zlib.crc32(key.encode("utf-8", "replace")) % len(self._rows)
        self._rows[part].write(orjson.dumps([key, group]) + b"\n" + row + b"\n")

    def people(self) -> Iterator[tuple[bytes | None, list[tuple[str, bytes]]]]:
        """Each person's row with (group, row) of the others; None for rows of no person."""
        for part in range(len(self._people)):
            children = self._children(part)
            known: set[str] = set()
            self._people[part].seek(0)
            for line in self._people[part]:
                key = orjson.loads(line)
                known.add(key)
                row = next(self._people[part]).rstrip(b"\n")
                yield row, (children.get(key, []) if key else [])
            for key, rows in children.items():
                if key not in known or not key:
                    for first in range(0, len(rows), ROWS_AT_ONCE):
                        yield None, rows[first : first + ROWS_AT_ONCE]

    def _children(self, part: int) -> _Children:
        children: _Children = defaultdict(list)
        self._rows[part].seek(0)
        for line in self._rows[part]:
            key, group = orjson.loads(line)
            children[key].append((group, next(self._rows[part]).rstrip(b"\n")))
        return dict(children)
