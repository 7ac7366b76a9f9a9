"""From a template to an answer: what every page is given, and the language it remembers."""

import hashlib
from contextlib import suppress
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.routing import BaseRoute, NoMatchFound

from sync.model.desk import Role
from sync.portal.deps import (
    HR,
    LANGUAGE_COOKIE,
    Viewer,
    find_language,
    find_viewer,
    is_https,
)
from sync.portal.places import short_name
from sync.portal.speech import LANGUAGES, NONE_SHOWN, speech
from sync.portal.views import kind_name, reason_of

MENU: tuple[tuple[str, tuple[Role, ...]], ...] = (
    ("queue", HR),
    ("approvals", HR),
    ("search", HR),
    ("sheets", (Role.HR_OFFICER,)),
    ("mappings", (*HR, Role.STEWARD)),
    ("rules", (Role.STEWARD,)),
    ("mutes", (*HR, Role.STEWARD)),
)
FIRST_PAGES: tuple[tuple[tuple[Role, ...], str], ...] = (
    (HR, "queue"),
    ((Role.STEWARD,), "mappings"),
    ((Role.ENGINEER,), "waves"),
    ((Role.ADMINISTRATOR,), "accounts"),
    ((Role.AUDITOR,), "audit"),
)
DESK_PARTS = ("unit", "rule", "cause", "after", "group", "row", "field", "ids", "lot")
LANGUAGE_SECONDS = 365 * 24 * 3600
KEPT_IN_LINKS = ("as_of", "sort", "dir", "lang", "next", "before", *DESK_PARTS)


@cache
def templates() -> Environment:
    """The templates; every value is escaped, a missing one is an error."""
    return Environment(
        loader=PackageLoader("sync.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _version_of(file_name: str) -> str:
    """Changes with the file, so that a browser may keep it for ever."""
    file = resources.files("sync.portal") / "static" / file_name
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def style_version() -> str:
    """The version of the style sheet."""
    return _version_of("portal.css")


def path_for(request: Request, name: str, **parts: str) -> str:
    """The path of a route, below wherever the portal is mounted."""
    root: str = request.scope.get("root_path", "").rstrip("/")
    route: BaseRoute = request.app.state.find_route(name, tuple(parts))
    return root + str(route.url_path_for(name, **parts))


def find_route(app: FastAPI, name: str, parts: tuple[str, ...]) -> BaseRoute:
    """The route of this name that takes these parts.

    Raises:
        NoMatchFound: the app has none that takes these parts.
    """
    wanted = dict.fromkeys(parts, "0")
    for route in app.routes:
        with suppress(NoMatchFound):
            route.url_path_for(name, **wanted)
            return route
    raise NoMatchFound(name, wanted)


def here(request: Request, at: str = "", /, **changes: str | None) -> str:
    """This page's address with some of its query changed; None takes a part away."""
    asked = {key: request.query_params.get(key) for key in KEPT_IN_LINKS} | changes
    query = urlencode({key: value for key, value in asked.items() if value})
    # `request.url` is built from what a Host header says.
    path = at or quote(request.scope["path"])
    return f"{path}?{query}" if query else path


def menu_of(viewer: Viewer) -> list[str]:
    """Names of the routes that this person's roles open, beside the pages of figures."""
    return [name for name, roles in MENU if viewer.has(*roles)]


def first_page(viewer: Viewer) -> str:
    """The name of the first page that this person's roles open, else the country's."""
    return next((name for roles, name in FIRST_PAGES if viewer.has(*roles)), "country")


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    stands_at: str = "",
    **context: Any,  # noqa: ANN401 - whatever the template names
) -> HTMLResponse:
    """The page in the reader's language; `stands_at`: its address, where not the request's."""
    language = find_language(request)
    spoken = speech(language)
    viewer = find_viewer(request)
    page = templates().get_template(template)
    answer = HTMLResponse(
        page.render(
            speech=spoken,
            t=spoken.say,
            viewer=viewer,
            form_token=viewer.session.form_key if viewer.session else "",
            languages=LANGUAGES,
            style_version=style_version(),
            script_version=_version_of("portal.js"),
            none_shown=NONE_SHOWN,
            url=lambda name, **parts: path_for(request, name, **parts),
            here=lambda **changes: here(request, stands_at, **changes),
            short=lambda unit: short_name(spoken.of(unit, "name"), language),
            reason=lambda unit: reason_of(unit, spoken),
            kind_called=lambda key: kind_name(key, spoken),
            menu=menu_of(viewer),
            here_is=lambda name: request.url.path == path_for(request, name),
            **context,
        ),
        status_code=status,
    )
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=LANGUAGE_SECONDS,
            httponly=True,
            samesite="lax",
            secure=is_https(request),
        )
    return answer
