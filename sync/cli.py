"""The command line: opens doors to the services; thinks nothing itself."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sync import (
    cli_accounts,
    cli_committee,
    cli_desk,
    cli_keeping,
    cli_limits,
    cli_notices,
    cli_population,
    cli_rules,
)
from sync.model.errors import SyncError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
snapshot_app = typer.Typer(
    no_args_is_help=True, help="Look at one delivery, release or return it."
)
server_app = typer.Typer(no_args_is_help=True, help="The embedded PostgreSQL.")
app.add_typer(snapshot_app, name="snapshot")
app.add_typer(cli_limits.app, name="limits")
app.add_typer(cli_accounts.app, name="accounts")
app.add_typer(server_app, name="server")
app.command()(cli_keeping.replay)
app.command()(cli_keeping.housekeeping)
app.command()(cli_keeping.credential)
app.add_typer(cli_population.app, name="population")
app.add_typer(cli_rules.app, name="rules")
app.add_typer(cli_notices.app, name="notices")
cli_desk.add_to(app)
app.add_typer(cli_committee.claims_app, name="claims")
app.add_typer(cli_committee.contacts_app, name="contacts")
out = Console()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why, in one sentence; kept in the ledger.")
]
Actor = Annotated[str, typer.Option("--actor", envvar="CBCCVC_ACTOR", help="Who decides.")]


def _print_json(value: Any) -> None:  # noqa: ANN401 - whatever a service returned
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


@app.command()
def setup() -> None:
    """Start the embedded server if none is set, migrate, load units and code lists."""
    from sync.services.setup import set_up

    counts = set_up()
    out.print(", ".join(f"{table} {count}" for table, count in counts.items()))


@app.command()
def sync(unit: Annotated[str | None, typer.Option(help="One unit's code.")] = None) -> None:
    """Run one wave: pull, read, check, admit, settle, measure."""
    from sync.services.sync import run_wave

    columns = (
        TextColumn("{task.description:>6}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def show(step: str, done: int, of: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=of)
            bars.update(tasks[step], completed=done)

        result = run_wave(unit_code=unit, progress=show)
    totals = {
        name: sum(int(item[name]) for item in result["admitted"])
        for name in ("received", "added", "changed", "unchanged", "quarantined", "waiting")
    }
    out.print(", ".join(f"{name} {count:,}" for name, count in totals.items()))
    if not totals["added"] and not totals["changed"]:
        out.print(f"No dossier changed; {result['kept']} documents were new.")
    out.print(
        ", ".join(f"{name}: {count}" for name, count in sorted(result["outcomes"].items()))
    )


@app.command()
def status(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A past day.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Connected and synchronised units, with both numbers of every ratio."""
    from sync.services.status import build_status

    found = build_status(as_of.date() if as_of else None, english=not as_json)
    if as_json:
        _print_json(found)
        return
    print_status(found)


NUMBERS = ("expected", "announced", "received", "live", "stale", "quarantined", "waiting")
WIDE = 150  # columns a terminal needs for the whole table


def print_status(found: dict[str, Any], console: Console = out) -> None:
    """The headline and one row per unit; a narrow terminal gets what matters most."""
    is_wide = console.width >= WIDE
    shown = NUMBERS if is_wide else ("expected", "live", "quarantined")
    table = Table(title=f"{found['as_of']}", title_justify="left")
    table.add_column("unit", no_wrap=True)
    if is_wide:
        table.add_column("name")
    table.add_column("level", no_wrap=True)
    for name in shown:
        table.add_column(name, justify="right")
    table.add_column("missing for the next level")
    for unit in found["units"]:
        numbers = ["–" if unit[name] is None else f"{unit[name]:,}" for name in shown]
        names = [unit["name_vi"]] if is_wide else []
        level = f"{unit['level']} {unit['level_name']}"
        table.add_row(unit["unit_code"], *names, level, *numbers, unit["reason"])
    console.print(table)
    connected, synchronised = found["connected"], found["synchronised"]
    console.print(
        f"connected {connected['count']} of {connected['of']},"
        f" synchronised {synchronised['count']} of {synchronised['of']}"
    )


FINDING = ("record_id", "group", "row", "field", "rule_code", "effect", "since", "sentence")
CAUSE = ("rule_code", "label", "records", "findings", "since", "sentence")


@app.command()
def findings(
    unit: Annotated[str, typer.Option(help="The unit's code.")],
    causes: Annotated[bool, typer.Option("--causes", help="By cause, biggest first.")] = False,
    as_json: Json = False,
) -> None:
    """Open findings of one unit: record, field, rule, effect, sentence; never a value."""
    from sync.services.findings import list_causes, list_findings

    found = list_causes(unit) if causes else list_findings(unit)
    if as_json:
        _print_json(found)
        return
    keys = CAUSE if causes else FINDING
    table = Table(*(key.removesuffix("_id").removesuffix("_code") for key in keys))
    for item in found:
        table.add_row(*(str(item[key]) for key in keys))
    out.print(table)
    out.print(f"{len(found)} {'causes' if causes else 'open findings'}")


@app.command()
def probe(unit: Annotated[str | None, typer.Option(help="One unit's code.")] = None) -> None:
    """Look at every source once: reachable, and with our credential?"""
    from sync.services import probe as probing

    for unit_code in [unit] if unit else probing.list_probed_units():
        is_ok = probing.probe_unit(unit_code)
        out.print(f"{unit_code} {'ok' if is_ok else 'not ok'}")


@app.command()
def reconcile(
    unit: Annotated[str | None, typer.Option(help="One unit's code.")] = None,
) -> None:
    """Recompute both digests from all typed rows; says where they differ."""
    from sync.services.reconcile import reconcile_units

    for result in reconcile_units(unit):
        out.print(f"{result['unit_code']} {'agrees' if result['agrees'] else 'DIFFERS'}")


@app.command()
def docs(check: Annotated[bool, typer.Option("--check", help="Only compare.")] = False) -> None:
    """Write the generated pages below docs/, or say which are not as generated."""
    from sync.services.docs import write_docs

    stale = write_docs(Path.cwd() / "docs", only_check=check)
    if stale and check:
        raise SyncError(
            f"Generated pages are out of date: {', '.join(stale)}; run cbccvc docs."
        )
    out.print(f"{len(stale)} pages written" if stale else "docs are as generated")


@snapshot_app.command("list")
def snapshot_list(limit: int = 60) -> None:
    """The newest deliveries."""
    from sync.services.show import list_snapshots

    table = Table("id", "unit", "state", "announced", "received", "sealed", "reason")
    for item in list_snapshots(limit):
        table.add_row(*(str(value) for value in item.values()))
    out.print(table)


@snapshot_app.command("show")
def snapshot_show(snapshot_id: int) -> None:
    """One delivery: counts, state, reason with both numbers."""
    from sync.services.show import show_snapshot

    _print_json(show_snapshot(snapshot_id))


@snapshot_app.command("release")
def snapshot_release(snapshot_id: int, reason: Reason, actor: Actor = "operator") -> None:
    """Let a held delivery through; it is read, checked and admitted in a run of its own."""
    from sync.services.hold import release_snapshot
    from sync.services.sync import finish_snapshot

    released = release_snapshot(snapshot_id, actor=actor, reason=reason)
    result = finish_snapshot(released.snapshot_id)
    if result["outcome"] not in ("admitted", "held"):
        raise SyncError(
            f"Snapshot {snapshot_id} of {released.unit_code} is released but"
            f" {result['outcome']}; the next wave reads it again."
        )
    out.print(f"snapshot {snapshot_id} of {released.unit_code}: {result['outcome']}")


@snapshot_app.command("reject")
def snapshot_reject(snapshot_id: int, reason: Reason, actor: Actor = "operator") -> None:
    """Return a held delivery to its unit; the last good state stays."""
    from sync.services.hold import reject_snapshot

    rejected = reject_snapshot(snapshot_id, actor=actor, reason=reason)
    out.print(f"snapshot {snapshot_id} of {rejected.unit_code}: rejected")


@server_app.command("start")
def server_start() -> None:
    """Start the embedded PostgreSQL."""
    from sync.services.setup import embedded_server

    embedded_server().start()


@server_app.command("stop")
def server_stop() -> None:
    """Stop the embedded PostgreSQL."""
    from sync.services.setup import embedded_server

    embedded_server().stop()


def main() -> None:
    """Run a command; a refusal is one sentence and exit code 1."""
    try:
        app()
    except SyncError as error:
        Console(stderr=True).print(str(error), style="red", highlight=False, markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
