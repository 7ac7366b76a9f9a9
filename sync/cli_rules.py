"""Commands on rules: the catalogue, and a rehearsal before rules are switched on."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from sync.services.rehearse import Rehearsal

app = typer.Typer(invoke_without_command=True, help="The catalogue; rehearse new rules.")
out = Console()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Lang(StrEnum):
    """A language that rules speak."""

    VI = "vi"
    EN = "en"


def _print_json(value: Any) -> None:  # noqa: ANN401 - whatever a service returned
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


@app.callback()
def rules(
    context: typer.Context,
    group: Annotated[str | None, typer.Option(help="One group of rules.")] = None,
    lang: Annotated[Lang | None, typer.Option(help="One language; both if unsaid.")] = None,
    as_json: Json = False,
) -> None:
    """Every rule as docs/rules.md prints it: effect, field, sentences, basis, validity."""
    from sync.services.rules import list_rules

    if context.invoked_subcommand:
        return
    found = list_rules(group)
    if as_json:
        _print_json(found)
        return
    table = Table("group", "code", "effect", "field", "sentence", "basis", "from", "to")
    for rule in found:
        told = [rule[f"sentence_{each}"] for each in ([lang] if lang else Lang)]
        bases = {Lang.VI: rule["basis_vi"], Lang.EN: rule["basis"]}
        basis = "\n".join(bases[each] for each in ([lang] if lang else Lang))
        first = (rule[key] for key in ("group", "code", "effect", "field"))
        valid = (rule[key] or "" for key in ("valid_from", "valid_to"))
        table.add_row(*first, "\n".join(told), basis, *valid)
    out.print(table)


@app.command()
def rehearse(
    suite: Annotated[Path, typer.Argument(help="A suite file: changed and new rules.")],
    whole: Annotated[
        bool, typer.Option("--whole", help="The suite's rules that the file lacks would go.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What the rules of a file would do to everybody's present documents; changes nothing."""
    from sync.services.rehearse import rehearse_suite

    columns = (TextColumn("records"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("records", total=None)
        found = rehearse_suite(
            suite,
            is_whole=whole,
            progress=lambda done, of: bars.update(task, completed=done, total=of),
        )
    if as_json:
        rules = {c: {"added": a, "removed": r} for c, (a, r) in found.by_rule().items()}
        whole_of = {"records": found.record_count, "rules": rules, "units": found.by_unit()}
        _print_json(whole_of)
        return
    _print_rehearsal(found)


def _print_rehearsal(found: "Rehearsal") -> None:
    states = {
        **dict.fromkeys(found.changes.changed, "changed"),
        **dict.fromkeys(found.changes.added, "new"),
        **dict.fromkeys(found.changes.removed, "gone"),
    }
    rules = Table("rule", "is", "findings added", "findings removed")
    for code, (added, removed) in sorted(found.by_rule().items()):
        rules.add_row(code, states[code], f"+{added:,}", f"-{removed:,}")
    out.print(rules)
    units = found.by_unit()
    if units:
        table = Table("unit", "records", "added", "removed", "blocked", "would be held by")
        for unit in units:
            table.add_row(
                unit["unit_code"],
                f"{unit['records']:,}",
                f"+{unit['findings_added']:,}",
                f"-{unit['findings_removed']:,}",
                f"{unit['blocked_before']:,} → {unit['blocked_after']:,}",
                ", ".join(unit["would_hold"]),
            )
        out.print(table)
    held = sum(bool(unit["would_hold"]) for unit in units)
    out.print(
        f"{found.record_count:,} records of {len(found.blocked)} units looked at; nothing was"
        f" changed. {len(units)} units would see a difference, {held} would be held."
    )
