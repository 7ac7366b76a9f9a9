"""Commands of `cbccvc limits`: what a steward says about the brakes of single units."""

import json
import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(
    no_args_is_help=True, help="Limits of the brakes that a steward set for single units."
)
out = Console()


@app.command("set")
def limits_set(  # noqa: PLR0913 - one argument an option of the command
    unit: str,
    rule: str,
    reason: Annotated[
        str, typer.Option(help="Why, in one sentence; kept in the registry and the ledger.")
    ],
    count: Annotated[int | None, typer.Option(help="Records or people.")] = None,
    ratio: Annotated[float | None, typer.Option(help="0.3 is thirty percent.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; today.")
    ] = None,
    actor: Annotated[
        str, typer.Option(envvar="CBCCVC_ACTOR", help="Who decides.")
    ] = "operator",
) -> None:
    """Another limit for one rule about whole deliveries of one unit, from a day on.

    The larger of count and ratio holds, and what is not given stays as the suite says: for a
    count alone, give --ratio 0 too.
    """
    from sync.services.limits import set_limit
    from sync.store.brakes import BrakeLimit

    first = since.date() if since else None
    word = set_limit(BrakeLimit(unit, rule, count, ratio, first, None, actor, reason))
    parts = {"count": word.max_count, "ratio": word.max_ratio}
    told = ", ".join(
        f"{name} {'as the suite says' if value is None else value}"
        for name, value in parts.items()
    )
    out.print(f"limit of {rule} for {unit} holds from {word.valid_from}: {told}")


@app.command("list")
def limits_list(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Limits in force today or later; all others are the suite's own."""
    from sync.services.limits import list_limits

    found = list_limits()
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    table = Table("unit", "rule", "count", "ratio", "from", "to", "by", "reason")
    for item in found:
        table.add_row(*("" if value is None else str(value) for value in item.values()))
    out.print(table)
