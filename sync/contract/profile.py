"""A profile: how the records of one vendor's product map to the national record.

Pure data; `sync.sources.profiles` reads it from YAML, `sync.store.reading` turns it into SQL,
`sync.demo` renders pretend systems from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class DateFormat(StrEnum):
    """How a vendor writes a day. ISO is always understood beside it."""

    ISO = "iso"  # 1980-02-28
    DMY = "dmy"  # 28/02/1980
    DMY_DASH = "dmy_dash"  # 28-02-1980
    COMPACT = "compact"  # 19800228


@dataclass(frozen=True, slots=True)
class GroupMapping:
    """Where one group's object or list stands in a document, and which key is which field.

    `path` is () for the document's root. A field's path is relative to the object or row.
    """

    group: str
    path: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Profile:
    """One vendor product. `codes` maps code list -> local code -> national code."""

    name: str
    title: str
    connector: str
    records_path: tuple[str, ...]
    total_path: tuple[str, ...]
    key_path: tuple[str, ...]
    groups: tuple[GroupMapping, ...]
    date_format: DateFormat = DateFormat.ISO
    decimal_mark: str = "."
    volatile: tuple[tuple[str, ...], ...] = ()
    secret: tuple[tuple[str, ...], ...] = ()
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    sha256: str = ""

    def mapped_fields(self) -> frozenset[str]:
        """Codes of every field this product can send."""
        return frozenset(code for mapping in self.groups for code in mapping.fields)
