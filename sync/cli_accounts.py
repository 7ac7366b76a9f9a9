"""`cbccvc accounts`: who may sign in to the portal, what they may do, tokens of programs."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="Accounts of the portal and tokens of programs.")
token_app = typer.Typer(no_args_is_help=True, help="Tokens with which programs read figures.")
app.add_typer(token_app, name="token")
out = Console()

Actor = Annotated[str, typer.Option("--actor", envvar="CBCCVC_ACTOR", help="Who decides.")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help="As hr_officer:H26 or steward; repeat for several."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Every account with its roles and state."""
    from sync.services.accounts import list_accounts

    found = list_accounts()
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    table = Table("login", "name", "roles", "first password", "locked until", "closed")
    for item in found:
        table.add_row(
            item["login"],
            item["name"],
            ", ".join(item["roles"]),
            "to be changed" if item["must_change"] else "",
            item["locked_until"] or "",
            item["closed_at"] or "",
        )
    out.print(table)


@app.command()
def add(
    login: str,
    name: Annotated[str, typer.Option("--name", help="The person's name.")],
    role: Roles = None,
    email: Annotated[str, typer.Option(help="Where notices go.")] = "",
    actor: Actor = "operator",
) -> None:
    """A new account; prints its first password, once."""
    from sync.services import accounts
    from sync.services.grants import parse_grants
    from sync.services.permissions import operator

    wanted = accounts.Wanted(login, name, parse_grants(role or []), email)
    _show(accounts.add_account(wanted, actor=operator(actor)))


@app.command()
def roles(login: str, role: Roles = None, actor: Actor = "operator") -> None:
    """These roles and no others; the account's sessions end."""
    from sync.services import accounts
    from sync.services.grants import parse_grants
    from sync.services.permissions import operator

    grants = parse_grants(role or [])
    accounts.set_roles(login, grants, actor=operator(actor))
    out.print(f"{login}: {', '.join(role or []) or 'no role'}")


@app.command()
def reset(login: str, actor: Actor = "operator") -> None:
    """A new first password, printed once; the account's sessions end."""
    from sync.services import accounts
    from sync.services.permissions import operator

    _show(accounts.reset_password(login, actor=operator(actor)))


@app.command()
def close(login: str, actor: Actor = "operator") -> None:
    """Nobody signs in with the account any more."""
    from sync.services import accounts
    from sync.services.permissions import operator

    accounts.close_account(login, actor=operator(actor))
    out.print(f"{login}: closed")


@app.command()
def link(login: str, subject: str, actor: Actor = "operator") -> None:
    """The identity provider of the settings vouches for the account, by its subject."""
    from sync.services import links
    from sync.services.permissions import operator
    from sync.settings import get_settings

    voucher = (get_settings().oidc_issuer, subject)
    links.link_account(login, voucher, actor=operator(actor))
    out.print(f"{login}: signs in through the identity provider from now on")


@app.command("link-code")
def link_code(login: str, actor: Actor = "operator") -> None:
    """A code, printed once, that ties whoever types it after an outside sign-in; 72 hours."""
    from sync.services import links
    from sync.services.permissions import operator

    _show(links.issue_code(login, actor=operator(actor)))


@token_app.command("issue")
def token_issue(
    login: str,
    name: Annotated[str, typer.Option("--name", help="Which program it is for.")],
    days: Annotated[int, typer.Option(min=1, max=366)] = 365,
    actor: Actor = "operator",
) -> None:
    """A token of an account, printed once."""
    from sync.services.permissions import operator
    from sync.services.tokens import WantedToken, issue_token

    _show(issue_token(WantedToken(login, name, days=days), actor=operator(actor)))


@token_app.command("list")
def token_list(as_json: Json = False) -> None:
    """Every token, newest first; what it is was shown once."""
    from sync.services.tokens import list_tokens

    found = [asdict(token) for token in list_tokens()]
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    table = Table("id", "account", "name", "scopes", "ends", "last used", "revoked")
    for item in found:
        shown = [item["token_id"], item["login"], item["name"], ", ".join(item["scopes"])]
        times = [item["expires_at"], item["last_used_at"], item["revoked_at"]]
        table.add_row(*(str(value or "") for value in (*shown, *times)))
    out.print(table)


@token_app.command("revoke")
def token_revoke(token_id: int, actor: Actor = "operator") -> None:
    """The token opens nothing from now on."""
    from sync.services.permissions import operator
    from sync.services.tokens import revoke_token

    revoked = revoke_token(token_id, actor=operator(actor))
    out.print(f"token {token_id} ({revoked.name}): revoked")


def _show(secret: str) -> None:
    sys.stdout.write(secret + "\n")  # alone on its line: for a pipe or a clipboard
