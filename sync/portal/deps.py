"""What a route may ask for: the database, the viewer, the language, the day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Form, HTTPException, Query, Request

from sync.model.desk import Actor, Role
from sync.model.errors import PermissionDeniedError
from sync.portal.access import Clock, Gatekeeper, is_same
from sync.portal.speech import ENGLISH, LANGUAGES, VIETNAMESE, Speech, speech
from sync.services.sessions import Session
from sync.store.database import Database, SignedInDatabase

SESSION_COOKIE = "cbccvc_session"
VISIT_COOKIE = "cbccvc_visit"
LANGUAGE_COOKIE = "cbccvc_lang"


class SignInNeededError(Exception):
    """This page is shown to signed-in people only."""


class PasswordChangeNeededError(Exception):
    """A first password opens one page only: where it is changed."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the page: signed in, or the public where the setting allows it."""

    session: Session | None

    @property
    def is_signed_in(self) -> bool:
        """Only then are the headcounts of restricted units shown."""
        return self.session is not None and not self.session.must_change

    @property
    def actor(self) -> Actor:
        """Who acts; a stranger has no role."""
        return self.session.actor if self.session else Actor("")

    def has(self, *roles: Role | str) -> bool:
        """Whether one of these roles was given, for whichever unit."""
        return bool(self.actor.roles & set(roles)) and self.is_signed_in


def get_database(request: Request) -> Database:
    """The database as `committee_reader`: figures only."""
    database: Database = request.app.state.database
    return database


def get_gatekeeper(request: Request) -> Gatekeeper:
    """The keeper of sessions."""
    gatekeeper: Gatekeeper = request.app.state.gatekeeper
    return gatekeeper


def get_clock(request: Request) -> Clock:
    """What time it is."""
    clock: Clock = get_gatekeeper(request).clock
    return clock


def is_https(request: Request) -> bool:
    """Whether the browser came over TLS, as the process or its trusted proxy says."""
    return request.scope.get("scheme") == "https"


def cookie_name(request: Request, name: str) -> str:
    """The cookie's name; over TLS one that no other host and no plain page can plant."""
    return f"__Host-{name}" if is_https(request) else name


def session_token(request: Request) -> str:
    """The token that the browser keeps, '' without one."""
    return request.cookies.get(cookie_name(request, SESSION_COOKIE), "")


def find_viewer(request: Request) -> Viewer:
    """Who looks, signed in or not; asked once a request."""
    known: Viewer | None = getattr(request.state, "viewer", None)
    if known is None:
        token = session_token(request)
        known = Viewer(get_gatekeeper(request).find_session(token) if token else None)
        request.state.viewer = known
    return known


def require_viewer(request: Request) -> Viewer:
    """The viewer of a page of figures.

    Raises:
        SignInNeededError: nobody is signed in and the portal is not public.
        PasswordChangeNeededError: the first password was not changed yet.
    """
    viewer = find_viewer(request)
    if viewer.session is not None and viewer.session.must_change:
        raise PasswordChangeNeededError
    if not (viewer.is_signed_in or request.app.state.is_public):
        raise SignInNeededError
    return viewer


def require_role(*roles: Role) -> Callable[[Request], Viewer]:
    """A dependency: the signed-in viewer, who has one of these roles."""

    def required(request: Request) -> Viewer:
        viewer = require_viewer(request)
        if not viewer.is_signed_in:
            raise SignInNeededError
        if not viewer.has(*roles):
            raise PermissionDeniedError(
                f"This page needs the role {' or '.join(roles)}: ask an administrator for it.",
                roles,
            )
        return viewer

    return required


def get_desk(request: Request) -> Database:
    """The database as the pages' role, for whoever is signed in.

    Raises:
        SignInNeededError: nobody is.
        PasswordChangeNeededError: the first password was not changed yet.
    """
    if not require_viewer(request).is_signed_in:
        raise SignInNeededError
    return SignedInDatabase(request.app.state.desk, session_token(request))


def get_checker(request: Request) -> Database:
    """The database as `desk_checker`, which tries a proposal and keeps nothing."""
    database: Database = request.app.state.checker
    return database


def require_own_form(
    request: Request, token: Annotated[str, Form(max_length=512)] = ""
) -> None:
    """Let a form pass that we gave to this session.

    Raises:
        HTTPException: 403, the form is somebody else's or older than the session.
    """
    session = find_viewer(request).session
    if session is None or not is_same(token, session.form_key):
        raise HTTPException(403)


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


HR = (Role.HR_OFFICER, Role.HR_APPROVER)

DatabaseDep = Annotated[Database, Depends(get_database)]
GatekeeperDep = Annotated[Gatekeeper, Depends(get_gatekeeper)]
ViewerDep = Annotated[Viewer, Depends(require_viewer)]
SpeechDep = Annotated[Speech, Depends(get_speech)]
DayDep = Annotated[date | None, Depends(find_day)]
ClockDep = Annotated[Clock, Depends(get_clock)]
DeskDep = Annotated[Database, Depends(get_desk)]
CheckerDep = Annotated[Database, Depends(get_checker)]
OwnFormDep = Annotated[None, Depends(require_own_form)]
HrDep = Annotated[Viewer, Depends(require_role(*HR))]
StewardDep = Annotated[Viewer, Depends(require_role(Role.STEWARD))]
EngineerDep = Annotated[Viewer, Depends(require_role(Role.ENGINEER))]
AuditorDep = Annotated[Viewer, Depends(require_role(Role.AUDITOR))]
AdministratorDep = Annotated[Viewer, Depends(require_role(Role.ADMINISTRATOR))]
