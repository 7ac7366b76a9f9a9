"""What a route may ask for: the database, the viewer, the language, the day."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, HTTPException, Query, Request

from sync.portal.access import Gatekeeper, Session
from sync.portal.speech import ENGLISH, LANGUAGES, VIETNAMESE, Speech, speech
from sync.store.database import Database

SESSION_COOKIE = "cbccvc_session"
VISIT_COOKIE = "cbccvc_visit"
LANGUAGE_COOKIE = "cbccvc_lang"


class SignInNeededError(Exception):
    """This page is shown to signed-in people only."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the page: signed in, or the public where the setting allows it."""

    session: Session | None

    @property
    def is_signed_in(self) -> bool:
        """Only then are the headcounts of restricted units shown."""
        return self.session is not None


def get_database(request: Request) -> Database:
    """The database as `committee_reader`."""
    database: Database = request.app.state.database
    return database


def get_gatekeeper(request: Request) -> Gatekeeper:
    """The keeper of password and sessions."""
    gatekeeper: Gatekeeper = request.app.state.gatekeeper
    return gatekeeper


def find_viewer(request: Request) -> Viewer:
    """Who looks, signed in or not."""
    token = request.cookies.get(SESSION_COOKIE, "")
    return Viewer(get_gatekeeper(request).find_session(token) if token else None)


def require_viewer(request: Request) -> Viewer:
    """The viewer of a page.

    Raises:
        SignInNeededError: nobody is signed in and the portal is not public.
    """
    viewer = find_viewer(request)
    if not (viewer.is_signed_in or request.app.state.is_public):
        raise SignInNeededError
    return viewer


def find_language(request: Request) -> str:
    """What the address asks for, else what the cookie remembers, else Vietnamese."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wanted in LANGUAGES:
            return ENGLISH if wanted == ENGLISH else VIETNAMESE
    return VIETNAMESE


def get_speech(request: Request) -> Speech:
    """The catalogue of the reader's language."""
    return speech(find_language(request))


def find_day(as_of: Annotated[str, Query(max_length=10)] = "") -> date | None:
    """The day asked for; an empty field means the latest."""
    try:
        return date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise HTTPException(400) from None


DatabaseDep = Annotated[Database, Depends(get_database)]
GatekeeperDep = Annotated[Gatekeeper, Depends(get_gatekeeper)]
ViewerDep = Annotated[Viewer, Depends(require_viewer)]
SpeechDep = Annotated[Speech, Depends(get_speech)]
DayDep = Annotated[date | None, Depends(find_day)]
