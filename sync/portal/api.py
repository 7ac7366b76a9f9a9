"""The JSON feed: figures for a command centre, with a token; described by OpenAPI."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Security
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from sync.portal.api_answers import (
    CauseSaid,
    ClaimSaid,
    ContactSaid,
    DayRatios,
    KindSaid,
    Problem,
    RatioSaid,
    ScorecardSaid,
    UnitAnswer,
    UnitSaid,
)
from sync.portal.deps import DatabaseDep
from sync.portal.national import NOT_MEASURED, ladder_of
from sync.portal.scorecard import Scorecard, load_scorecard
from sync.portal.views import contacts_of
from sync.store.facts import Headline

VERSION = "1"
PREFIX = "/api/v1"
SCORECARD = "scorecard"
SAYS = {
    400: "The request cannot be read: a day is written 2026-11-23.",
    401: "A valid bearer token is needed: ask an administrator for one.",
    403: "This token may not read the scorecard: ask an administrator for the scope.",
    404: "Nothing was measured for this day or unit.",
    405: "Only GET is answered here.",
}

bearer = HTTPBearer(auto_error=False, description="A token of the portal, with its scope.")
router = APIRouter(prefix=PREFIX)

FindToken = Callable[[str], frozenset[str] | None]


def require_scope(scope: str) -> Callable[..., frozenset[str]]:
    """A dependency: the scopes of the request's bearer token, which have this one.

    `app.state.find_token(token)` says the scopes of a token, or None where it opens nothing.
    """

    def required(
        request: Request,
        given: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    ) -> frozenset[str]:
        find_token: FindToken | None = getattr(request.app.state, "find_token", None)
        scopes = find_token(given.credentials) if given and find_token else None
        if scopes is None:
            raise HTTPException(401)
        if scope not in scopes:
            raise HTTPException(403)
        return scopes

    return required


ScorecardScope = Depends(require_scope(SCORECARD))
Day = Annotated[date | None, Query(description="The day asked for; the newest without one.")]
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": SAYS[status]} for status in (400, 401, 403, 404)
}


@router.get("/scorecard", dependencies=[ScorecardScope], responses=REFUSALS, tags=["figures"])
def read_scorecard(database: DatabaseDep, as_of: Day = None) -> ScorecardSaid:
    """Levels, ratios, causes and claimed figures of the country on a day."""
    card = _load(database, as_of)
    return ScorecardSaid(
        **_day(card),
        **_ratios(card.now),
        earlier={
            name: DayRatios(as_of=then.as_of, **_ratios(then)) if then else None
            for name, then in card.past.items()
        },
        by_kind=[
            KindSaid(kind=row.key, levels=list(row.counts), of=row.total)
            for row in ladder_of(card.units)
            if row.key
        ],
        units=[UnitSaid.model_validate(unit) for unit in card.units],
        causes=[
            CauseSaid(**asdict(cause), of_units=card.counted_units) for cause in card.causes
        ],
        claimed=[ClaimSaid.model_validate(claim) for claim in card.claims],
    )


@router.get(
    "/units/{code}", dependencies=[ScorecardScope], responses=REFUSALS, tags=["figures"]
)
def read_unit(database: DatabaseDep, code: str, as_of: Day = None) -> UnitAnswer:
    """One unit on a day, and the offices to turn to."""
    card = _load(database, as_of)
    unit = next((unit for unit in card.units if unit.unit_code == code), None)
    if unit is None:
        raise HTTPException(404)
    contacts = contacts_of(card.contacts).get(code, [])
    return UnitAnswer(
        **_day(card),
        unit=UnitSaid.model_validate(unit),
        contacts=[ContactSaid.model_validate(contact) for contact in contacts],
    )


@router.get("/openapi.json", include_in_schema=False, name="openapi")
def read_description() -> JSONResponse:
    """What the feed answers; open to everybody, since it holds no figure."""
    return JSONResponse(description())


def description() -> dict[str, Any]:
    """The OpenAPI document of the feed, and of nothing else."""
    found = get_openapi(
        title="CBCCVC sync: scorecard",
        version=VERSION,
        description="How connected and complete each unit is, with both numbers of each ratio.",
        routes=router.routes,
    )
    for path in found["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)  # what cannot be read is a 400 here
    for unused in ("HTTPValidationError", "ValidationError"):
        found["components"]["schemas"].pop(unused, None)
    return found


def is_feed(request: Request) -> bool:
    """Whether the request is for the feed, wherever the portal is mounted."""
    root = request.scope.get("root_path", "").rstrip("/")
    path: str = request.scope["path"].removeprefix(root)
    return path.startswith(f"{PREFIX}/")


def problem(status: int) -> JSONResponse:
    """A refusal as JSON; it quotes nothing of the request."""
    said = SAYS.get(status, "The service failed: try again in a few minutes.")
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"status": status, "detail": said}, status, headers=headers)


def _load(database: DatabaseDep, day: date | None) -> Scorecard:
    """The figures of a day; a token sees what a signed-in reader sees."""
    with database.transaction() as conn:
        card = load_scorecard(conn, day, is_signed_in=True)
    if card is None:
        raise HTTPException(404)
    return card


def _day(card: Scorecard) -> dict[str, Any]:
    is_waiting = any(unit.reason_code == NOT_MEASURED for unit in card.units)
    return {
        "as_of": card.now.as_of,
        "measured_at": card.now.measured_at,
        "levels_not_measured": [4, 5] if is_waiting else [],
    }


def _ratios(day: Headline) -> dict[str, RatioSaid]:
    return {
        "connected": RatioSaid(count=day.connected_count, of=day.unit_count),
        "synchronised": RatioSaid(count=day.synchronised_count, of=day.unit_count),
    }
