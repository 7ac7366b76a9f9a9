"""The administrator's pages: who may sign in, what they may do, tokens of programs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sync.model.desk import UNIT_ROLES, Role
from sync.model.errors import ConfigurationError, PermissionDeniedError, UnknownUnitError
from sync.portal.deps import AdministratorDep, GatekeeperDep, require_own_form
from sync.portal.pages import path_for, render
from sync.services import accounts, links, tokens
from sync.services.grants import parse_grants

NOT_ACCEPTED = 422
ROLES = tuple(Role)

router = APIRouter()
change = Depends(require_own_form)

Word = Annotated[str, Form(max_length=200)]
Roles = Annotated[list[str], Form(max_length=20)]
Units = Annotated[str, Form(max_length=500)]


@router.get("/tai-khoan", name="accounts")
def show_accounts(
    request: Request, gatekeeper: GatekeeperDep, viewer: AdministratorDep
) -> HTMLResponse:
    """Every account and every token."""
    return _list(request, gatekeeper)


@router.post("/tai-khoan", dependencies=[change])
def add_account(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    gatekeeper: GatekeeperDep,
    viewer: AdministratorDep,
    login: Word = "",
    name: Word = "",
    email: Word = "",
    roles: Roles = [],  # noqa: B006 - FastAPI copies it
    officer_units: Units = "",
    approver_units: Units = "",
) -> HTMLResponse:
    """A new account; its first password is on the answer, and nowhere else."""
    try:
        grants = _grants(roles, officer_units, approver_units)
        wanted = accounts.Wanted(login.strip(), name.strip() or login, grants, email.strip())
        password = accounts.add_account(
            wanted, actor=viewer.actor, db=gatekeeper.keeper, clock=gatekeeper.clock
        )
    except UnknownUnitError:
        return _list(request, gatekeeper, problem="unit")
    except ConfigurationError:
        return _list(request, gatekeeper, problem="add")
    return _shown_once(request, "password", wanted.login, password)


@router.get("/tai-khoan/{login}", name="account")
def show_account(
    request: Request, gatekeeper: GatekeeperDep, viewer: AdministratorDep, login: str
) -> HTMLResponse:
    """One account: its roles, and what can be done about it."""
    return _one(request, gatekeeper, login)


@router.post("/tai-khoan/{login}/vai-tro", name="account_roles", dependencies=[change])
def set_roles(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    gatekeeper: GatekeeperDep,
    viewer: AdministratorDep,
    login: str,
    roles: Roles = [],  # noqa: B006 - FastAPI copies it
    officer_units: Units = "",
    approver_units: Units = "",
) -> Response:
    """These roles and no others; the account's sessions end."""
    try:
        accounts.set_roles(
            login,
            _grants(roles, officer_units, approver_units),
            actor=viewer.actor,
            db=gatekeeper.keeper,
            clock=gatekeeper.clock,
        )
    except UnknownUnitError:
        return _one(request, gatekeeper, login, problem="unit")
    except ConfigurationError:
        return _one(request, gatekeeper, login, problem="roles")
    except PermissionDeniedError:
        return _one(request, gatekeeper, login, problem="oneself")
    return RedirectResponse(path_for(request, "account", login=login), status_code=303)


@router.post("/tai-khoan/{login}/mat-khau", name="account_reset", dependencies=[change])
def reset_password(
    request: Request, gatekeeper: GatekeeperDep, viewer: AdministratorDep, login: str
) -> HTMLResponse:
    """A new first password, on the answer and nowhere else."""
    password = accounts.reset_password(
        login, actor=viewer.actor, db=gatekeeper.keeper, clock=gatekeeper.clock
    )
    return _shown_once(request, "password", login, password)


@router.post("/tai-khoan/{login}/dong", name="account_close", dependencies=[change])
def close_account(
    request: Request, gatekeeper: GatekeeperDep, viewer: AdministratorDep, login: str
) -> Response:
    """Nobody signs in with it any more."""
    try:
        accounts.close_account(
            login, actor=viewer.actor, db=gatekeeper.keeper, clock=gatekeeper.clock
        )
    except PermissionDeniedError:
        return _one(request, gatekeeper, login, problem="oneself")
    return RedirectResponse(path_for(request, "accounts"), status_code=303)


@router.post("/tai-khoan/{login}/lien-ket", name="account_link", dependencies=[change])
def link_account(
    request: Request,
    gatekeeper: GatekeeperDep,
    viewer: AdministratorDep,
    login: str,
    subject: Annotated[str, Form(max_length=255)] = "",
) -> Response:
    """The configured provider vouches for it from now on."""
    provider = request.app.state.openid
    try:
        links.link_account(
            login,
            (provider.issuer if provider else "", subject),
            actor=viewer.actor,
            db=gatekeeper.keeper,
            clock=gatekeeper.clock,
        )
    except ConfigurationError:
        return _one(request, gatekeeper, login, problem="subject")
    return RedirectResponse(path_for(request, "account", login=login), status_code=303)


@router.post("/tai-khoan/{login}/ma-lien-ket", name="account_link_code", dependencies=[change])
def issue_link_code(
    request: Request, gatekeeper: GatekeeperDep, viewer: AdministratorDep, login: str
) -> HTMLResponse:
    """A code that ties an outside identity to it, on the answer and nowhere else."""
    try:
        code = links.issue_code(
            login, actor=viewer.actor, db=gatekeeper.keeper, clock=gatekeeper.clock
        )
    except ConfigurationError:
        return _one(request, gatekeeper, login, problem="closed")
    return _shown_once(request, "link", login, code)


@router.post("/ma-truy-cap", name="tokens", dependencies=[change])
def issue_token(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    gatekeeper: GatekeeperDep,
    viewer: AdministratorDep,
    login: Word = "",
    name: Word = "",
    days: Annotated[int, Form(ge=1, le=366)] = 365,
) -> HTMLResponse:
    """A token for a program that reads figures, on the answer and nowhere else."""
    try:
        token = tokens.issue_token(
            tokens.WantedToken(login.strip(), name, days=days),
            actor=viewer.actor,
            db=gatekeeper.keeper,
            clock=gatekeeper.clock,
        )
    except ConfigurationError:
        return _list(request, gatekeeper, problem="token")
    return _shown_once(request, "token", name, token)


@router.post("/ma-truy-cap/{token_id}/thu-hoi", name="token_revoke", dependencies=[change])
def revoke_token(
    request: Request, gatekeeper: GatekeeperDep, viewer: AdministratorDep, token_id: int
) -> Response:
    """The token opens nothing from now on."""
    tokens.revoke_token(
        token_id, actor=viewer.actor, db=gatekeeper.keeper, clock=gatekeeper.clock
    )
    return RedirectResponse(path_for(request, "accounts") + "#tokens", status_code=303)


def _grants(
    roles: list[str], officer_units: str, approver_units: str
) -> list[tuple[Role, str]]:
    """What the form says: national roles ticked, units of HR written with commas between."""
    words = [role for role in roles if role not in UNIT_ROLES]
    for role, units in ((Role.HR_OFFICER, officer_units), (Role.HR_APPROVER, approver_units)):
        words += [f"{role}:{unit}" for unit in units.replace(",", " ").split()]
    return parse_grants(words)


def _list(request: Request, gatekeeper: GatekeeperDep, problem: str = "") -> HTMLResponse:
    return render(
        request,
        "accounts.html",
        status=NOT_ACCEPTED if problem else 200,
        problem=problem,
        accounts=accounts.list_accounts(db=gatekeeper.keeper),
        tokens=tokens.list_tokens(db=gatekeeper.keeper),
        now=gatekeeper.clock(),
        roles=[role for role in ROLES if role not in UNIT_ROLES],
    )


def _one(
    request: Request, gatekeeper: GatekeeperDep, login: str, problem: str = ""
) -> HTMLResponse:
    found: dict[str, Any] | None = next(
        (a for a in accounts.list_accounts(db=gatekeeper.keeper) if a["login"] == login), None
    )
    if found is None:
        raise HTTPException(404)
    units = {
        role: ", ".join(
            word.partition(":")[2] for word in found["roles"] if word.startswith(f"{role}:")
        )
        for role in sorted(UNIT_ROLES)
    }
    return render(
        request,
        "account.html",
        status=NOT_ACCEPTED if problem else 200,
        problem=problem,
        account=found,
        units=units,
        is_openid=request.app.state.openid is not None,
        roles=[role for role in ROLES if role not in UNIT_ROLES],
    )


def _shown_once(request: Request, kind: str, whose: str, secret: str) -> HTMLResponse:
    return render(request, "shown_once.html", kind=kind, whose=whose, secret=secret)
