"""What a value that was sent could mean, where only its writing is wrong; never a guess."""

import re
import unicodedata

from sync.contract.profile import DateFormat, Profile
from sync.contract.record import Field

DAY = re.compile(r"(\d{1,2})[ ./\-](\d{1,2})[ ./\-](\d{4})", re.ASCII)
READ_AS = {
    DateFormat.ISO: r"\d{4}-\d\d-\d\d",
    DateFormat.DMY: r"\d\d/\d\d/\d{4}",
    DateFormat.DMY_DASH: r"\d\d-\d\d-\d{4}",
    DateFormat.COMPACT: r"\d{8}",
}
NUMBER_LENGTHS = {"so_dinh_danh": 12, "ma_ho_so": 12, "so_cmnd": 9, "so_bhxh": 10}
MONTHS = 12


def suggest_value(field: Field | None, sent: str | None, profile: Profile | None) -> str | None:
    """The same value written as its field wants it; None where nothing sure can be said."""
    if field is None or sent is None or not sent.strip():
        return None
    value = " ".join(unicodedata.normalize("NFC", sent).split())
    if field.kind == "date":
        return _day(value, profile.date_format if profile else DateFormat.ISO)
    meant = _meant(field, value)
    return None if meant == sent else meant


def _meant(field: Field, value: str) -> str | None:
    if field.code in NUMBER_LENGTHS:
        digits = re.sub(r"[ .\-]", "", value)
        is_whole = digits.isascii() and digits.isdigit()
        return digits if is_whole and len(digits) == NUMBER_LENGTHS[field.code] else None
    if field.code == "ho_va_ten":
        return _name(value)
    return value if field.kind in ("text", "code") else None


def _day(value: str, usual: DateFormat) -> str | None:
    """A day that the reading could not read, where day and month cannot be mistaken."""
    found = DAY.fullmatch(value)
    if found is None or any(
        re.fullmatch(READ_AS[each], value, re.ASCII) for each in (usual, DateFormat.ISO)
    ):
        return None
    day, month, year = (int(part) for part in found.groups())
    is_day_first = usual in (DateFormat.DMY, DateFormat.DMY_DASH)
    is_sure = is_day_first or day > MONTHS or day == month
    is_day = 1 <= day <= 31 and 1 <= month <= MONTHS
    return f"{year:04}-{month:02}-{day:02}" if is_sure and is_day else None


def _name(value: str) -> str | None:
    """Vietnamese names begin each word with a capital; what is not a letter is no name."""
    if not all(char.isalpha() or char == " " for char in value):
        return None
    return " ".join(word[:1].upper() + word[1:].lower() for word in value.split())
