"""Codes of units for national ones: HR proposes, the steward decides; no person is shown."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sync.model.desk import FlagState, MappingState, Role
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
    numbers_in,
    reason_problems,
    words_of,
)
from sync.portal.desk_route import DeskRoute
from sync.portal.pages import path_for, render
from sync.services import map_code, queue
from sync.services.basis import current_suites
from sync.services.code_fields import fields_of_lists, lists_of_fields, unknown_code_rules
from sync.services.map_code import Decision
from sync.services.queue import QueueCause
from sync.store import desk_codes
from sync.store.database import Database

SHOWN = 25

router = APIRouter(route_class=DeskRoute)

HrOrStewardDep = Annotated[Viewer, Depends(require_role(*HR, Role.STEWARD))]


@router.get("/gan-ma", name="mappings")
def show_mappings(
    request: Request,
    viewer: HrOrStewardDep,
    db: DeskDep,
    after: Annotated[str, Query(max_length=18)] = "",
    done: Annotated[str, Query(max_length=12)] = "",
) -> HTMLResponse:
    """Codes that no list knows, and what was proposed for them; what an act just did."""
    return _page(request, db, before=next(iter(numbers_in(after)), None), done=done)


@router.post("/gan-ma")
def decide_mapping(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    viewer: HrOrStewardDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    mapping_id: Annotated[int, Form()] = 0,
    act: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_REASON * 4)] = "",
) -> Response:
    """The steward's word, or the proposer's that it was not meant."""
    problems: list[Problem] = []
    if reason.strip() or act != "approve":  # agreeing needs no reason
        problems = reason_problems(reason, f"reason_{mapping_id}", words_of(request))
    if problems:
        return _page(request, db, problems=problems)
    if act == "withdraw":
        map_code.withdraw_mapping(mapping_id, reason, actor=viewer.actor, db=db, clock=clock)
    else:
        decision = Decision(act == "approve", reason)
        map_code.decide_mapping(mapping_id, decision, actor=viewer.actor, db=db, clock=clock)
    done = {"withdraw": "withdrawn", "approve": "approved"}.get(act, "declined")
    target = path_for(request, "mappings")
    return RedirectResponse(f"{target}?done={done}#mapping-{mapping_id}", status_code=303)


def _page(
    request: Request,
    db: Database,
    *,
    before: int | None = None,
    done: str = "",
    problems: Sequence[Problem] = (),
) -> HTMLResponse:
    viewer = find_viewer(request)
    with db.transaction() as conn:
        mappings = desk_codes.list_mappings(conn, rules_of_lists(), before, SHOWN + 1)
    return render(
        request,
        "desk_codes.html",
        status=NOT_ACCEPTED if problems else 200,
        done=done if done in set(MappingState) else "",
        fields_of={name: places[0][1] for name, places in fields_of_lists().items()},
        causes=_unknown_codes(viewer, db),
        mappings=mappings[:SHOWN],
        next_after=mappings[SHOWN - 1].mapping_id if len(mappings) > SHOWN else None,
        is_steward=viewer.has(Role.STEWARD),
        officer_of={u for u in viewer.actor.units if viewer.actor.has(Role.HR_OFFICER, u)},
        problems=problems,
        longest_reason=LONGEST_REASON,
        words=words_of(request),
    )


def rules_of_lists() -> dict[str, str]:
    """Rules about an unknown code, with the list that should know it."""
    lists, unknown = lists_of_fields(), unknown_code_rules()
    return {
        rule.code: lists[rule.field]
        for rule in current_suites().rules
        if rule.code in unknown and rule.field in lists
    }


def _unknown_codes(viewer: Viewer, db: Database) -> list[tuple[str, QueueCause]]:
    """Causes of the officer's units that one choice from a national list would answer."""
    return [
        (unit_code, cause)
        for unit_code in viewer.actor.units
        if viewer.actor.has(Role.HR_OFFICER, unit_code)
        for cause in queue.list_causes_of_queue(unit_code, db=db)
        if cause.code_list and cause.by_state[FlagState.OPEN]
    ]
