"""The desk of a unit: what is to do, by cause; the people of a cause."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from sync.model.desk import Role
from sync.portal.cause_page import Typed, show_cause_page
from sync.portal.deps import ClockDep, DeskDep, HrDep
from sync.portal.desk_deps import UnitDep, hex_in, numbers_in, words_of
from sync.portal.pages import render
from sync.services import queue
from sync.store import desk

router = APIRouter()


@router.get("/viec", name="queue")
def show_queue(
    request: Request, viewer: HrDep, db: DeskDep, clock: ClockDep, unit_code: UnitDep
) -> HTMLResponse:
    """What blocks, what is due, what waits for whom; then the causes, as they are due."""
    counts = queue.count_queue(unit_code, db=db, clock=clock)
    causes = queue.list_causes_of_queue(unit_code, db=db)
    with db.transaction() as conn:
        delivery = desk.get_delivery(conn, unit_code)
        for_viewer = desk.count_waiting(conn, unit_code, viewer.actor.login)
        units = desk.list_unit_names(conn, viewer.actor.units)
    return render(
        request,
        "desk_queue.html",
        unit_code=unit_code,
        units=units,
        unit=next(unit for unit in units if unit.unit_code == unit_code),
        counts=counts,
        for_viewer=for_viewer,
        causes=causes,
        delivery=delivery,
        is_approver=viewer.actor.has(Role.HR_APPROVER, unit_code),
        is_officer=viewer.actor.has(Role.HR_OFFICER, unit_code),
        words=words_of(request),
    )


@router.get("/viec/nguyen-nhan", name="cause")
def show_cause(  # noqa: PLR0913 - one argument a part of the address
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    unit_code: UnitDep,
    rule: Annotated[str, Query(max_length=16)] = "",
    cause: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[str, Query(max_length=18)] = "",
    ticked: Annotated[str, Query(alias="all", max_length=1)] = "",
) -> HTMLResponse:
    """The people of a cause, each with the value as sent and a suggestion; act on many."""
    asked = (unit_code, rule, hex_in(cause))
    start = next(iter(numbers_in(after)), 0)
    typed = Typed(is_all=bool(ticked))
    return show_cause_page(request, db, asked, after=start, said=(typed, ()))
