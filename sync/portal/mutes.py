"""Notices that units do not want for a while: who is silent about what, until when and why."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sync.model.desk import Role
from sync.model.notice import NoticeKind
from sync.portal.deps import (
    HR,
    ClockDep,
    DeskDep,
    OwnFormDep,
    Viewer,
    find_viewer,
    require_role,
)
from sync.portal.desk_deps import (
    LONGEST_REASON,
    NOT_ACCEPTED,
    Problem,
    reason_problems,
    words_of,
)
from sync.portal.desk_route import DeskRoute
from sync.portal.desk_words import Words
from sync.portal.pages import path_for, render
from sync.services import notice_book
from sync.services.notice_book import LONGEST_MUTE_DAYS, may_mute
from sync.store import desk, registry
from sync.store.database import Database
from sync.store.notices import Mute
from sync.store.registry import Unit

router = APIRouter(route_class=DeskRoute)

HrOrStewardDep = Annotated[Viewer, Depends(require_role(*HR, Role.STEWARD))]
Code = Annotated[str, Form(max_length=16)]
Kind = Annotated[str, Form(pattern="^(" + "|".join(NoticeKind) + ")$")]


@router.get("/thong-bao", name="mutes")
def show_mutes(
    request: Request, viewer: HrOrStewardDep, db: DeskDep, clock: ClockDep
) -> HTMLResponse:
    """What is mute in the units that the viewer may see, and the form that mutes."""
    return _page(request, db, clock)


@router.post("/thong-bao", name="mute")
def mute(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    viewer: HrOrStewardDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    kind: Kind,
    unit: Code = "",
    until: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_REASON)] = "",
) -> Response:
    """No mail of this kind to the unit's office until a day, that day included."""
    words = words_of(request)
    wanted = Mute(unit, kind, _day(until), reason, "")
    problems = [*_wrong_day(wanted.until_on, words), *reason_problems(reason, "reason", words)]
    if problems:
        return _page(request, db, clock, typed=wanted, problems=problems)
    notice_book.mute(wanted, actor=viewer.actor, db=db, clock=clock)
    return RedirectResponse(path_for(request, "mutes"), status_code=303)


@router.post("/thong-bao/bat-lai", name="unmute")
def unmute(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    viewer: HrOrStewardDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    kind: Kind,
    unit: Code = "",
) -> Response:
    """The unit wants this kind again, from now on."""
    notice_book.unmute(unit, [kind], actor=viewer.actor, db=db, clock=clock)
    return RedirectResponse(path_for(request, "mutes"), status_code=303)


def _page(
    request: Request,
    db: Database,
    clock: ClockDep,
    *,
    typed: Mute | None = None,
    problems: Sequence[Problem] = (),
) -> HTMLResponse:
    viewer, words = find_viewer(request), words_of(request)
    mutes = notice_book.list_mutes(db=db, clock=clock)
    units = _units_of(viewer, db, words.today)
    return render(
        request,
        "mutes.html",
        status=NOT_ACCEPTED if problems else 200,
        mutes=[(each, may_mute(viewer.actor, each.unit_code)) for each in mutes],
        units={unit.unit_code: unit for unit in units},
        may_mute=[unit for unit in units if may_mute(viewer.actor, unit.unit_code)],
        kinds=list(NoticeKind),
        typed=typed,
        first=words.today,
        last=words.today + timedelta(days=LONGEST_MUTE_DAYS),
        longest_reason=LONGEST_REASON,
        problems=problems,
    )


def _units_of(viewer: Viewer, db: Database, today: date) -> list[Unit]:
    with db.transaction() as conn:
        if viewer.has(Role.STEWARD):
            return registry.list_units(conn, today)
        return desk.list_unit_names(conn, viewer.actor.units)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return date.min


def _wrong_day(day: date, words: Words) -> list[Problem]:
    if day == date.min:
        return [Problem("until", words.speech.say("form.day_missing"))]
    last = words.today + timedelta(days=LONGEST_MUTE_DAYS)
    if not words.today <= day <= last:
        sentence = words.speech.say("mute.day_outside", last=words.speech.day(last))
        return [Problem("until", sentence)]
    return []
