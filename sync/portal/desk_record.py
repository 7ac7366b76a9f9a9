"""A record's page, and uncovering its sensitive fields for one view."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from sync.model.desk import Role
from sync.portal.deps import CheckerDep, ClockDep, DeskDep, HrDep, OwnFormDep
from sync.portal.desk_deps import (
    LONGEST_REASON,
    NOT_ACCEPTED,
    Problem,
    reason_problems,
    words_of,
)
from sync.portal.pages import render
from sync.portal.record_view import changes_between, codes_in, sections_of, unplaced
from sync.services import record
from sync.services.record import VERSIONS_SHOWN, Sheet
from sync.store import desk
from sync.store.database import Database

router = APIRouter()

Reason = Annotated[str, Form(max_length=LONGEST_REASON * 4)]


@router.get("/ho-so/{record_id}", name="record")
def show_record(
    request: Request, viewer: HrDep, db: DeskDep, checker: CheckerDep, record_id: int
) -> HTMLResponse:
    """One record: every field as sent, as read, as held; what is asked; who did what."""
    sheet = record.show_record(record_id, db=db, checker=checker)
    return _page(request, db, sheet)


@router.post("/ho-so/{record_id}")
def uncover_record(  # noqa: PLR0913 - what a route needs is said by its arguments
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    checker: CheckerDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    record_id: int,
    reason: Reason = "",
) -> HTMLResponse:
    """The same page with its sensitive fields, for this view only; the reason is kept."""
    problems = reason_problems(reason, "reason", words_of(request))
    if not problems:
        record.uncover_record(record_id, actor=viewer.actor, reason=reason, db=db, clock=clock)
    sheet = record.show_record(record_id, db=db, checker=checker, clock=clock)
    return _page(request, db, sheet, is_uncovered=not problems, wrong=(problems, reason))


def _page(
    request: Request,
    db: Database,
    sheet: Sheet,
    *,
    is_uncovered: bool = False,
    wrong: tuple[list[Problem], str] = ([], ""),
) -> HTMLResponse:
    with db.transaction() as conn:
        names = desk.find_code_names(conn, codes_in(sheet))
    problems, typed = wrong
    shown = sheet.versions[:VERSIONS_SHOWN]
    return render(
        request,
        "desk_record.html",
        status=NOT_ACCEPTED if problems else 200,
        sheet=sheet,
        head=sheet.head,
        sections=sections_of(sheet),
        unplaced=unplaced(sheet),
        versions=[
            (version, changes_between(sent, older))
            for (version, sent), (_, older) in zip(
                shown, [*sheet.versions[1:], (None, None)], strict=False
            )
        ],
        words=words_of(request, names, is_uncovered=is_uncovered),
        problems=problems,
        typed_reason=typed,
        longest_reason=LONGEST_REASON,
        roles=Role,
    )
