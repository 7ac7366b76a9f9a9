"""Text that no program evaluates, and the same text back again.

A cell of ours is text, and no program evaluates text; but saved as CSV and opened again it is
read anew. So what a program could take for a formula gets an apostrophe in front.
"""

import re
import unicodedata

# What begins a formula, in full width too (OWASP, CSV injection).
# MARKUP: what the writer would take for cells' markup of its own.
BEGINS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
MARKUP = "<r>"
MARK = "'"
ESCAPED = re.compile(r"_x[0-9a-fA-F]{4}_")  # programs disagree about what this means


def guard(text: str) -> str:
    """The text as it stands in a cell."""
    return MARK + text if _is_dangerous(text) else text


def unguard(text: str) -> str:
    """The text that stands in a cell, without what `guard` put in front."""
    is_guarded = text.startswith(MARK) and _is_dangerous(text[1:])
    return text[1:] if is_guarded else text


def is_carried(text: str) -> bool:
    """Whether every program gives this text back as it is."""
    letters = (unicodedata.category(letter) for letter in text)
    return not ESCAPED.search(text) and not any(kind in ("Cc", "Cs", "Cn") for kind in letters)


def _is_dangerous(text: str) -> bool:
    """Marks in front do not matter: whatever looks guarded is guarded once more."""
    said = text.lstrip(MARK)
    return said.startswith(BEGINS) or said.startswith(MARKUP)
