"""When two texts are one name written in two ways (rule ID016)."""

import unicodedata

# Strokes are no combining marks to Unicode; the others are ways to type one sign.
_PLAIN = str.maketrans({"đ": "d", "Đ": "d", "’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-"})
_SPACES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})  # white space, and signs nobody sees


def folded(name: str) -> str:
    """The name without accents, case and spaces: what every way of writing it shares.

    Decomposed first, so that one letter in NFC or NFD, and a tone mark on either vowel
    (`hòa`, `hoà`), fold alike: the standards differ, the person does not.
    """
    plain = unicodedata.normalize("NFKD", name.translate(_PLAIN)).casefold()
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", plain)
        if not unicodedata.combining(letter) and unicodedata.category(letter) not in _SPACES
    )


def is_same_but_for_form(first: str, second: str) -> bool:
    """Whether two names differ by accents, case, spaces or encoding at most.

    `Hùng` and `Hưng` fold alike although they may be two people: whoever corrects looks at the
    birth certificate. Nothing is left of a name without letters, so it is like no other.
    """
    return folded(first) == folded(second) != ""
