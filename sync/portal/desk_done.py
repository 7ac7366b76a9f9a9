"""After an act: what happened, and taking it back where it can be taken back."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sync.model.desk import Actor, CorrectionState, Role
from sync.portal.deps import ClockDep, DeskDep, HrDep, OwnFormDep
from sync.portal.desk_deps import (
    LONGEST_REASON,
    Problem,
    numbers_in,
    reason_problems,
    words_of,
)
from sync.portal.desk_route import DeskRoute
from sync.portal.pages import path_for, render
from sync.portal.refusals import status_of
from sync.services import decide, waive
from sync.services.code_fields import lists_of_fields
from sync.store import desk, records
from sync.store.database import Database
from sync.store.desk import ProposedValue

PROPOSED, APPROVED, DECLINED, WITHDRAWN = "de-nghi", "phe-duyet", "tu-choi", "rut-lai"
ACCEPTED, NO_LONGER_ACCEPTED = "chap-nhan", "thoi-chap-nhan"
OF_VALUES = (PROPOSED, APPROVED, DECLINED, WITHDRAWN)
OF_WAIVERS = (ACCEPTED, NO_LONGER_ACCEPTED)
SHOWN_AT_ONCE = 100

router = APIRouter(route_class=DeskRoute)


@router.get("/viec/xong/{act}", name="done")
def show_done(
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    act: str,
    ids: Annotated[str, Query(max_length=2000)] = "",
) -> HTMLResponse:
    """What became of the proposals or accepted deviations that the address names."""
    if act not in (*OF_VALUES, *OF_WAIVERS):
        raise HTTPException(404)
    return _page(request, viewer.actor, db, (act, numbers_in(ids, SHOWN_AT_ONCE)))


def _page(
    request: Request,
    actor: Actor,
    db: Database,
    done: tuple[str, Sequence[int]],
    problems: Sequence[Problem] = (),
) -> HTMLResponse:
    act, wanted = done
    with db.transaction() as conn:
        is_waiver = act in OF_WAIVERS
        proposals = [] if is_waiver else desk.list_proposals(conn, wanted)
        waivers = records.list_waivers(conn, wanted) if is_waiver else []
        names = desk.find_code_names(conn, desk.codes_of(proposals, lists_of_fields()))
    return render(
        request,
        "desk_done.html",
        status=status_of(problems),
        problems=problems,
        longest_reason=LONGEST_REASON,
        act=act.replace("-", "_"),
        proposals=proposals,
        waivers=waivers,
        undoable={c.correction_id for c in proposals if can_take_back(actor, c)},
        approver_of={u for u in actor.units if actor.has(Role.HR_APPROVER, u)},
        words=words_of(request, names),
    )


def can_take_back(actor: Actor, proposal: ProposedValue) -> bool:
    """An officer of the unit takes a proposal back; who approves there, a value in force."""
    if proposal.state == CorrectionState.PROPOSED:
        return actor.has(Role.HR_OFFICER, proposal.unit_code)
    is_approver = actor.has(Role.HR_APPROVER, proposal.unit_code)
    return proposal.state == CorrectionState.APPROVED and is_approver


@router.post("/viec/rut-lai", name="withdraw")
def withdraw_values(  # noqa: PLR0913 - what a route needs is said by its arguments
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    chosen: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """The chosen values are taken back; the questions they answered are open again."""
    ids = numbers_in(chosen or [], SHOWN_AT_ONCE)
    decide.withdraw_many(ids, actor=viewer.actor, db=db, clock=clock)
    target = path_for(request, "done", act=WITHDRAWN)
    return RedirectResponse(f"{target}?ids={','.join(map(str, ids))}", status_code=303)


@router.post("/viec/thoi-chap-nhan", name="end_waiver")
def end_waiver(  # noqa: PLR0913 - what a route needs is said by its arguments
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    waiver_id: Annotated[int, Form()] = 0,
    reason: Annotated[str, Form(max_length=LONGEST_REASON * 4)] = "",
) -> Response:
    """The deviation is accepted no longer; its question is open again."""
    problems = reason_problems(reason, f"reason_{waiver_id}", words_of(request))
    if problems:
        return _page(request, viewer.actor, db, (ACCEPTED, [waiver_id]), problems)
    waive.end_waiver(waiver_id, reason, actor=viewer.actor, db=db, clock=clock)
    target = path_for(request, "done", act=NO_LONGER_ACCEPTED)
    return RedirectResponse(f"{target}?ids={waiver_id}", status_code=303)
