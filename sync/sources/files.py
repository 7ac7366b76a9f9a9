"""A folder of tables: one CSV or XLSX per group, the local key in each file's first column.

The whole delivery is read and counted before the first page is given, so a part-written one
is refused as a whole.
"""

import hashlib
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson

from sync.contract import record
from sync.contract.profile import Profile
from sync.model.errors import (
    ConfigurationError,
    SourceRejectedError,
    SourceUnavailableError,
    UnreadableAnswerError,
)
from sync.model.source import Page, ProbeResult
from sync.sources.decoding import DocumentDecoder
from sync.sources.manifest import Manifest, read_manifest
from sync.sources.probing import OF_THE_SOURCE, code_of
from sync.sources.spooling import PART_BYTES, Spool
from sync.sources.tabular import Table

PEOPLE = "person"


class FilesConnector:
    """Reads what a unit's system left in a folder."""

    def __init__(self, address: str, source_code: str, profile: Profile) -> None:
        self._folder = folder_of(address, source_code)
        self._source_code = source_code
        self._profile = profile
        named = profile.options.get("files")
        stems: dict[str, str] = dict(named) if isinstance(named, dict) else {}
        steps = [mapping.path for mapping in profile.groups] + list(profile.secret)
        self._stems = {path[0]: stems.get(path[0], path[0]) for path in steps if path}
        self._single = {group.name for group in record.single_groups()}
        self._single = {m.path[0] for m in profile.groups if m.path and m.group in self._single}

    def probe(self) -> ProbeResult:
        """The folder opens, and the file of people begins with its key."""
        began = time.monotonic()
        reason = "The folder holds a file of people."
        try:
            self._key_column(self._tables()[PEOPLE])
        except OF_THE_SOURCE as error:
            reason = str(error)
            taken_ms = round((time.monotonic() - began) * 1000)
            return ProbeResult(False, reason, taken_ms, reason_code=code_of(error))
        return ProbeResult(True, reason, round((time.monotonic() - began) * 1000))

    def pages(self) -> Iterator[Page]:
        """The complete delivery; see `sync.model.source.Connector`."""
        tables = self._tables()
        manifest = read_manifest(self._folder, self._source_code)
        manifest.check_files({t.path.name for t in tables.values()}, set(self._stems.values()))
        decoder = DocumentDecoder(self._profile)
        size = int(str(self._profile.options.get("page_size", 500)))
        part = int(str(self._profile.options.get("part_bytes", PART_BYTES)))
        with Spool(sum(table.size() for table in tables.values()), part) as spool:
            for group, table in tables.items():
                self._spool(spool, group, table, manifest)
            bodies = (self._document(row, rows) for row, rows in spool.people())
            for number in itertools.count(1):
                raws = list(itertools.islice(bodies, size))
                if not raws and number > 1:
                    return
                sha256 = hashlib.sha256(b"\n".join(raws)).digest()
                documents = decoder.decode_all(raws)
                yield Page(number, documents, sha256, manifest.total)

    def close(self) -> None:
        """Nothing is held between calls."""

    def _tables(self) -> dict[str, Table]:
        """The delivered table of each group; people are never missing."""
        try:
            names = {path.name.casefold(): path.name for path in self._folder.iterdir()}
        except PermissionError:
            raise SourceRejectedError(
                f"Source {self._source_code}: its folder may not be read; grant this service "
                "the right."
            ) from None
        except OSError:
            raise SourceUnavailableError(
                f"Source {self._source_code}: its folder is not there; the next wave looks "
                "again."
            ) from None
        tables: dict[str, Table] = {}
        for group, stem in self._stems.items():
            found = [
                names[n] for s in (".csv", ".xlsx") if (n := f"{stem}{s}".casefold()) in names
            ]
            if len(found) > 1:
                raise self._refusal(
                    f"delivers {found[0]} and {found[1]}, which is one too many"
                )
            if found:
                tables[group] = self._table(found[0])
        if PEOPLE not in tables:
            raise self._refusal("delivers no file of people")
        return tables

    def _table(self, name: str) -> Table:
        delimiter = str(self._profile.options.get("delimiter", ","))
        return Table(
            self._folder / name,
            self._source_code,
            delimiter=delimiter,
            decimal_mark=self._profile.decimal_mark,
        )

    def _key_column(self, people: Table) -> None:
        header = next(people.rows())
        if header[0] != self._profile.key_path[-1]:
            raise self._refusal(f"delivers {people.path.name} without its key column first")

    def _spool(self, spool: Spool, group: str, table: Table, manifest: Manifest) -> None:
        """Every row of one table, kept by its key; the count must be the manifest's."""
        if group == PEOPLE:
            self._key_column(table)
        rows = table.rows()
        header = next(rows)
        is_secret = (group,) in self._profile.secret
        first = 0 if group == PEOPLE else 1
        count = 0
        for row in rows:
            count += 1
            key = row[0].strip()
            cells = zip(header[first:], row[first:], strict=True)
            # Of a secret file only the fact that it came is kept, not even for a moment more.
            kept = {} if is_secret else {name: cell for name, cell in cells if name and cell}
            if group == PEOPLE:
                spool.add_person(key, orjson.dumps(kept))
            else:
                spool.add_row(group, key, orjson.dumps(kept))
        manifest.check_count(table.path.name, count)

    def _document(self, row: bytes | None, rows: list[tuple[str, bytes]]) -> bytes:
        """One person's JSON. Two rows where there can be one give a key twice, on purpose:
        that is what the source said, and it becomes a finding.
        """
        members = [] if row is None else [(PEOPLE, row)]
        lists: dict[str, list[bytes]] = defaultdict(list)
        for group, child in rows:
            if group in self._single:
                members.append((group, child))
            else:
                lists[group].append(child)
        members += [(group, b"[" + b",".join(found) + b"]") for group, found in lists.items()]
        return b"{" + b",".join(orjson.dumps(k) + b":" + v for k, v in members) + b"}"

    def _refusal(self, complaint: str) -> UnreadableAnswerError:
        return UnreadableAnswerError(
            f"Source {self._source_code} {complaint}; its owner must deliver again."
        )


def folder_of(address: str, source_code: str) -> Path:
    """The folder an address names, as path or file URL.

    Raises:
        ConfigurationError: it is another kind of address.
    """
    parts = urlsplit(address)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    if not address or "://" in address:
        raise ConfigurationError(
            f"The address of source {source_code} must be a folder or a file:// URL."
        )
    return Path(address)
