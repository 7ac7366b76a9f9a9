"""Groups and fields of the national record, from `data/fields.csv`.

Source: public sync-message tags, CV forms and Decree 27/2026/NĐ-CP as collected in the domain
pack; columns `tag_source` = ours and sensitivity `secret` are this project's decisions.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import StringIO

ENVELOPE = "envelope"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is text, code, date, timestamp, int or decimal."""

    code: str
    group: str
    position: int
    kind: str
    length: int | None
    is_required: bool
    section: str
    tag: str
    code_list: str
    sensitivity: str
    name_vi: str
    name_en: str

    @property
    def is_secret(self) -> bool:
        """Dropped by the connector; never lands on the plain channel (Decree 27 Art. 22)."""
        return self.sensitivity == "secret"


@dataclass(frozen=True, slots=True)
class Group:
    """One table of the record: a single row a person, or a list."""

    name: str
    is_list: bool
    fields: tuple[Field, ...]


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of one packaged CSV, by its path below `data/`."""
    path = resources.files("sync.contract") / "data" / name
    yield from csv.DictReader(StringIO(path.read_text(encoding="utf-8"), newline=""))


@cache
def all_fields() -> tuple[Field, ...]:
    """Every field of the contract, the envelope's too, in file order."""
    return tuple(
        Field(
            code=row["field_code"],
            group=row["group"],
            position=int(row["position"]),
            kind=row["kind"],
            length=int(row["length"]) if row["length"] else None,
            is_required=row["required"] == "Y",
            section=row["section"],
            tag=row["tag"],
            code_list=row["code_list"],
            sensitivity=row["sensitivity"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
        )
        for row in read_rows("fields.csv")
    )


@cache
def record_groups() -> dict[str, Group]:
    """Groups of the record by name, in order, without the envelope."""
    names = dict.fromkeys(f.group for f in all_fields() if f.group != ENVELOPE)
    groups = {}
    for name in names:
        fields = tuple(f for f in all_fields() if f.group == name)
        is_list = any("[]" in f.section for f in fields)
        groups[name] = Group(name, is_list, fields)
    return groups


@cache
def field(code: str) -> Field:
    """The field with this code; KeyError when the contract has none."""
    return {f.code: f for f in all_fields()}[code]


def single_groups() -> tuple[Group, ...]:
    """Groups with one row a person."""
    return tuple(g for g in record_groups().values() if not g.is_list)


def list_groups() -> tuple[Group, ...]:
    """Groups with any number of rows a person."""
    return tuple(g for g in record_groups().values() if g.is_list)
