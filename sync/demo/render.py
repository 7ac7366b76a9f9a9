"""Canonical people as documents of one vendor's product: a profile turned round."""

from collections.abc import Callable, Mapping
from typing import Any

from sync.contract.profile import DateFormat, GroupMapping, Profile
from sync.contract.record import field as contract_field
from sync.contract.record import record_groups
from sync.demo.careers import Row
from sync.demo.people import Person

Convert = Callable[[str], Any]
Document = dict[str, Any]
_Field = tuple[tuple[str, ...], Convert | None]


class Renderer:
    """Writes people as one profile's documents; what the profile does not map is left out."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        numbers = profile.options.get("numbers", "text")
        self._is_full = profile.connector == "message"  # every tag present, "" when empty
        self._singles: dict[str, _Mapping] = {}
        self._lists: dict[str, list[_Mapping]] = {}
        for mapping in profile.groups:
            compiled = _Mapping(mapping, profile, numbers == "json")
            if record_groups()[mapping.group].is_list:
                self._lists.setdefault(mapping.group, []).append(compiled)
            else:
                self._singles[mapping.group] = compiled

    def document(self, person: Person) -> Document:
        """The person as the vendor would send it."""
        document: Document = {}
        for group, content in person.items():
            if isinstance(content, dict):
                mapping = self._singles.get(group)
                if mapping:
                    mapping.write(content, _place(document, mapping.path), self._is_full)
            elif content:
                for each in self._lists.get(group, ()):
                    rows = each.rows(content, self._is_full)
                    if rows:
                        _place(document, each.path[:-1])[each.path[-1]] = rows
        return document

    def rows(self, group: str, content: list[Row]) -> list[Row]:
        """Rows of one group as flat cells (the files product)."""
        mapping = self._singles.get(group)
        if mapping is None:
            mapping = self._lists[group][0]
        return mapping.rows(content, is_full=False)

    def columns(self, group: str) -> list[str]:
        """Column names of one group's file, in the profile's order."""
        mapping = self._singles.get(group) or self._lists[group][0]
        return [path[-1] for path, _ in mapping.fields.values()]


class _Mapping:
    """One group's object or list, compiled."""

    def __init__(self, mapping: GroupMapping, profile: Profile, is_json: bool) -> None:
        self.path = mapping.path
        self.fields: dict[str, _Field] = {
            code: (path, _converter(code, profile, is_json))
            for code, path in mapping.fields.items()
        }

    def write(self, row: Row, target: Document, is_full: bool) -> None:
        fields = self.fields
        if is_full:
            for code, (path, _) in fields.items():
                if code not in row:
                    _place(target, path[:-1])[path[-1]] = ""
        for code, value in row.items():
            known = fields.get(code)
            if known is None:
                continue
            path, convert = known
            place = target if len(path) == 1 else _place(target, path[:-1])
            place[path[-1]] = value if convert is None else convert(value)

    def rows(self, content: list[Row], is_full: bool) -> list[Document]:
        rows = []
        for row in content:
            if self.fields.keys().isdisjoint(row):
                continue
            target: Document = {}
            self.write(row, target, is_full)
            rows.append(target)
        return rows


def _place(document: Document, path: tuple[str, ...]) -> Document:
    for key in path:
        document = document.setdefault(key, {})
    return document


def _converter(code: str, profile: Profile, is_json: bool) -> Convert | None:
    known = contract_field(code)
    if known.kind == "date":
        return _DAYS[profile.date_format]
    if known.kind in {"int", "decimal"}:
        return _number(known.kind, profile.decimal_mark, is_json)
    local = {
        national: code for code, national in profile.codes.get(known.code_list, {}).items()
    }
    return _translate(local) if local else None


def _translate(local: Mapping[str, str]) -> Convert:
    return lambda value: local.get(value, value)


def _number(kind: str, mark: str, is_json: bool) -> Convert | None:
    if is_json:
        return _json_int if kind == "int" else _json_decimal
    return None if mark == "." or kind == "int" else _with_comma


def _with_comma(value: str) -> str:
    """A point becomes a comma; a comma (the mark that is not the product's own) a point."""
    return value.replace(",", ".") if "," in value else value.replace(".", ",")


def _json_int(value: str) -> int | str:
    return int(value) if value.isascii() and value.isdigit() else value


def _json_decimal(value: str) -> float | str:
    whole, _, part = value.partition(".")
    return float(value) if whole.isdigit() and (part.isdigit() or not part) else value


def _is_day(value: str) -> bool:
    return len(value) == 10 and value[4] == "-"


def _dmy(value: str) -> str:
    return f"{value[8:]}/{value[5:7]}/{value[:4]}" if _is_day(value) else value


def _dmy_dash(value: str) -> str:
    return f"{value[8:]}-{value[5:7]}-{value[:4]}" if _is_day(value) else value


def _compact(value: str) -> str:
    return value.replace("-", "") if _is_day(value) else value


_DAYS: Mapping[DateFormat, Convert | None] = {
    DateFormat.ISO: None,
    DateFormat.DMY: _dmy,
    DateFormat.DMY_DASH: _dmy_dash,
    DateFormat.COMPACT: _compact,
}
