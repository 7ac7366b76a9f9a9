"""What a page hides of a person until somebody asks for it with a reason."""

from sync.contract.record import Field

DOTS = "••••••"
SHOWN_DIGITS = 4


def masked_number(number: str) -> str:
    """The last four characters of an identity number: enough to tell people apart."""
    if len(number) <= SHOWN_DIGITS:
        return DOTS if number else ""
    return "•" * (len(number) - SHOWN_DIGITS) + number[-SHOWN_DIGITS:]


def is_sensitive(field: Field) -> bool:
    """Ethnicity, religion, Party and the like (Decree 356/2025): uncovered with a reason."""
    return field.sensitivity != "basic"
