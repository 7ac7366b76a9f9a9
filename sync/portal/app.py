"""The portal as one application; mounted or alone, with its own guard either way."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from sync.model.errors import PermissionDeniedError, SyncError
from sync.portal import (
    accounts,
    api,
    audit,
    committee,
    desk_routes,
    doors,
    downloads,
    engineers,
    excel,
    vouching,
)
from sync.portal.access import Clock, Gatekeeper
from sync.portal.bodies import is_too_long, longest_body, too_long_key
from sync.portal.deps import PasswordChangeNeededError, SignInNeededError, is_https
from sync.portal.no_right import show_no_right
from sync.portal.pages import find_route, here, path_for, style_version, templates
from sync.portal.speech import LANGUAGES, speech
from sync.portal.thresholds import Thresholds
from sync.services import tokens
from sync.store.database import Database

log = logging.getLogger(__name__)

SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KNOWN_STATUSES = frozenset({400, 403, 404, 405, 409, 413, 503})
ROLES = ("committee_reader", "portal_keeper", "portal_writer", "desk_checker")
UNREADABLE_REQUEST, TOO_LARGE = 400, 413
OUR_FAULT = 500


@dataclass(frozen=True, slots=True)
class Ways:
    """The portal's ways into one database, each as a role with its own rights."""

    reader: Database  # committee_reader: figures
    keeper: Database  # portal_keeper: accounts and sessions
    desk: Database  # portal_writer: people of the viewer's units
    checker: Database  # desk_checker: tries a proposal, keeps nothing

    @classmethod
    def open(cls, url_of: Callable[[str], str]) -> "Ways":
        """All of them, by the address of a role; opens no connection yet."""
        return cls(*(Database.connect(url_of(role)) for role in ROLES))

    def close(self) -> None:
        """Let go of all connections."""
        for way in (self.reader, self.keeper, self.desk, self.checker):
            way.close()


def create_app(
    ways: Ways,
    *,
    is_public: bool,
    clock: Clock,
    secrets_dir: Path,
    thresholds: Thresholds | None = None,
) -> FastAPI:
    """The pages over one database.

    Raises:
        ConfigurationError: the portal's secret files are not there (`ensure_portal_secret`).
    """
    app = FastAPI(
        title="cbccvc-sync",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # such a redirect goes wherever the Host header says
    )
    app.state.ways = ways
    app.state.database = ways.reader
    app.state.desk = ways.desk
    app.state.checker = ways.checker
    app.state.is_public = is_public
    app.state.airflow_url = ""  # whoever knows where Airflow is says so
    app.state.gatekeeper = Gatekeeper(secrets_dir, ways.keeper, clock)
    app.state.find_token = partial(tokens.find_token, db=ways.keeper, clock=clock)
    app.state.thresholds = thresholds or Thresholds()
    app.state.openid = None  # nobody vouches for accounts, unless the settings name one
    # A page has hundreds of links, an app many routes: each is looked for once.
    app.state.find_route = cache(partial(find_route, app))
    app.state.hosts = frozenset()  # any name of this server, unless the settings name some
    app.include_router(committee.router)
    app.include_router(downloads.router)
    app.include_router(api.router)
    app.include_router(doors.router)
    app.include_router(vouching.router)
    app.include_router(accounts.router)
    app.include_router(audit.router)
    app.include_router(engineers.router)
    app.include_router(desk_routes.router)
    app.include_router(excel.router)
    app.add_exception_handler(SignInNeededError, _ask_to_sign_in)
    app.add_exception_handler(PasswordChangeNeededError, _ask_for_a_password)
    app.add_exception_handler(HTTPException, _show_error)
    app.add_exception_handler(RequestValidationError, _show_error)
    app.add_exception_handler(SyncError, _show_error)
    app.middleware("http")(_guard)
    return app


async def _guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """The last handler: of an error only kind and place are logged, and nothing is shown."""
    try:
        limit = longest_body(request)
        if is_too_long(request, limit):  # told before any of it is read
            answer = _error_page(request, TOO_LARGE, too_long_key(limit))
        elif not is_known_host(request):
            answer = _error_page(request, UNREADABLE_REQUEST)
        else:
            answer = await go_on(request)
    except Exception as error:  # noqa: BLE001 - the portal's last handler
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "portal_failed kind=%s at=%s:%s",
            type(error).__name__,
            Path(place.filename).name,
            place.lineno,
        )
        answer = _error_page(request, OUR_FAULT)
    for name, value in SAFE_HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Cache-Control", "no-store")
    if is_https(request):
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return answer


def is_known_host(request: Request) -> bool:
    """Whether the request names one of the settings' hosts; any name will do without some."""
    hosts: frozenset[str] = request.app.state.hosts
    name = request.headers.get("host", "").strip().lower()
    return not hosts or name in hosts or name.rpartition(":")[0] in hosts


def _ask_to_sign_in(request: Request, error: Exception) -> Response:
    query = urlencode({"next": here(request)})
    return RedirectResponse(f"{path_for(request, 'sign_in')}?{query}", status_code=303)


def _ask_for_a_password(request: Request, error: Exception) -> Response:
    return RedirectResponse(path_for(request, "change_password"), status_code=303)


def _show_error(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        return _error_page(request, UNREADABLE_REQUEST)
    status = error.status_code if isinstance(error, HTTPException) else OUR_FAULT
    if isinstance(error, SyncError):
        status = error.status
        log.error("portal_refused kind=%s reason=%s", type(error).__name__, error)
    if isinstance(error, PermissionDeniedError) and not api.is_feed(request):
        return show_no_right(request, error)
    return _error_page(request, status)


def _error_page(request: Request, status: int, key: str = "") -> Response:
    """Both languages on one page, from no database, with no value; the feed says it as JSON."""
    if api.is_feed(request):
        return api.problem(status)
    known = status if status in KNOWN_STATUSES else OUR_FAULT
    page = (
        templates()
        .get_template("error.html")
        .render(
            status=status,
            home=path_for(request, "country"),
            style=f"{path_for(request, 'static', file_name='portal.css')}?v={style_version()}",
            speeches=[speech(language) for language in LANGUAGES],
            key=key or f"error.{known}",
            title="error.title.404" if known == 404 else "error.title.other",
        )
    )
    return Response(page, status_code=status, media_type="text/html")
