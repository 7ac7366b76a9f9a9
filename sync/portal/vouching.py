"""Sign-in through a provider: away with a state that is good once, back with a code.

Whom no account is linked to may type the link code of an administrator, once.
"""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from sync.model.errors import SourceRejectedError, SourceUnavailableError
from sync.portal.access import Gatekeeper, is_same
from sync.portal.deps import VISIT_COOKIE, GatekeeperDep, cookie_name, is_https
from sync.portal.doors import (
    NOT_ACCEPTED,
    NOT_SIGNED_IN,
    enter,
    forget,
    remember_visit,
    show_form,
    visit_of,
)
from sync.portal.openid import Provider
from sync.portal.pages import path_for, render
from sync.services import links, sessions
from sync.services.sessions import ATTEMPT
from sync.store.links import Vouched
from sync.store.sessions import Attempt

ATTEMPT_COOKIE = "cbccvc_attempt"
VOUCHED_COOKIE = "cbccvc_vouched"

router = APIRouter()

Part = Annotated[str, Query(max_length=2048)]


@router.get("/dang-nhap/dinh-danh", name="openid_begin")
def begin(
    request: Request,
    gatekeeper: GatekeeperDep,
    target: Annotated[str, Query(alias="next", max_length=512)] = "",
) -> Response:
    """Send the reader to the provider."""
    provider = _provider(request)
    address = request.client.host if request.client else ""
    if gatekeeper.is_braked(address):
        return show_form(request, gatekeeper, target=target, problem="slow")
    try:
        begun = provider.begin()
    except (SourceUnavailableError, SourceRejectedError):
        return show_form(request, gatekeeper, target=target, problem="openid_provider")
    sessions.begin_attempt(
        begun.state,
        Attempt(begun.nonce, begun.verifier, target),
        db=gatekeeper.keeper,
        clock=gatekeeper.clock,
    )
    answer = RedirectResponse(begun.address, status_code=303)
    _remember(request, answer, ATTEMPT_COOKIE, begun.state)
    return answer


@router.get("/dang-nhap/tra-loi", name="openid_answer")
def answer_came(
    request: Request,
    gatekeeper: GatekeeperDep,
    state: Part = "",
    code: Part = "",
) -> Response:
    """The provider's answer: a session for the account that is linked, or why not."""
    provider = _provider(request)
    kept = request.cookies.get(cookie_name(request, ATTEMPT_COOKIE), "")
    attempt = None
    if state and is_same(state, kept):
        attempt = sessions.take_attempt(state, db=gatekeeper.keeper, clock=gatekeeper.clock)
    if attempt is None:
        return show_form(request, gatekeeper, target="", problem="openid_state")
    answer = _finish(request, gatekeeper, (provider, attempt, code))
    forget(request, answer, ATTEMPT_COOKIE)
    return answer


def _finish(
    request: Request, gatekeeper: GatekeeperDep, came: tuple[Provider, Attempt, str]
) -> Response:
    provider, attempt, code = came
    target = attempt.target
    if not code:
        return show_form(request, gatekeeper, target=target, problem="openid_refused")
    try:
        subject = provider.subject_of(code, attempt.nonce, attempt.verifier, gatekeeper.clock)
    except SourceUnavailableError:
        return show_form(request, gatekeeper, target=target, problem="openid_provider")
    except SourceRejectedError:
        return show_form(request, gatekeeper, target=target, problem="openid_refused")
    opened = sessions.sign_in_vouched(
        provider.issuer, subject, db=gatekeeper.keeper, clock=gatekeeper.clock
    )
    if opened is None:
        return _ask_for_code(request, gatekeeper, Vouched(provider.issuer, subject, target))
    return enter(request, opened, target)


@router.post("/dang-nhap/ma-lien-ket", name="openid_link")
def link(
    request: Request,
    gatekeeper: GatekeeperDep,
    code: Annotated[str, Form(max_length=64)] = "",
    token: Annotated[str, Form(max_length=512)] = "",
) -> Response:
    """Tie whom the provider vouched for to the account of the code, and open a session."""
    _provider(request)
    address = request.client.host if request.client else ""
    if gatekeeper.is_braked(address):
        return show_form(request, gatekeeper, target="", problem="slow")
    if not gatekeeper.is_own_form(
        request.cookies.get(cookie_name(request, VISIT_COOKIE), ""), token
    ):
        return show_form(request, gatekeeper, target="", problem="form")
    visit = request.cookies.get(cookie_name(request, VOUCHED_COOKIE), "")
    db, clock = gatekeeper.keeper, gatekeeper.clock
    bound = links.bind(visit, code, address, db=db, clock=clock)
    if bound is not None:
        answer = enter(request, bound.token, bound.target)
        forget(request, answer, VOUCHED_COOKIE)
        return answer
    return _show_code_form(request, gatekeeper, problem="code")


@router.get("/dang-nhap/ma-lien-ket", name="openid_link_form")
def show_code_form(request: Request, gatekeeper: GatekeeperDep) -> Response:
    """Asks whom the provider vouched for to type the code; may be opened again."""
    _provider(request)
    return _show_code_form(request, gatekeeper)


def _show_code_form(request: Request, gatekeeper: Gatekeeper, *, problem: str = "") -> Response:
    visit = request.cookies.get(cookie_name(request, VOUCHED_COOKIE), "")
    subject = links.find_waiting(visit, db=gatekeeper.keeper, clock=gatekeeper.clock)
    if subject is None:
        return show_form(request, gatekeeper, target="", problem="openid_state")
    visit_id = visit_of(request)
    answer = render(
        request,
        "link_code.html",
        status=NOT_ACCEPTED if problem else NOT_SIGNED_IN,
        token=gatekeeper.form_token(visit_id),
        problem=problem,
        subject=subject,
    )
    remember_visit(request, answer, visit_id)
    return answer


def _ask_for_code(request: Request, gatekeeper: Gatekeeper, vouched: Vouched) -> Response:
    visit = links.wait_for_code(vouched, db=gatekeeper.keeper, clock=gatekeeper.clock)
    # The provider's answer stands in this address: it is used up, so the form has its own.
    answer = RedirectResponse(path_for(request, "openid_link_form"), status_code=303)
    _remember(request, answer, VOUCHED_COOKIE, visit)
    return answer


def _remember(request: Request, answer: Response, name: str, value: str) -> None:
    answer.set_cookie(
        cookie_name(request, name),
        value,
        max_age=int(ATTEMPT.total_seconds()),
        httponly=True,
        samesite="lax",  # the provider sends the reader back from another site
        secure=is_https(request),
    )


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.openid
    if provider is None:
        raise HTTPException(404)
    return provider
