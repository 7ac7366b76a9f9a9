"""Values as people read them in a sheet, the same values back, and the seal of each.

Days and numbers are text in a sheet: no program turns 01/02 into the second of January, or
takes the zero off a number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync.contract.record import Field
from sync.contract.value import tidy
from sync.model.value_key import ValueKey
from sync.store.corrections import Place
from sync.store.sheets import Code

DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
WRITTEN_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
SEPARATOR = " - "
SEAL_BYTES = 16


@dataclass(frozen=True, slots=True)
class Choices:
    """Codes of the lists with their names: `01 - Kinh`."""

    names: Mapping[str, Mapping[str, str]]  # list -> code -> name
    lists: Mapping[str, str]  # field -> list

    @classmethod
    def of(
        cls, codes: Sequence[Code], lists: Mapping[str, str], *, is_english: bool
    ) -> "Choices":
        """From the registry's rows."""
        names: dict[str, dict[str, str]] = {}
        for each in codes:
            name = each.name_en if is_english else each.name_vi
            names.setdefault(each.list_name, {})[each.code] = name
        return cls(names, lists)

    def of_list(self, code_list: str) -> list[str]:
        """What a cell of this list offers."""
        return [f"{code}{SEPARATOR}{name}" for code, name in self.names[code_list].items()]

    def shown(self, field_code: str, code: str) -> str:
        """The code with its name, where the list knows it."""
        name = self.names.get(self.lists.get(field_code, ""), {}).get(code)
        return f"{code}{SEPARATOR}{name}" if name else code

    def said(self, field_code: str, text: str) -> str:
        """The code alone; what is no choice of the list stays as it is."""
        code = text.partition(SEPARATOR)[0].strip()
        return code if code in self.names.get(self.lists.get(field_code, ""), {}) else text


def shown(field: Field, value: str | None, choices: Choices) -> str:
    """A value as a cell shows it."""
    if value is None:
        return ""
    day = DAY.fullmatch(value) if field.kind == "date" else None
    if day:
        return f"{day[3]}/{day[2]}/{day[1]}"
    if field.kind == "decimal":
        return value.replace(".", ",")
    return choices.shown(field.code, value) if field.kind == "code" else value


def said(field: Field, text: str | None, choices: Choices) -> str | None:
    """A cell's text as the record has it: a day as yyyy-mm-dd, a code without its name."""
    value = tidy(field, text)
    if value is None:
        return None
    day = WRITTEN_DAY.fullmatch(value) if field.kind == "date" else None
    if day:
        return f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    return choices.said(field.code, value) if field.kind == "code" else value


def is_as_shown(field: Field, text: str | None, value: str | None, choices: Choices) -> bool:
    """Whether a cell still says what was exported, however a program wrote it again."""
    if tidy(field, text) == tidy(field, shown(field, value, choices)):
        return True
    return said(field, text, choices) == tidy(field, value)


def seal(key: ValueKey, place: Place, value: str | None) -> str:
    """What binds a value to its place; whoever lacks the key cannot make one."""
    told = "0" if value is None else f"1{value}"
    parts = ("sheet", *(str(part) for part in place), told)
    return key.digest("\x1f".join(parts))[:SEAL_BYTES].hex()
