"""Sheets both ways: what is asked goes into a workbook, and what comes back is previewed."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from sync.model.desk import Role
from sync.model.errors import PermissionDeniedError, RefusedFileError
from sync.model.reason import NUMBER
from sync.model.sheet import Verdict
from sync.portal.deps import (
    CheckerDep,
    ClockDep,
    DeskDep,
    HrDep,
    OwnFormDep,
    SpeechDep,
    find_language,
)
from sync.portal.desk_deps import LONGEST_REASON
from sync.portal.desk_route import SheetRoute
from sync.portal.excel_words import Shown, file_name, words_of
from sync.portal.pages import path_for, render
from sync.portal.speech import ENGLISH
from sync.services.basis import current_suites
from sync.services.code_fields import lists_of_fields
from sync.services.context import today
from sync.services.correct import Desk
from sync.services.export_sheet import (
    SheetOrder,
    choices_of,
    count_sheet,
    export_sheet,
    list_sensitive,
)
from sync.services.import_sheet import confirm_draft, get_draft, list_cells, preview_sheet
from sync.sheets.layout import ROW_LIMIT
from sync.store import registry, search
from sync.store.sheets import Chosen

router = APIRouter(route_class=SheetRoute)

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_ACCEPTED, NOT_FOUND = 422, 404
CAUSE = re.compile(r"([0-9a-f]{2}){1,32}")
PAGE = 50
GROUPS: Mapping[str, tuple[Verdict, ...]] = {
    "accepted": (Verdict.ACCEPTED,),
    "conflict": (Verdict.CONFLICT,),
    "rule": (Verdict.BREAKS_RULE,),
    "other": tuple(
        verdict
        for verdict in Verdict
        if verdict not in (Verdict.ACCEPTED, Verdict.CONFLICT, Verdict.BREAKS_RULE)
    ),
}


def choose(
    viewer: HrDep,
    unit: Annotated[str, Query(max_length=16)] = "",
    rule: Annotated[str, Query(max_length=16)] = "",
    cause: Annotated[str, Query(max_length=64)] = "",
    effect: Annotated[str, Query(pattern="^(block|ask|)$")] = "",
) -> Chosen:
    """Which questions: of the unit asked for, or the viewer's first; rule, cause, effect.

    Raises:
        PermissionDeniedError: the viewer is no HR officer of the unit.
        HTTPException: 404, there is no such rule or cause.
    """
    units = sorted(code for role, code in viewer.actor.grants if role is Role.HR_OFFICER)
    if not units or (unit and unit not in units):
        raise PermissionDeniedError(
            f"Sheets need the role {Role.HR_OFFICER}: ask an administrator for it.",
            [Role.HR_OFFICER],
        )
    if (rule and rule not in current_suites().by_code) or (
        cause and not CAUSE.fullmatch(cause)
    ):
        raise HTTPException(NOT_FOUND)
    cause_hmac = bytes.fromhex(cause) if cause else None
    return Chosen(unit or units[0], rule or None, cause_hmac, effect or None)


ChosenDep = Annotated[Chosen, Depends(choose)]


@router.get("/viec/tai-len", name="sheets")
@router.get("/viec/tai-xuong", name="sheets_down")
def show_sheets(
    request: Request, viewer: HrDep, db: DeskDep, clock: ClockDep, chosen: ChosenDep
) -> HTMLResponse:
    """What a sheet would hold, and the form that brings one back."""
    return _page(request, viewer, db, clock, chosen)


@router.post("/viec/tai-xuong", name="download_sheet")
def download_sheet(  # noqa: PLR0913 - one argument a dependency
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    checker: CheckerDep,
    clock: ClockDep,
    chosen: ChosenDep,
    own_form: OwnFormDep,
    speech: SpeechDep,
    reason: Annotated[str, Form(max_length=LONGEST_REASON)] = "",
) -> Response:
    """The workbook; its name tells no person, and the file is gone once it was sent."""
    if NUMBER.search(reason):
        return _page(request, viewer, db, clock, chosen, problem="quotes", reason=reason)
    folder = Path(tempfile.mkdtemp(prefix="cbccvc-sheet-"))
    try:
        name = file_name(chosen, today(clock))
        order = SheetOrder(chosen, words_of(speech, chosen, today(clock)), reason)
        desk = Desk(db, checker)
        export_sheet(folder / name, order, actor=viewer.actor, desk=desk, clock=clock)
    except BaseException:
        shutil.rmtree(folder)
        raise
    gone = BackgroundTask(shutil.rmtree, folder)
    return FileResponse(folder / name, media_type=WORKBOOK, filename=name, background=gone)


@router.post("/viec/tai-len", name="upload_sheet")
def upload_sheet(  # noqa: PLR0913 - one argument a dependency
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    checker: CheckerDep,
    clock: ClockDep,
    chosen: ChosenDep,
    own_form: OwnFormDep,
    sheet: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Judge the cells of a sheet and show what would be proposed."""
    try:
        if sheet is None or not sheet.filename:
            raise RefusedFileError("No file came: choose one.", problem="no_file")
        with _on_disk(sheet) as path:
            draft_id = preview_sheet(
                path,
                chosen.unit_code,
                actor=viewer.actor,
                desk=Desk(db, checker),
                clock=clock,
            )
    except RefusedFileError as error:
        return _page(request, viewer, db, clock, chosen, problem=error.problem)
    return RedirectResponse(path_for(request, "draft", draft_id=str(draft_id)), status_code=303)


@router.get("/viec/tai-len/{draft_id}", name="draft")
def show_draft(  # noqa: PLR0913 - one argument a part of the address
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    draft_id: int,
    group: Annotated[str, Query(max_length=16)] = "",
    after: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """What is said of each changed cell, a page at a time."""
    return _draft_page(request, viewer, db, clock, (draft_id, group, after))


@router.post("/viec/tai-len/{draft_id}")
def confirm(  # noqa: PLR0913 - one argument a dependency
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    checker: CheckerDep,
    clock: ClockDep,
    own_form: OwnFormDep,
    draft_id: int,
    reason: Annotated[str, Form(max_length=LONGEST_REASON)] = "",
) -> Response:
    """Propose what was accepted, once; a second confirmation is refused."""
    problem = "missing" if not reason.strip() else "quotes" if NUMBER.search(reason) else ""
    if problem:
        asked = (draft_id, "accepted", 0)
        return _draft_page(request, viewer, db, clock, asked, reason=(reason, problem))
    desk = Desk(db, checker)
    confirm_draft(draft_id, reason, actor=viewer.actor, desk=desk, clock=clock)
    return RedirectResponse(path_for(request, "draft", draft_id=str(draft_id)), status_code=303)


@contextmanager
def _on_disk(sheet: UploadFile) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cbccvc-sheet-") as folder:
        path = Path(folder) / "uploaded.xlsx"
        with path.open("wb") as file:
            shutil.copyfileobj(sheet.file, file)
        yield path


def _page(  # noqa: PLR0913 - what every route of the page was given
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    chosen: Chosen,
    *,
    problem: str = "",
    reason: str = "",
) -> HTMLResponse:
    rows, records = count_sheet(chosen, db=db)
    own = {code for role, code in viewer.actor.grants if role is Role.HR_OFFICER}
    with db.transaction() as conn:
        units = [u for u in registry.list_units(conn, today(clock)) if u.unit_code in own]
        rules = search.list_open_rules(conn, chosen.unit_code)
    known = current_suites().by_code  # an open question may be of a rule that is no more
    rule = known.get(chosen.rule_code or "")
    query = {
        "unit": chosen.unit_code,
        "rule": chosen.rule_code,
        "cause": chosen.cause_hmac.hex() if chosen.cause_hmac else None,
        "effect": chosen.effect,
    }
    return render(
        request,
        "sheet.html",
        status=NOT_ACCEPTED if problem else 200,
        units=units,
        chosen=chosen,
        unit=next((u for u in units if u.unit_code == chosen.unit_code), None),
        rule=rule,
        rules=[known[code] for code in rules if code in known],
        sensitive=list_sensitive(chosen, db=db),
        typed_reason=reason,
        longest_reason=LONGEST_REASON,
        query={name: value for name, value in query.items() if value},
        row_count=rows,
        record_count=records,
        row_limit=ROW_LIMIT,
        problem=problem,
    )


def _draft_page(  # noqa: PLR0913 - what every route of the page was given
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    asked: tuple[int, str, int],
    *,
    reason: tuple[str, str] = ("", ""),
) -> HTMLResponse:
    draft_id, group, after = asked
    draft = get_draft(draft_id, actor=viewer.actor, db=db, clock=clock)
    sums = {name: sum(draft.counts.get(v, 0) for v in of) for name, of in GROUPS.items()}
    chosen = group if group in GROUPS else next((n for n in sums if sums[n]), "accepted")
    found = list_cells(draft, GROUPS[chosen], after=after, limit=PAGE + 1, db=db)
    lists = sorted({lists_of_fields().get(cell.place[3], "") for cell in found} - {""})
    is_english = find_language(request) == ENGLISH
    choices = choices_of(db, lists, today(clock), is_english=is_english)
    return render(
        request,
        "sheet_draft.html",
        status=NOT_ACCEPTED if reason[1] else 200,
        draft=draft,
        sums=sums,
        group=chosen,
        cells=[Shown.of(cell, choices, is_english=is_english) for cell in found[:PAGE]],
        next_after=found[PAGE - 1].cell_no if len(found) > PAGE else None,
        is_later=after > 0,
        typed_reason=reason[0],
        problem=reason[1],
        longest_reason=LONGEST_REASON,
    )
