"""The committee's figures to take away: report, workbook, CSV. Same reading as the page."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from sync.portal.deps import DatabaseDep, DayDep, SpeechDep, ViewerDep, require_viewer
from sync.portal.report import write_report
from sync.portal.scorecard import Scorecard, load_scorecard
from sync.portal.sheets import write_csv, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

router = APIRouter(dependencies=[Depends(require_viewer)])


def get_card(database: DatabaseDep, viewer: ViewerDep, day: DayDep) -> Scorecard:
    """The figures of the day asked for.

    Raises:
        HTTPException: 404, nothing was measured that day.
    """
    with database.transaction() as conn:
        card = load_scorecard(conn, day, is_signed_in=viewer.is_signed_in)
    if card is None:
        raise HTTPException(404)
    return card


CardDep = Annotated[Scorecard, Depends(get_card)]


@router.get("/bao-cao.pdf", name="report")
def download_report(request: Request, card: CardDep) -> Response:
    """The report of a day, in Vietnamese."""
    written = write_report(card, request.app.state.thresholds)
    return _attached(written, "application/pdf", f"bao-cao-ket-noi-{card.now.as_of}.pdf")


@router.get("/bang-don-vi.xlsx", name="units_xlsx")
def download_workbook(card: CardDep, speech: SpeechDep) -> Response:
    """The table of units as a workbook."""
    return _attached(write_workbook(card, speech), XLSX, f"bang-don-vi-{card.now.as_of}.xlsx")


@router.get("/bang-don-vi.csv", name="units_csv")
def download_csv(card: CardDep, speech: SpeechDep) -> Response:
    """The table of units as CSV."""
    kind = "text/csv; charset=utf-8; header=present"
    return _attached(write_csv(card, speech), kind, f"bang-don-vi-{card.now.as_of}.csv")


def _attached(content: bytes, media_type: str, file_name: str) -> Response:
    """A file to keep; what it is called says its day."""
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(content, media_type=media_type, headers=headers)
