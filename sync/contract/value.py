"""The shape of a value that a person proposes: what reading would accept, nothing else."""

import re
import unicodedata

from sync.contract.record import Field

LIMIT = 1000  # as in reading: a longer value is no value of these fields; ours
SHAPES = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "int": re.compile(r"[0-9]{1,9}"),
    "decimal": re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?"),
    "timestamp": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?([+-][0-9]{2}:?[0-9]{2})?"
    ),
}


def tidy(field: Field, said: str | None) -> str | None:
    """The value without blanks around it, letters composed; None for no value."""
    if said is None or not said.strip():
        return None
    value = unicodedata.normalize("NFC", said.strip())
    return value.replace(",", ".") if field.kind == "decimal" else value


def is_shaped(field: Field, value: str | None) -> bool:
    """Whether reading would accept the value: a day as yyyy-mm-dd, a decimal with a point.

    No control character is part of any value.
    """
    if value is None:
        return True
    shape = SHAPES.get(field.kind)
    if shape is not None:
        return shape.fullmatch(value) is not None
    is_plain = not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value)
    return is_plain and len(value) <= max(LIMIT, field.length or 0)
