"""The committee's pages: the country, one unit, how it is counted."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from sync.portal.deps import DatabaseDep, DayDep, SpeechDep, ViewerDep, require_viewer
from sync.portal.pages import render
from sync.portal.speech import ZONE, Speech
from sync.portal.table import COLUMNS, Order, in_order, totals
from sync.portal.views import (
    SYNCHRONISED_LEVEL,
    TOP_LEVEL,
    as_seen,
    country_of,
    ratios_of,
    reason_groups,
    wave_as_seen,
)
from sync.store import facts
from sync.store.facts import Headline, UnitDay

WAVES_SHOWN = 20
SLACK = timedelta(days=6)  # an earlier figure may be this much older than the day asked for
MONTH, YEAR = 1, 12

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
        now = facts.find_headline(conn, earliest=day, latest=day)
        if now is None:
            nearest = facts.find_headline(conn, latest=day) or facts.find_headline(conn)
            return render(request, "no_figures.html", day=day, nearest=nearest)
        past = {months: _headline_before(conn, now.as_of, months) for months in (MONTH, YEAR)}
        claims = facts.list_claims(conn, now.as_of)
        units = [
            as_seen(unit, is_signed_in=viewer.is_signed_in)
            for unit in facts.list_unit_days(conn, now.as_of)
        ]
    return render(
        request,
        "country.html",
        now=now,
        ratios=ratios_of(now, past[MONTH], past[YEAR], claims),
        claims=claims,
        **_blocks(units, order, speech),
    )


def _blocks(units: list[UnitDay], order: Order, speech: Speech) -> Mapping[str, Any]:
    """What stands below the headline."""
    groups = reason_groups(units, speech)
    return {
        "country": country_of(units, speech),
        "missing": [group for group in groups if group.level < SYNCHRONISED_LEVEL],
        "beyond": [group for group in groups if group.level >= SYNCHRONISED_LEVEL],
        "rows": in_order(units, order, speech),
        "columns": COLUMNS,
        "order": order,
        "totals": totals(units),
        "is_some_hidden": any(unit.live is None for unit in units),
        "synchronised_level": SYNCHRONISED_LEVEL,
    }


@router.get("/don-vi/{unit_code}", name="unit")
def show_unit(
    request: Request, database: DatabaseDep, viewer: ViewerDep, unit_code: str, day: DayDep
) -> HTMLResponse:
    """One unit on a day: its level, what is missing, its counts, its last waves."""
    with database.transaction() as conn:
        now = facts.find_headline(conn, earliest=day, latest=day)
        unit = facts.find_unit_day(conn, unit_code, now.as_of) if now else None
        if now is None or unit is None:
            raise HTTPException(404)
        end_of_day = datetime.combine(now.as_of + timedelta(days=1), time.min, tzinfo=ZONE)
        waves = facts.list_unit_waves(conn, unit_code, before=end_of_day, row_count=WAVES_SHOWN)
    seen = as_seen(unit, is_signed_in=viewer.is_signed_in)
    return render(
        request,
        "unit.html",
        now=now,
        unit=seen,
        is_hidden=seen.live is None,
        waves=[wave_as_seen(wave, seen) for wave in waves],
        top_level=TOP_LEVEL,
        thresholds=request.app.state.thresholds,
    )


@router.get("/dinh-nghia", name="definitions")
def show_definitions(request: Request) -> HTMLResponse:
    """How each figure is counted, with its denominator and its limits."""
    return render(
        request,
        "definitions.html",
        top_level=TOP_LEVEL,
        thresholds=request.app.state.thresholds,
    )


def _headline_before(conn: Connection, day: date, months: int) -> Headline | None:
    then = months_before(day, months)
    return facts.find_headline(conn, earliest=then - SLACK, latest=then)


def months_before(day: date, months: int) -> date:
    """The same day some months earlier; the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
