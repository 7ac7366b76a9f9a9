"""One field of one record: propose another value, with a reason."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sync.contract.record import Field, record_groups
from sync.model.desk import FlagState, Role
from sync.model.errors import NotFoundError, RefusedValueError
from sync.portal.cause_page import Typed, choices_of
from sync.portal.deps import CheckerDep, ClockDep, DeskDep, HrDep, OwnFormDep
from sync.portal.desk_deps import (
    LONGEST_REASON,
    LONGEST_VALUE,
    Problem,
    is_readable,
    reason_problems,
    typed_value,
    words_of,
)
from sync.portal.desk_route import DeskRoute
from sync.portal.desk_words import Words, find_field
from sync.portal.pages import path_for, render
from sync.portal.record_view import Line, codes_in, sections_of
from sync.portal.refusals import refusal, status_of
from sync.services import correct, record
from sync.services.cells import Cell
from sync.services.correct import Desk
from sync.services.permissions import check_may
from sync.services.record import Sheet, profile_named
from sync.services.suggest import suggest_value
from sync.store import desk
from sync.store.database import Database

router = APIRouter(route_class=DeskRoute)

Text = Annotated[str, Form(max_length=LONGEST_VALUE * 2)]


@dataclass(frozen=True, slots=True)
class Spot:
    """A field of a row of a group, as an address names it."""

    group: str
    row_no: int
    field: Field


def find_spot(
    group: Annotated[str, Query(max_length=40)] = "",
    row: Annotated[int, Query(ge=1, lt=1_000_000_000)] = 1,
    field: Annotated[str, Query(max_length=40)] = "",
) -> Spot:
    """The place that the address names.

    Raises:
        NotFoundError: the record has no such field.
    """
    known = find_field(field)
    if known is None or known.is_secret or known.group != group or group not in record_groups():
        raise NotFoundError("The record has no such field: open it from the record's page.")
    return Spot(group, row, known)


SpotDep = Annotated[Spot, Depends(find_spot)]


@router.get("/ho-so/{record_id}/sua", name="fix")
def show_fix(
    request: Request, viewer: HrDep, db: DeskDep, record_id: int, spot: SpotDep
) -> HTMLResponse:
    """What each side says of the field, and the form for another value."""
    sheet = record.show_record(record_id, db=db, checker=request.app.state.checker)
    check_may(viewer.actor, Role.HR_OFFICER, sheet.head.unit_code)
    return _page(request, db, sheet, spot)


@router.post("/ho-so/{record_id}/sua")
def propose_value(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    checker: CheckerDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    record_id: int,
    spot: SpotDep,
    value: Text = "",
    none: Text = "",
    reason: Text = "",
) -> Response:
    """A correction that waits for the second officer."""
    words, typed = words_of(request), Typed(value=value, reason=reason)
    sheet = record.show_record(record_id, db=db, checker=checker, clock=clock)
    meant = None if none else typed_value(spot.field, value)
    problems = _problems((meant, bool(none)), reason, spot.field, words)
    if not problems:
        cell = _cell(sheet, spot, meant)
        try:
            made = correct.propose_correction(
                cell, reason, actor=viewer.actor, desk=Desk(db, checker), clock=clock
            )
            target = path_for(request, "done", act="de-nghi")
            return RedirectResponse(f"{target}?ids={made.correction_id}", status_code=303)
        except RefusedValueError as error:
            problems.append(refusal("value", error.problem, error.rule_code, words))
    return _page(request, db, sheet, spot, said=(typed, problems))


def _cell(sheet: Sheet, spot: Spot, meant: str | None) -> Cell:
    """The field's first question is what the value answers, where one is asked."""
    line = _line_at(sheet, spot)
    open_flags = [
        q.flag_id
        for q in (line.questions if line else ())
        if q.flag_id is not None and q.state == FlagState.OPEN
    ]
    return Cell(
        meant,
        next(iter(open_flags), None),
        sheet.head.record_id,
        spot.group,
        spot.row_no,
        spot.field.code,
    )


def _problems(
    meant: tuple[str | None, bool], reason: str, field: Field, words: Words
) -> list[Problem]:
    value, is_none = meant
    found: list[Problem] = []
    if value is None and not is_none:
        found.append(Problem("value", words.speech.say("form.value_missing")))
    elif value is not None and not is_readable(field, value):
        found.append(Problem("value", words.speech.say(f"form.not_{field.kind}")))
    return found + reason_problems(reason, "reason", words)


def _page(
    request: Request,
    db: Database,
    sheet: Sheet,
    spot: Spot,
    *,
    said: tuple[Typed, list[Problem]] = (Typed(), []),
) -> HTMLResponse:
    typed, problems = said
    words = words_of(request)
    with db.transaction() as conn:
        choices = choices_of(conn, spot.field.code, "", words)
        names = desk.find_code_names(conn, codes_in(sheet))
    line = _line_at(sheet, spot)
    return render(
        request,
        "desk_fix.html",
        status=status_of(problems),
        head=sheet.head,
        group=spot.group,
        is_list=record_groups()[spot.group].is_list,
        row_no=spot.row_no,
        field=spot.field,
        line=line,
        suggestion=suggest_value(
            spot.field, line.sent if line else None, profile_named(sheet.head.profile_name)
        ),
        choices=choices,
        words=words_of(request, names),
        typed=typed,
        problems=problems,
        longest_reason=LONGEST_REASON,
        longest_value=LONGEST_VALUE,
    )


def _line_at(sheet: Sheet, spot: Spot) -> Line | None:
    lines: list[Any] = [
        line
        for section in sections_of(sheet)
        for line in (*section.different, *section.same)
        if (section.group.name, line.row_no, line.field.code)
        == (spot.group, spot.row_no, spot.field.code)
    ]
    return lines[0] if lines else None
