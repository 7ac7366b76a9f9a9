"""Search: people of one unit by name, number, rule or age of a flag.

Asked by a form that is posted, so that no value of a person stands in an address or a log; its
answer is the page itself.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from sync.portal.deps import ClockDep, DeskDep, HrDep, OwnFormDep, find_viewer
from sync.portal.desk_deps import NOT_ACCEPTED, Problem, UnitDep, numbers_in, words_of
from sync.portal.desk_words import Words
from sync.portal.pages import render
from sync.store import desk, search
from sync.store.database import Database
from sync.store.search import Wanted

PEOPLE_SHOWN = 25
FEWEST_DIGITS = 4
AGES = (0, 3, 7, 30, 90)  # days

router = APIRouter()

Text = Annotated[str, Form(max_length=200)]


@router.get("/tim", name="search")
def show_search(
    request: Request, viewer: HrDep, db: DeskDep, unit_code: UnitDep, rule: str = ""
) -> HTMLResponse:
    """The form; a rule may be chosen beforehand."""
    return _page(request, db, (Wanted(unit_code, rule_code=rule[:16]), 0))


@router.post("/tim")
def find_people(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    unit_code: UnitDep,
    name: Text = "",
    digits: Text = "",
    rule: Text = "",
    age: Text = "0",
    after: Text = "",
) -> HTMLResponse:
    """Who was found, by given name; the next page begins after the last one shown."""
    days = int(age) if age in {str(each) for each in AGES} else 0
    since = clock() - timedelta(days=days) if days else None
    wanted = Wanted(unit_code, name.strip(), digits.strip(), rule.strip()[:16], since)
    problems = _problems(wanted, words_of(request))
    if problems:
        return _page(request, db, (wanted, days), problems=problems)
    start = next(iter(numbers_in(after)), None)
    with db.transaction() as conn:
        found = search.list_found(conn, wanted, after=start, row_count=PEOPLE_SHOWN + 1)
    return _page(request, db, (wanted, days), found=found)


def _problems(wanted: Wanted, words: Words) -> list[Problem]:
    digits = "".join(c for c in wanted.digits if c.isdigit())
    if wanted.digits and len(digits) < FEWEST_DIGITS:
        return [Problem("digits", words.speech.say("search.few_digits", n=FEWEST_DIGITS))]
    if not (wanted.name or wanted.digits or wanted.rule_code or wanted.open_since):
        return [Problem("name", words.speech.say("search.nothing_asked"))]
    return []


def _page(
    request: Request,
    db: Database,
    asked: tuple[Wanted, int],
    *,
    problems: list[Problem] | None = None,
    found: list[search.Found] | None = None,
) -> HTMLResponse:
    wanted, days = asked
    with db.transaction() as conn:
        rules = search.list_open_rules(conn, wanted.unit_code)
        units = desk.list_unit_names(conn, find_viewer(request).actor.units)
    return render(
        request,
        "desk_search.html",
        status=NOT_ACCEPTED if problems else 200,
        wanted=wanted,
        days=days,
        ages=AGES,
        rules=rules,
        units=units,
        problems=problems or [],
        found=found[:PEOPLE_SHOWN] if found is not None else None,
        is_more=found is not None and len(found) > PEOPLE_SHOWN,
        words=words_of(request),
    )
