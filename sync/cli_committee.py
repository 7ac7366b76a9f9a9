"""Commands of `cbccvc claims` and `cbccvc contacts`: what stands beside the proved figures."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from sync.model.errors import ConfigurationError

claims_app = typer.Typer(no_args_is_help=True, help="Figures that others announced.")
contacts_app = typer.Typer(no_args_is_help=True, help="Offices to turn to about a unit.")
out = Console()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Who = Annotated[str, typer.Option("--actor", envvar="CBCCVC_ACTOR", help="Who enters it.")]
Count = Annotated[int | None, typer.Option(min=0, help="Units.")]


@claims_app.command("add")
def claims_add(  # noqa: PLR0913 - one argument an option of the command
    on: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day it was announced.")
    ],
    by: Annotated[str, typer.Option(help="Which organisation announced it.")],
    source: Annotated[str, typer.Option(help="Where it can be read.")],
    vi: Annotated[str, typer.Option(help="What was announced, in Vietnamese.")],
    en: Annotated[str, typer.Option(help="The same in English.")],
    connected: Count = None,
    synchronised: Count = None,
    of: Annotated[int | None, typer.Option(min=1, help="Out of so many units.")] = None,
    actor: Who = "operator",
) -> None:
    """Keep a figure that somebody announced, beside the proved ones."""
    from sync.services.claimed import add_claim
    from sync.services.permissions import operator
    from sync.store.claimed import Claimed

    claim = Claimed(on.date(), vi, en, connected, synchronised, of, by, source)
    claim_id = add_claim(claim, actor=operator(actor))
    out.print(f"claimed figure {claim_id} of {claim.claimed_on} is kept")


@claims_app.command("list")
def claims_list(as_json: Json = False) -> None:
    """Every claimed figure, newest first."""
    from sync.services.claimed import list_claims

    _show(list_claims(), as_json)


@claims_app.command("withdraw")
def claims_withdraw(
    claim_id: int,
    reason: Annotated[str, typer.Option(help="Why, in one sentence; kept in the ledger.")],
    actor: Who = "operator",
) -> None:
    """Take a figure that was entered wrongly out of the pages."""
    from sync.services.claimed import withdraw_claim
    from sync.services.permissions import operator

    withdraw_claim(claim_id, reason, actor=operator(actor))
    out.print(f"claimed figure {claim_id} is withdrawn")


@contacts_app.command("load")
def contacts_load(
    path: Annotated[Path, typer.Argument(help="CSV: unit_code,role,office,email,phone.")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; today.")
    ] = None,
    actor: Who = "operator",
) -> None:
    """Offices to turn to from a day on; units that the file does not name stay as they are."""
    from sync.services import contacts
    from sync.services.permissions import operator

    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path} cannot be read as a UTF-8 file.") from None
    count = contacts.set_contacts(
        contacts.read_contacts(content),
        actor=operator(actor),
        valid_from=since.date() if since else None,
    )
    out.print(f"{count} contacts are kept")


@contacts_app.command("list")
def contacts_list(
    unit: Annotated[str | None, typer.Option(help="One unit's code.")] = None,
    as_json: Json = False,
) -> None:
    """Offices to turn to now."""
    from sync.services.contacts import list_contacts

    _show(list_contacts(unit), as_json)


def _show(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    table = Table(*(rows[0] if rows else ()))
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    out.print(table)
    out.print(f"{len(rows)} in all")
