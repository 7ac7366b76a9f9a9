"""Approving a whole lot: how many and what, looked at once more, then all of it at once."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sync.model.errors import LotChangedError, NotFoundError
from sync.portal.deps import ClockDep, DeskDep, HrDep, OwnFormDep, find_viewer
from sync.portal.desk_deps import CONFLICT, UnitDep, hex_in, words_of
from sync.portal.desk_route import DeskRoute
from sync.portal.pages import path_for, render
from sync.services import approve_lot
from sync.services.approve_lot import Shown
from sync.services.code_fields import lists_of_fields
from sync.store import desk
from sync.store.database import Database
from sync.store.lots import Lot

FIRST_SHOWN = 25

router = APIRouter(route_class=DeskRoute)

Number = Annotated[int, Form(ge=0, le=2**62)]
Short = Annotated[str, Query(max_length=64)]


def find_lot(
    unit_code: UnitDep,
    lot: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    rule: Short = "",
    cause: Short = "",
) -> Lot:
    """The lot that the address names.

    Raises:
        NotFoundError: it names none.
    """
    if lot is not None:
        return Lot(unit_code, lot)
    if not rule:
        raise NotFoundError("No lot is named: open one from the approvals.")
    return Lot(unit_code, None, rule, hex_in(cause))


LotDep = Annotated[Lot, Depends(find_lot)]


@router.get("/phe-duyet/tat-ca", name="lot")
def show_lot(request: Request, viewer: HrDep, db: DeskDep, lot: LotDep) -> HTMLResponse:
    """How many proposals would be approved, and the first of them."""
    return _page(request, db, lot)


@router.post("/phe-duyet/tat-ca")
def approve_all(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    lot: LotDep,
    count: Number = 0,
    last: Number = 0,
) -> Response:
    """All that was shown is approved, or nothing where the lot is another by now."""
    shown = Shown(count, last)
    try:
        done = approve_lot.approve_lot(lot, shown, actor=viewer.actor, db=db, clock=clock)
    except LotChangedError:
        return _page(request, db, lot, is_changed=True)
    target = path_for(request, "approvals")
    return RedirectResponse(f"{target}?unit={lot.unit_code}&approved={done}", status_code=303)


def _page(
    request: Request, db: Database, lot: Lot, *, is_changed: bool = False
) -> HTMLResponse:
    actor = find_viewer(request).actor
    found = approve_lot.look_at_lot(lot, FIRST_SHOWN, actor=actor, db=db)
    with db.transaction() as conn:
        names = desk.find_code_names(conn, desk.codes_of(found.first, lists_of_fields()))
    words = words_of(request, names)
    return render(
        request,
        "desk_lot.html",
        status=CONFLICT if is_changed else 200,
        lot=lot,
        address=address_of(request, lot),
        rule=words.rule(lot.rule_code) if lot.rule_code else None,
        shown=found.shown,
        has_more=found.has_more,
        first=found.first,
        is_changed=is_changed,
        words=words,
    )


def address_of(request: Request, lot: Lot) -> str:
    """Where a lot is looked at."""
    asked = {"unit": lot.unit_code, "lot": str(lot.lot_id)}
    if lot.lot_id is None:
        cause = (lot.cause_hmac or b"").hex()
        asked = {"unit": lot.unit_code, "rule": lot.rule_code or "", "cause": cause}
    return f"{path_for(request, 'lot')}?{urlencode(asked)}"
