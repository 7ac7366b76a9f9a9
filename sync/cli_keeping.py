"""Commands on what is kept: replay an answer, tidy what is too old."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from sync.model.errors import SyncError

out = Console()
DONE = ("admitted", "held", "superseded")


def replay(
    target: Annotated[str, typer.Argument(help="A snapshot's number or a unit's code.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Why, in one sentence; kept in the ledger.")
    ] = "",
    actor: Annotated[
        str, typer.Option("--actor", envvar="CBCCVC_ACTOR", help="Who decides.")
    ] = "operator",
) -> None:
    """Read, check and admit a kept answer again, as a new delivery; nobody is asked."""
    from sync.services.replay import Order
    from sync.services.replay import replay as run

    result = run(Order(target, actor, reason))
    name = f"snapshot {result['snapshot_id']} of {result['unit_code']}"
    if result["outcome"] not in DONE:
        raise SyncError(
            f"Replay {name} is {result['outcome']}: see cbccvc snapshot show"
            f" {result['snapshot_id']}; the next wave reads it again."
        )
    counts = ("received", "added", "changed", "unchanged", "quarantined", "waiting")
    figures = ", ".join(f"{key} {result[key]:,}" for key in counts if key in result)
    out.print(f"{name}: {result['outcome']}" + (f", {figures}" if figures else ""))


def credential(
    unit: str,
    ends_on: Annotated[
        datetime | None,
        typer.Option("--ends-on", formats=["%Y-%m-%d"], help="Its last day; none: not known."),
    ] = None,
    actor: Annotated[
        str, typer.Option("--actor", envvar="CBCCVC_ACTOR", help="Who says so.")
    ] = "operator",
) -> None:
    """Keep until when a unit's credential is good, so that engineers see it end in time."""
    from sync.services.permissions import operator
    from sync.services.registry import set_credential_end

    day = ends_on.date() if ends_on else None
    source = set_credential_end(unit, day, actor=operator(actor))
    out.print(f"credential of {source} ends on {day or 'a day that nobody told us'}")


def housekeeping(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the same numbers, change nothing.")
    ] = False,
) -> None:
    """Remove what is too old to keep; never what is present, open or behind a dossier."""
    from sync.services.housekeeping import tidy

    columns = (TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        units, rows = bars.add_task("units"), bars.add_task("")

        def show(step: str, done: int, of: int) -> None:
            if step == "units":
                bars.update(units, description=f"units {done} of {of}")
            else:
                bars.update(rows, description=f"{step} {done:,}")

        counts = tidy(is_dry=dry_run, progress=show)
    waiting = counts.pop("waiting")
    would = "would remove: " if dry_run else "removed: "
    out.print(would + ", ".join(f"{name} {count:,}" for name, count in counts.items()))
    if waiting:
        out.print(f"{waiting} units are being pulled; their documents wait for the next time.")
