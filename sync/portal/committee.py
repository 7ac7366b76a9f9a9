"""The committee's pages: the country, a unit, whom to ask, what was claimed, definitions."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from sync.portal.deps import DatabaseDep, DayDep, SpeechDep, ViewerDep, require_viewer
from sync.portal.national import ladder_of, timeliness_of, trend_of
from sync.portal.pages import render
from sync.portal.scorecard import MONTH, YEAR, Scorecard, claims_beside, load_scorecard
from sync.portal.speech import ZONE, Speech
from sync.portal.table import COLUMNS, Order, in_order, totals
from sync.portal.thresholds import Thresholds
from sync.portal.views import (
    SYNCHRONISED_LEVEL,
    TOP_LEVEL,
    as_seen,
    contacts_of,
    country_of,
    ratios_of,
    reason_groups,
    wave_as_seen,
    worst_first,
)
from sync.store import facts

WAVES_SHOWN = 20
CAUSES_SHOWN = 10  # the others are folded

router = APIRouter(dependencies=[Depends(require_viewer)])


def find_order(
    sort: Annotated[str, Query(max_length=20)] = "",
    direction: Annotated[str, Query(alias="dir", max_length=4)] = "",
) -> Order:
    """The order of the table that the address asks for."""
    return Order.wanted(sort, direction)


OrderDep = Annotated[Order, Depends(find_order)]


@router.get("/", name="country")
def show_country(  # noqa: PLR0913 - what a page needs is said by its arguments
    request: Request,
    database: DatabaseDep,
    viewer: ViewerDep,
    speech: SpeechDep,
    day: DayDep,
    order: OrderDep,
) -> HTMLResponse:
    """Where the country stands on a day."""
    with database.transaction() as conn:
        card = load_scorecard(conn, day, is_signed_in=viewer.is_signed_in)
        if card is None:
            return _no_figures(request, conn, day)
    limits: Thresholds = request.app.state.thresholds
    return render(
        request,
        "country.html",
        now=card.now,
        ratios=ratios_of(card.now, card.past[MONTH], card.past[YEAR], card.claims),
        claims=card.claims,
        card=card,
        trend=trend_of(card),
        ladder=ladder_of(card.units),
        timeliness=timeliness_of(card, limits, speech),
        causes_shown=CAUSES_SHOWN,
        limits=limits.spoken(speech),
        top_level=TOP_LEVEL,
        **_blocks(card, order, speech),
    )


def _no_figures(request: Request, conn: Connection, day: date | None) -> HTMLResponse:
    nearest = facts.find_headline(conn, latest=day) or facts.find_headline(conn)
    return render(request, "no_figures.html", day=day, nearest=nearest)


def _blocks(card: Scorecard, order: Order, speech: Speech) -> Mapping[str, Any]:
    """The map, the reasons and the table."""
    groups = reason_groups(card.units, speech)
    return {
        "country": country_of(card.units, speech),
        "missing": [group for group in groups if group.level < SYNCHRONISED_LEVEL],
        "beyond": [group for group in groups if group.level >= SYNCHRONISED_LEVEL],
        "rows": in_order(card.units, order, speech),
        "columns": COLUMNS,
        "order": order,
        "totals": totals(card.units),
        "is_some_hidden": card.is_some_hidden,
        "synchronised_level": SYNCHRONISED_LEVEL,
    }


@router.get("/don-vi/{unit_code}", name="unit")
def show_unit(
    request: Request, database: DatabaseDep, viewer: ViewerDep, unit_code: str, day: DayDep
) -> HTMLResponse:
    """One unit on a day: its level, what is missing, its counts, its last waves."""
    with database.transaction() as conn:
        now = facts.find_headline(conn, earliest=day, latest=day)
        if now is None:
            return _no_figures(request, conn, day)
        unit = facts.find_unit_day(conn, unit_code, now.as_of)
        if unit is None:
            raise HTTPException(404)
        end_of_day = datetime.combine(now.as_of + timedelta(days=1), time.min, tzinfo=ZONE)
        waves = facts.list_unit_waves(conn, unit_code, before=end_of_day, row_count=WAVES_SHOWN)
        contacts = facts.list_contacts(conn, unit_code) if viewer.is_signed_in else []
    seen = as_seen(unit, is_signed_in=viewer.is_signed_in)
    return render(
        request,
        "unit.html",
        now=now,
        unit=seen,
        is_hidden=seen.live is None,
        waves=[wave_as_seen(wave, seen) for wave in waves],
        contacts=contacts,
        top_level=TOP_LEVEL,
        thresholds=request.app.state.thresholds,
    )


@router.get("/dau-moi", name="contacts")
def show_contacts(
    request: Request, database: DatabaseDep, viewer: ViewerDep, speech: SpeechDep, day: DayDep
) -> HTMLResponse:
    """Every unit, worst first: what is missing, and whom to ask."""
    with database.transaction() as conn:
        card = load_scorecard(conn, day, is_signed_in=viewer.is_signed_in)
        if card is None:
            return _no_figures(request, conn, day)
    return render(
        request,
        "contacts.html",
        now=card.now,
        units=worst_first(card.units, speech),
        contacts=contacts_of(card.contacts),
        top_level=TOP_LEVEL,
    )


@router.get("/so-cong-bo", name="claims")
def show_claims(
    request: Request, database: DatabaseDep, viewer: ViewerDep, day: DayDep
) -> HTMLResponse:
    """What others announced, each beside what was proved then and is proved now."""
    with database.transaction() as conn:
        now = facts.find_headline(conn, earliest=day, latest=day)
        if now is None:
            return _no_figures(request, conn, day)
        beside = claims_beside(conn, now)
    return render(request, "claims.html", now=now, rows=beside)


@router.get("/dinh-nghia", name="definitions")
def show_definitions(request: Request) -> HTMLResponse:
    """How each figure is counted, with its denominator and its limits."""
    return render(
        request,
        "definitions.html",
        top_level=TOP_LEVEL,
        thresholds=request.app.state.thresholds,
    )
