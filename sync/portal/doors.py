"""What is open to everybody: sign in, sign out, the style sheet, the sign of life."""

import secrets
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from sync.portal.access import ACCOUNT, FAILURE_WINDOW, SESSION_LENGTH
from sync.portal.deps import SESSION_COOKIE, VISIT_COOKIE, GatekeeperDep, find_viewer
from sync.portal.pages import path_for, render

FOR_EVER = "public, max-age=31536000, immutable"
TOO_MANY_REQUESTS = 429
FORBIDDEN = 403
NOT_SIGNED_IN = 401

router = APIRouter()

Text = Annotated[str, Form(max_length=512)]


@router.get("/healthz", name="health")
def show_health() -> PlainTextResponse:
    """The process answers; says nothing else."""
    return PlainTextResponse("ok\n")


@router.get("/static/{file_name}", name="static")
def show_static(file_name: str) -> Response:
    """The style sheet and the icon, and nothing else."""
    kinds = {"portal.css": "text/css", "icon.svg": "image/svg+xml"}
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
    return _form(request, gatekeeper, target=target)


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
    if gatekeeper.brake.is_closed(address):
        return _form(request, gatekeeper, target=target, problem="slow")
    if not gatekeeper.is_own_form(request.cookies.get(VISIT_COOKIE, ""), token):
        return _form(request, gatekeeper, target=target, problem="form")
    if not gatekeeper.is_right(account, password):
        gatekeeper.brake.add_failure(address)
        return _form(request, gatekeeper, target=target, problem="wrong")
    answer = RedirectResponse(_safe_target(request, target), status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        gatekeeper.open_session(),
        max_age=int(SESSION_LENGTH.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    answer.delete_cookie(VISIT_COOKIE)
    return answer


@router.post("/dang-xuat", name="sign_out")
def sign_out(request: Request, gatekeeper: GatekeeperDep, token: Text = "") -> Response:
    """End the session; only by our own form."""
    session = find_viewer(request).session
    if session is not None and not gatekeeper.is_own_form(session.session_id, token):
        raise HTTPException(FORBIDDEN)
    if session is not None:
        gatekeeper.end_session(session)
    answer = RedirectResponse(path_for(request, "sign_in"), status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def _form(
    request: Request, gatekeeper: GatekeeperDep, *, target: str, problem: str = ""
) -> HTMLResponse:
    visit_id = request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(18)
    status = {"": 200, "slow": TOO_MANY_REQUESTS, "form": FORBIDDEN}.get(problem, NOT_SIGNED_IN)
    answer = render(
        request,
        "sign_in.html",
        status=status,
        account=ACCOUNT,
        token=gatekeeper.form_token(visit_id),
        problem=problem,
        target=_safe_target(request, target),
    )
    if problem == "slow":
        answer.headers["Retry-After"] = str(int(FAILURE_WINDOW.total_seconds()))
    answer.set_cookie(
        VISIT_COOKIE,
        visit_id,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def _safe_target(request: Request, target: str) -> str:
    """A page of ours; anything else becomes the first page."""
    home = path_for(request, "country")
    is_ours = target.startswith(home) and target.isprintable() and "\\" not in target
    return target if is_ours and not target.startswith("//") else home
