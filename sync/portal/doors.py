"""What is open to everybody: sign in, sign out, the style sheet, the sign of life."""

import secrets
from importlib import resources
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from sync.model.errors import ConfigurationError, PermissionDeniedError
from sync.portal.access import Gatekeeper
from sync.portal.deps import (
    SESSION_COOKIE,
    VISIT_COOKIE,
    GatekeeperDep,
    OwnFormDep,
    SignInNeededError,
    cookie_name,
    find_viewer,
    get_gatekeeper,
    is_https,
    require_own_form,
)
from sync.portal.pages import path_for, render
from sync.services import accounts
from sync.services.passwords import SHORTEST_PASSWORD
from sync.services.sessions import LENGTH, WINDOW, Session

FOR_EVER = "public, max-age=31536000, immutable"
TOO_MANY_REQUESTS = 429
FORBIDDEN = 403
NOT_ACCEPTED = 422
NOT_SIGNED_IN = 401

router = APIRouter()

Text = Annotated[str, Form(max_length=512)]


@router.get("/healthz", name="health")
def show_health() -> PlainTextResponse:
    """The process answers; says nothing else."""
    return PlainTextResponse("ok\n")


@router.get("/static/{file_name}", name="static")
def show_static(file_name: str) -> Response:
    """The style sheet, the script and the icon, and nothing else."""
    kinds = {
        "portal.css": "text/css",
        "portal.js": "text/javascript",
        "icon.svg": "image/svg+xml",
    }
    if file_name not in kinds:
        raise HTTPException(404)
    content = (resources.files("sync.portal") / "static" / file_name).read_bytes()
    return Response(content, media_type=kinds[file_name], headers={"Cache-Control": FOR_EVER})


@router.get("/dang-nhap", name="sign_in")
def show_sign_in(
    request: Request,
    gatekeeper: GatekeeperDep,
    target: Annotated[str, Query(alias="next", max_length=512)] = "",
) -> HTMLResponse:
    """The form."""
    return show_form(request, gatekeeper, target=target)


@router.post("/dang-nhap")
def sign_in(
    request: Request,
    gatekeeper: GatekeeperDep,
    account: Text = "",
    password: Text = "",
    token: Text = "",
) -> Response:
    """Open a session for the right password, and go where the reader wanted to go."""
    target = request.query_params.get("next", "")
    address = request.client.host if request.client else ""
    if gatekeeper.is_braked(address):
        return show_form(request, gatekeeper, target=target, problem="slow")
    if not gatekeeper.is_own_form(
        request.cookies.get(cookie_name(request, VISIT_COOKIE), ""), token
    ):
        return show_form(request, gatekeeper, target=target, problem="form")
    opened = gatekeeper.sign_in(account, password, address)
    if opened is None:
        return show_form(request, gatekeeper, target=target, problem="wrong")
    return enter(request, opened, target)


def enter(request: Request, token: str, target: str) -> Response:
    """Give the browser the token of a new session, in place of any older one, and go on."""
    older = find_viewer(request).session
    if older is not None:
        get_gatekeeper(request).end_session(older)
    answer = RedirectResponse(_safe_target(request, target), status_code=303)
    answer.set_cookie(
        cookie_name(request, SESSION_COOKIE),
        token,
        max_age=int(LENGTH.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    forget(request, answer, VISIT_COOKIE)
    return answer


def forget(request: Request, answer: Response, name: str) -> None:
    """Take a cookie of ours away again."""
    answer.delete_cookie(
        cookie_name(request, name), httponly=True, samesite="lax", secure=is_https(request)
    )


@router.post("/dang-xuat", name="sign_out")
def sign_out(request: Request, gatekeeper: GatekeeperDep, token: Text = "") -> Response:
    """End the session; only by our own form."""
    session = find_viewer(request).session
    if session is not None:
        require_own_form(request, token)
        gatekeeper.end_session(session)
    answer = RedirectResponse(path_for(request, "sign_in"), status_code=303)
    forget(request, answer, SESSION_COOKIE)
    return answer


@router.get("/doi-mat-khau", name="change_password")
def show_change_password(request: Request) -> HTMLResponse:
    """The form where a first password is changed, and any later one."""
    _signed_in(request)
    return render(request, "change_password.html", problem="", shortest=SHORTEST_PASSWORD)


@router.post("/doi-mat-khau")
def change_password(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    gatekeeper: GatekeeperDep,
    own_form: OwnFormDep,
    old: Text = "",
    new: Text = "",
    again: Text = "",
) -> Response:
    """The new password; every session ends, and the person signs in with it."""
    session = _signed_in(request)
    problem = "again" if new != again else ""
    try:
        if not problem:
            accounts.change_password(
                session.actor.login, old, new, db=gatekeeper.keeper, clock=gatekeeper.clock
            )
    except PermissionDeniedError:
        problem = "old"
    except ConfigurationError:
        problem = "new"
    if problem:
        return render(
            request,
            "change_password.html",
            status=NOT_ACCEPTED,
            problem=problem,
            shortest=SHORTEST_PASSWORD,
        )
    answer = RedirectResponse(path_for(request, "sign_in"), status_code=303)
    forget(request, answer, SESSION_COOKIE)
    return answer


def _signed_in(request: Request) -> Session:
    session = find_viewer(request).session
    if session is None:
        raise SignInNeededError
    return session


def show_form(
    request: Request,
    gatekeeper: Gatekeeper,
    *,
    target: str,
    problem: str = "",
) -> HTMLResponse:
    """The form, with what went wrong."""
    visit_id = visit_of(request)
    status = {"": 200, "slow": TOO_MANY_REQUESTS, "form": FORBIDDEN}.get(problem, NOT_SIGNED_IN)
    answer = render(
        request,
        "sign_in.html",
        status=status,
        stands_at=path_for(request, "sign_in"),  # others show this form, too
        token=gatekeeper.form_token(visit_id),
        problem=problem,
        is_openid=request.app.state.openid is not None,
        target=_safe_target(request, target),
    )
    if problem == "slow":
        answer.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
    remember_visit(request, answer, visit_id)
    return answer


def visit_of(request: Request) -> str:
    """What names this browser before its sign-in; a new name where it has none."""
    kept = request.cookies.get(cookie_name(request, VISIT_COOKIE))
    return kept or secrets.token_urlsafe(18)


def remember_visit(request: Request, answer: Response, visit_id: str) -> None:
    """Let the browser keep what its forms are compared with."""
    answer.set_cookie(
        cookie_name(request, VISIT_COOKIE),
        visit_id,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )


def _safe_target(request: Request, target: str) -> str:
    """A page of ours; anything else becomes the first page."""
    home = path_for(request, "country")
    path = unquote(target.partition("?")[0])
    is_ours = target.startswith(home) and target.isprintable() and "\\" not in path
    # A mounted portal's neighbours are no pages of ours: no step up leads out of it.
    return target if is_ours and not path.startswith("//") and ".." not in path else home
