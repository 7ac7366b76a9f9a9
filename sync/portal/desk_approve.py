"""Approvals: exactly what would change; the second officer agrees or declines."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sync.model.desk import Role
from sync.portal.deps import ClockDep, DeskDep, HrDep, OwnFormDep, find_viewer
from sync.portal.desk_deps import (
    LONGEST_REASON,
    NOT_ACCEPTED,
    Problem,
    UnitDep,
    numbers_in,
    reason_problems,
    words_of,
)
from sync.portal.desk_done import APPROVED, DECLINED
from sync.portal.desk_lots import address_of
from sync.portal.desk_route import DeskRoute
from sync.portal.pages import path_for, render
from sync.portal.refusals import refused_at
from sync.services import decide as decisions
from sync.services.code_fields import lists_of_fields
from sync.store import desk, lots
from sync.store.database import Database

SHOWN = 25
LOTS_SHOWN = 10

router = APIRouter(route_class=DeskRoute)

Reason = Annotated[str, Form(max_length=LONGEST_REASON * 4)]


@router.get("/phe-duyet", name="approvals")
def show_approvals(  # noqa: PLR0913 - one argument a part of the address
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    unit_code: UnitDep,
    after: Annotated[str, Query(max_length=18)] = "",
    approved: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Proposals of the unit that wait, oldest first; one's own wait for somebody else."""
    asked = (next(iter(numbers_in(after)), 0), approved)
    return _page(request, db, unit_code, asked=asked)


@router.post("/phe-duyet")
def decide(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    unit_code: UnitDep,
    chosen: Annotated[list[str] | None, Form()] = None,
    act: Annotated[str, Form(max_length=20)] = "",
    reason: Reason = "",
) -> Response:
    """Approve the chosen values, or decline them with a reason."""
    ids = numbers_in(chosen or [], SHOWN)
    words = words_of(request)
    problems = reason_problems(reason, "reason", words) if act == "decline" else []
    if not ids:
        problems.insert(0, Problem("chosen", words.speech.say("form.nobody_chosen")))
    if problems:
        return _page(request, db, unit_code, said=(ids, reason, problems))
    if act == "decline":
        with refused_at("reason", "form.reason_quotes_value", words, problems):
            decisions.decline_many(ids, reason, actor=viewer.actor, db=db, clock=clock)
        if problems:
            return _page(request, db, unit_code, said=(ids, reason, problems))
    else:
        decisions.approve_many(ids, actor=viewer.actor, db=db, clock=clock)
    target = path_for(request, "done", act=DECLINED if act == "decline" else APPROVED)
    return RedirectResponse(f"{target}?ids={','.join(map(str, ids))}", status_code=303)


def _page(
    request: Request,
    db: Database,
    unit_code: str,
    *,
    asked: tuple[int, int] = (0, 0),
    said: tuple[Sequence[int], str, Sequence[Problem]] = ((), "", ()),
) -> HTMLResponse:
    actor, (after, approved) = find_viewer(request).actor, asked
    is_approver = actor.has(Role.HR_APPROVER, unit_code)
    with db.transaction() as conn:
        waiting = desk.list_waiting(conn, unit_code, after, SHOWN + 1)
        names = desk.find_code_names(conn, desk.codes_of(waiting[:SHOWN], lists_of_fields()))
        found = lots.list_lots(conn, unit_code, actor.login, LOTS_SHOWN) if is_approver else ()
        units = desk.list_unit_names(conn, actor.units)
    chosen, reason, problems = said
    return render(
        request,
        "desk_approve.html",
        status=NOT_ACCEPTED if problems else 200,
        unit_code=unit_code,
        units=units,
        waiting=waiting[:SHOWN],
        next_after=waiting[SHOWN - 1].correction_id if len(waiting) > SHOWN else None,
        is_approver=is_approver,
        lots=[(each, address_of(request, each.lot)) for each in found],
        approved=approved,
        chosen=chosen,
        typed_reason=reason,
        problems=problems,
        longest_reason=LONGEST_REASON,
        words=words_of(request, names),
    )
