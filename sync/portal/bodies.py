"""How much a request may bring: what its form holds when every letter is a Vietnamese one."""

from collections.abc import Mapping

from fastapi import Request
from starlette.routing import Match

from sync.portal.cause_page import PEOPLE_SHOWN
from sync.portal.desk_deps import LONGEST_REASON, LONGEST_VALUE
from sync.sheets.gate import FILE_LIMIT

LETTER = 9  # bytes of a letter such as ế: three of UTF-8, each sent as %XX
LONGEST_FORM = 8192  # bytes: names of fields, ids, the token, short fields
READING = frozenset({"GET", "HEAD"})
ACCOUNT = 2 * 500 + 3 * 200  # letters: units of two roles, names, an address


def _typed(letters: int) -> int:
    return LONGEST_FORM + LETTER * letters


LONGEST_BODY: Mapping[str, int] = {  # bytes, by the route that takes more
    "act_on_cause": _typed((PEOPLE_SHOWN + 1) * LONGEST_VALUE + 2 * LONGEST_REASON),
    "map_code": _typed(LONGEST_VALUE + LONGEST_REASON),
    "propose_value": _typed(LONGEST_VALUE + LONGEST_REASON),
    "decide": _typed(LONGEST_REASON),
    "decide_mapping": _typed(LONGEST_REASON),
    "end_waiver": _typed(LONGEST_REASON),
    "uncover_record": _typed(LONGEST_REASON),
    "mute": _typed(LONGEST_REASON),
    "confirm": _typed(LONGEST_REASON),
    "decide_hold": _typed(LONGEST_REASON),
    "add_account": _typed(ACCOUNT),
    "account_roles": _typed(ACCOUNT),
    "upload_sheet": LONGEST_FORM + FILE_LIMIT,
}


def longest_body(request: Request) -> int:
    """Bytes that a request to this route may bring; nothing reads the body of a GET."""
    if request.method in READING:
        return LONGEST_FORM
    for route in request.app.routes:
        match, _ = route.matches(request.scope)
        if match is Match.FULL:
            return LONGEST_BODY.get(route.name, LONGEST_FORM)
    return LONGEST_FORM


def is_too_long(request: Request, limit: int = LONGEST_FORM) -> bool:
    """Whether the request has a body longer than its route takes, or of a length not told."""
    if request.method in READING:
        return False
    length = request.headers.get("content-length", "")
    return not length.isascii() or not length.isdigit() or int(length[:12]) > limit


def too_long_key(limit: int) -> str:
    """The sentence for a body over this limit: a file is divided, a form is shortened."""
    return "error.413" if limit > FILE_LIMIT else "error.413.form"
