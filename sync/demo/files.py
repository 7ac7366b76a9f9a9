"""The nightly export of a unit without a web service: a folder of CSV or XLSX files."""

import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from openpyxl import Workbook

from sync.contract.record import record_groups
from sync.demo.careers import Row
from sync.demo.country import Country
from sync.demo.people import Person
from sync.demo.render import Renderer
from sync.demo.units import PretendUnit
from sync.sources.profiles import load_profile

KEY = "SO_HS"
PROFILE = "thu_muc"


class _Sheet(Protocol):
    count: int

    def append(self, cells: list[str]) -> None: ...

    def close(self) -> None: ...


class _CsvSheet:
    def __init__(self, path: Path, header: list[str]) -> None:
        self.path, self.count = path, 0
        self._temporary = path.with_suffix(".part")
        self._file = self._temporary.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(header)

    def append(self, cells: list[str]) -> None:
        self._writer.writerow(cells)
        self.count += 1

    def close(self) -> None:
        self._file.close()
        self._temporary.replace(self.path)


class _XlsxSheet:
    def __init__(self, path: Path, header: list[str]) -> None:
        self.path, self.count = path, 0
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("Sheet1")
        self._sheet.append(header)

    def append(self, cells: list[str]) -> None:
        self._sheet.append(cells)
        self.count += 1

    def close(self) -> None:
        temporary = self.path.with_suffix(".part")
        self._book.save(temporary)
        temporary.replace(self.path)


def write_all(country: Country, directory: Path) -> None:
    """One folder a unit that delivers files, each with its manifest."""
    for unit in country.units:
        if unit.profile_name == PROFILE:
            write_unit(country, unit, directory / unit.unit_code)


def write_unit(country: Country, unit: PretendUnit, directory: Path) -> None:
    """Files of one unit, the manifest last; a reader never sees half a file."""
    directory.mkdir(parents=True, exist_ok=True)
    manifest = directory / "manifest.json"
    manifest.unlink(missing_ok=True)
    renderer = Renderer(load_profile(PROFILE))
    sheets: dict[str, _Sheet] = {}
    columns: dict[str, list[str]] = {}
    with ExitStack() as stack:
        for group in _groups():
            columns[group] = [name for name in renderer.columns(group) if name != KEY]
            sheet = _open(directory, group, unit.file_format, [KEY, *columns[group]])
            sheets[group] = sheet
            stack.callback(sheet.close)
        for entry in country.entries(unit.unit_code):
            for group, row in _flat(entry.person, renderer):
                sheets[group].append(
                    [entry.local_key, *[row.get(name, "") for name in columns[group]]]
                )
    counts = {f"{name}.{unit.file_format}": sheet.count for name, sheet in sheets.items()}
    content = {"total": country.announced(unit.unit_code), "files": counts}
    temporary = directory / "manifest.part"
    temporary.write_text(json.dumps(content, indent=1), "utf-8")
    temporary.replace(manifest)


def _groups() -> list[str]:
    secret = {"history", "assets", "health", "planning"}
    return [name for name in record_groups() if name not in secret]


def _open(directory: Path, group: str, file_format: str, header: list[str]) -> _Sheet:
    path = directory / f"{group}.{file_format}"
    return _XlsxSheet(path, header) if file_format == "xlsx" else _CsvSheet(path, header)


def _flat(person: Person, renderer: Renderer) -> Iterator[tuple[str, Row]]:
    for group, content in person.items():
        rows = content if isinstance(content, list) else [content]
        for row in renderer.rows(group, rows):
            yield group, row
