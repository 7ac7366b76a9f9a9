"""`cbccvc population`: what the national population register says, and who disputes it."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="Against the national population register.")
out = Console()

Reason = Annotated[
    str, typer.Option("--reason", help="Why, in one sentence without the person's values.")
]
Actor = Annotated[str, typer.Option("--actor", envvar="CBCCVC_ACTOR", help="Who decides.")]
Unit = Annotated[str | None, typer.Option(help="One unit's code.")]
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many people.")]
SHOWN = ("asked", "matched", "mismatched", "not_found", "unanswered")
COLUMNS = (
    "live", "matched", "mismatched", "close_name_only", "not_found", "disputed", "not_checked",
    "expired",
)  # fmt: skip


@app.command()
def verify(unit: Unit = None, limit: Limit = None) -> None:
    """Ask about people whose values or answer are not known good; keeps verdicts only."""
    from sync.services import population

    results = [population.verify_unit(unit, limit)] if unit else population.verify_all(limit)
    total, stopped = dict.fromkeys(SHOWN, 0), ""
    for result in results:
        counts = ", ".join(f"{name} {result[name]:,}" for name in SHOWN)
        stopped = result["stopped"]
        out.print(f"{result['unit_code']} {counts} {stopped}".rstrip())
        total = {name: total[name] + result[name] for name in SHOWN}
    out.print(", ".join(f"{name} {count:,}" for name, count in total.items()))
    out.print("The next wave raises and closes findings." if total["asked"] else "Nobody due.")


@app.command()
def status() -> None:
    """Per unit: matched, mismatched, not found, disputed, not checked, of how many."""
    from sync.services.population import list_standings

    found = list_standings()
    table = Table("unit", *COLUMNS)
    for standing in found:
        numbers = (f"{standing[name]:,}" for name in COLUMNS)
        table.add_row(standing["unit_code"], *numbers)
    out.print(table)
    matched = sum(standing["matched"] for standing in found)
    live = sum(standing["live"] for standing in found)
    out.print(f"matched {matched:,} of {live:,}")


@app.command()
def dispute(
    record_id: int,
    reason: Reason,
    actor: Actor = "operator",
    is_undone: Annotated[bool, typer.Option("--undo", help="It was right after all.")] = False,
) -> None:
    """The register is wrong about this record: its rules are silent until our value changes."""
    from sync.services import dispute

    decide = dispute.undo_dispute if is_undone else dispute.dispute_answer
    out.print(f"record {record_id}: {decide(record_id, actor=actor, reason=reason)}")
