"""Sign-in through a provider: away with a state that is good once, back with a code."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from sync.model.errors import SourceRejectedError, SourceUnavailableError
from sync.portal.access import is_same
from sync.portal.deps import GatekeeperDep, cookie_name, is_https
from sync.portal.doors import enter, forget, show_form
from sync.portal.openid import Provider
from sync.services import sessions
from sync.services.sessions import ATTEMPT
from sync.store.sessions import Attempt

ATTEMPT_COOKIE = "cbccvc_attempt"

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
    answer.set_cookie(
        cookie_name(request, ATTEMPT_COOKIE),
        begun.state,
        max_age=int(ATTEMPT.total_seconds()),
        httponly=True,
        samesite="lax",  # the provider sends the reader back from another site
        secure=is_https(request),
    )
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
        return show_form(
            request, gatekeeper, target=target, problem="openid_unknown", subject=subject
        )
    return enter(request, opened, target)


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.openid
    if provider is None:
        raise HTTPException(404)
    return provider
