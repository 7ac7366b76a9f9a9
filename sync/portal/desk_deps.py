"""What the desk's routes share: the unit at hand, words for values, what is wrong in a form."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Query, Request

from sync.contract.record import Field
from sync.model.errors import PermissionDeniedError
from sync.model.reason import NUMBER
from sync.portal.deps import HR, HrDep, get_clock, get_speech
from sync.portal.desk_words import CodeNames, Words
from sync.services.basis import current_suites
from sync.services.context import today

NOT_ACCEPTED, CONFLICT = 422, 409
LONGEST_REASON = 500
LONGEST_VALUE = 1000
DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")


def chosen_unit(viewer: HrDep, unit: Annotated[str, Query(max_length=16)] = "") -> str:
    """The unit whose desk this is: the one asked for, or the viewer's first.

    Raises:
        PermissionDeniedError: it is none of the viewer's.
    """
    units = viewer.actor.units
    if unit and unit not in units:
        raise PermissionDeniedError(
            "This unit is not yours: ask an administrator for a role in it.", HR
        )
    return unit or units[0]


UnitDep = Annotated[str, Depends(chosen_unit)]


def words_of(
    request: Request, names: CodeNames | None = None, *, is_uncovered: bool = False
) -> Words:
    """The page's words in the reader's language, on today's day."""
    day = today(get_clock(request))
    return Words(get_speech(request), current_suites(), day, names or {}, is_uncovered)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something typed that cannot be taken: at which field of the form, as which sentence."""

    place: str
    sentence: str
    is_conflict: bool = False  # somebody was faster


def reason_problems(reason: str, place: str, words: Words) -> list[Problem]:
    """What is wrong with a reason, before anybody is asked to keep it for ever."""
    if not reason.strip():
        return [Problem(place, words.speech.say("form.reason_missing"))]
    if NUMBER.search(reason):
        return [Problem(place, words.speech.say("form.reason_quotes"))]
    return []


def typed_value(field: Field | None, typed: str) -> str | None:
    """What somebody typed, in the form the database reads; nothing typed is None."""
    value = " ".join(typed.split())
    if not value:
        return None
    kind = field.kind if field else "text"
    if kind == "date":
        found = DAY.fullmatch(value)
        return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else value
    return value.replace(",", ".") if kind == "decimal" else value


def is_readable(field: Field | None, value: str) -> bool:
    """Whether the value has its field's kind; the database looks again."""
    kind = field.kind if field else "text"
    if kind == "date":
        try:
            return date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    shapes = {"int": r"\d{1,9}", "decimal": r"\d{1,15}(\.\d{1,9})?"}
    return kind not in shapes or re.fullmatch(shapes[kind], value, re.ASCII) is not None


def numbers_in(said: str | Iterable[str], limit: int = 500) -> list[int]:
    """The ids of an address or a form; what is no id is left out."""
    parts = said.split(",") if isinstance(said, str) else said
    return [int(p) for p in parts if p.isascii() and p.isdigit() and len(p) < 18][:limit]


def hex_in(said: str) -> bytes:
    """The bytes of a cause in an address; what is none becomes a cause that is not there."""
    try:
        return bytes.fromhex(said)
    except ValueError:
        return b"\0"


def by_place(problems: Iterable[Problem]) -> Mapping[str, str]:
    """The first sentence at each field of the form."""
    found: dict[str, str] = {}
    for each in problems:
        found.setdefault(each.place, each.sentence)
    return found
