"""After an act: what happened, and taking it back where it can be taken back."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sync.model.desk import Actor, CorrectionState, Role
from sync.portal.deps import ClockDep, DeskDep, HrDep, OwnFormDep
from sync.portal.desk_deps import numbers_in, words_of
from sync.portal.desk_route import DeskRoute
from sync.portal.pages import path_for, render
from sync.services import correct, waive
from sync.store import desk, records
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
    wanted = numbers_in(ids, SHOWN_AT_ONCE)
    with db.transaction() as conn:
        is_waiver = act in OF_WAIVERS
        proposals = [] if is_waiver else desk.list_proposals(conn, wanted)
        waivers = records.list_waivers(conn, wanted) if is_waiver else []
        names = desk.find_code_names(conn, desk.codes_of(proposals))
    return render(
        request,
        "desk_done.html",
        act=act.replace("-", "_"),
        proposals=proposals,
        waivers=waivers,
        undoable={c.correction_id for c in proposals if can_take_back(viewer.actor, c)},
        approver_of={u for u in viewer.actor.units if viewer.actor.has(Role.HR_APPROVER, u)},
        words=words_of(request, names),
    )


def can_take_back(actor: Actor, proposal: ProposedValue) -> bool:
    """An officer of the unit takes a proposal back; who approves there, a value in force."""
    if proposal.state == CorrectionState.PROPOSED:
        return actor.has(Role.HR_OFFICER, proposal.unit_code)
    is_approver = actor.has(Role.HR_APPROVER, proposal.unit_code)
    return proposal.state == CorrectionState.APPROVED and is_approver


@router.post("/viec/rut-lai", name="withdraw")
def withdraw_values(
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    chosen: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """The chosen values are taken back; the questions they answered are open again."""
    ids = numbers_in(chosen or [], SHOWN_AT_ONCE)
    for correction_id in ids:
        correct.withdraw_correction(correction_id, actor=viewer.actor, db=db, clock=clock)
    target = path_for(request, "done", act=WITHDRAWN)
    return RedirectResponse(f"{target}?ids={','.join(map(str, ids))}", status_code=303)


@router.post("/viec/thoi-chap-nhan", name="end_waiver")
def end_waiver(
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    waiver_id: Annotated[int, Form()] = 0,
) -> Response:
    """The deviation is accepted no longer; its question is open again."""
    waive.end_waiver(waiver_id, actor=viewer.actor, db=db, clock=clock)
    target = path_for(request, "done", act=NO_LONGER_ACCEPTED)
    return RedirectResponse(f"{target}?ids={waiver_id}", status_code=303)
