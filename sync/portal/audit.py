"""The auditor's page: who did what to which unit, newest first."""

from datetime import datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from sync.portal.audit_words import ACTIONS, action_said, figures_said, reason_said
from sync.portal.deps import AuditorDep, DayDep, DeskDep, SpeechDep
from sync.portal.pages import path_for, render
from sync.portal.places import letter_order
from sync.portal.speech import ZONE, Speech
from sync.store.audit import Asked, list_entries

ENTRIES_SHOWN = 50

router = APIRouter()

Code = Annotated[str, Query(max_length=64)]


@router.get("/nhat-ky", name="audit")
def show_ledger(  # noqa: PLR0913 - one argument a filter
    request: Request,
    desk: DeskDep,
    viewer: AuditorDep,
    speech: SpeechDep,
    day: DayDep,
    unit: Code = "",
    action: Code = "",
    actor: Code = "",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    """Entries of the ledger; row-level security shows them all to an auditor only."""
    since = datetime.combine(day, time.min, tzinfo=ZONE) if day else None
    asked = Asked(
        unit_code=unit.strip(),
        action=action.strip(),
        actor=actor.strip(),
        since=since,
        until=since + timedelta(days=1) if since else None,
        before_entry_id=before,
    )
    with desk.transaction() as conn:
        found = list_entries(conn, asked, ENTRIES_SHOWN + 1)
    shown = found[:ENTRIES_SHOWN]
    kept = {
        "unit": asked.unit_code,
        "action": asked.action,
        "actor": asked.actor,
        "as_of": day.isoformat() if day else "",
    }
    return render(
        request,
        "audit.html",
        entries=shown,
        asked=kept,
        is_paged=before is not None,
        older=_page(request, kept, shown[-1].entry_id) if len(found) > ENTRIES_SHOWN else None,
        newest=_page(request, kept, None),
        actions=_actions(asked.action, speech),
        action_said=lambda action: action_said(action, speech),
        reason_said=lambda entry: reason_said(entry, speech),
        figures_said=lambda entry: figures_said(entry, speech),
    )


def _actions(asked: str, speech: Speech) -> list[str]:
    """What can be filtered by, in the order of its words; what was asked for is among them."""
    known = {*ACTIONS, asked} - {""}
    return sorted(known, key=lambda action: letter_order(action_said(action, speech)))


def _page(request: Request, kept: dict[str, str], before: int | None) -> str:
    query = {name: value for name, value in kept.items() if value}
    if before is not None:
        query["before"] = str(before)
    path = path_for(request, "audit")
    return f"{path}?{urlencode(query)}" if query else path
