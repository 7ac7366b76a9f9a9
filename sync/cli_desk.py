"""Commands of the desk: `cbccvc flags`, `corrections`, `waivers`, `mappings`.

Whoever works on the server has every role, but nobody is their own second officer: give names
with --actor. A value is asked for, never an argument: arguments stand in the shell's history.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

flags_app = typer.Typer(no_args_is_help=True, help="Questions to HR: what waits, until when.")
corrections_app = typer.Typer(
    no_args_is_help=True, help="Proposed values, and a second officer's word on them."
)
waivers_app = typer.Typer(no_args_is_help=True, help="What HR accepts until a day.")
mappings_app = typer.Typer(no_args_is_help=True, help="A unit's own codes for national ones.")
out = Console()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Unit = Annotated[str, typer.Option(help="The unit's code.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why, in one sentence without the person's values.")
]
Actor = Annotated[str, typer.Option("--actor", envvar="CBCCVC_ACTOR", help="Who acts.")]
OPERATOR = "operator"
FLAG = (
    *("flag_id", "record_id", "group_name", "row_no", "field_code", "rule_code", "effect"),
    *("state", "due_on", "label"),
)
CORRECTION = (
    *("correction_id", "record_id", "group_name", "row_no", "field_code", "state"),
    *("proposed_by", "decided_by", "reason"),
)
WAIVER = (
    *("waiver_id", "record_id", "rule_code", "field_code", "until_on", "state", "stated_by"),
    "reason",
)
MAPPING = (
    *("mapping_id", "unit_code", "code_list", "local_code", "national_code", "state"),
    *("proposed_by", "decided_by", "reason"),
)
TASK = (
    *("effect", "rule_code", "label", "code_list", "record_count", "flag_count", "due_on"),
    "sentence_en",
)


def add_to(app: typer.Typer) -> None:
    """Hang the desk's commands below `cbccvc`."""
    app.add_typer(flags_app, name="flags")
    app.add_typer(corrections_app, name="corrections")
    app.add_typer(waivers_app, name="waivers")
    app.add_typer(mappings_app, name="mappings")


def _show(rows: Iterable[Mapping[str, Any]], keys: tuple[str, ...], as_json: bool) -> None:
    found = [{key: row[key] for key in keys} for row in rows]
    if as_json:
        text = json.dumps(found, ensure_ascii=False, indent=2, default=str)
        sys.stdout.write(text + "\n")
        return
    table = Table(*(key.removesuffix("_id").removesuffix("_code") for key in keys))
    for row in found:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    out.print(table)


@flags_app.command("list")
def flags_list(
    unit: Unit,
    rule: Annotated[str | None, typer.Option(help="Of one rule.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=20_000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """Open questions of one unit, blocking first, then by due day; never a value."""
    from sync.services.queue import list_flags
    from sync.store.queue import FlagFilter

    page = list_flags(unit, FlagFilter(rule_code=rule), limit=limit)
    _show((asdict(flag) for flag in page.flags), FLAG, as_json)
    if page.after and not as_json:
        out.print(f"There are more than {limit}: ask with --limit or --rule.")


@flags_app.command("queue")
def flags_queue(unit: Unit, as_json: Json = False) -> None:
    """What waits in one unit: for whom, until when, and the tasks by cause."""
    from sync.services.queue import count_queue, list_causes_of_queue

    counts = count_queue(unit)
    causes = [asdict(cause) for cause in list_causes_of_queue(unit)]
    told = asdict(counts) | {"by_state": {str(k): v for k, v in counts.by_state.items()}}
    if as_json:
        told["causes"] = [{key: cause[key] for key in TASK} for cause in causes]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    out.print(", ".join(f"{state} {count:,}" for state, count in told["by_state"].items()))
    out.print(
        f"of the open: {counts.blocking:,} block, {counts.to_review:,} to review;"
        f" {counts.overdue:,} overdue, {counts.due_today:,} due today,"
        f" {counts.due_later:,} later"
    )
    out.print(
        f"answered by the last delivery: {counts.fixed_by_last_delivery:,} at the source,"
        f" {counts.corrected_by_last_delivery:,} by the desk"
    )
    keys = (
        "effect",
        "rule_code",
        "label",
        "record_count",
        "flag_count",
        "due_on",
        "sentence_en",
    )
    _show(causes, keys, as_json)


@corrections_app.command("list")
def corrections_list(
    unit: Unit,
    state: Annotated[str, typer.Option(help="proposed, approved, retired, …")] = "proposed",
    limit: Annotated[int, typer.Option(min=1, max=20_000)] = 50,
    values: Annotated[bool, typer.Option("--values", help="Print the values too.")] = False,
    as_json: Json = False,
) -> None:
    """Corrections of one unit; their values only when asked for."""
    from sync.model.desk import CorrectionState
    from sync.services.correct import list_corrections

    found = list_corrections(unit, [_state(CorrectionState, state)], limit=limit)
    keys = (*CORRECTION, "old_value", "new_value") if values else CORRECTION
    _show((asdict(each) for each in found), keys, as_json)


@corrections_app.command("propose")
def corrections_propose(
    flag: Annotated[int, typer.Option(help="The flag to answer.")],
    reason: Reason,
    value: Annotated[
        str, typer.Option(prompt="Value (empty: none)", hidden=True, prompt_required=True)
    ] = "",
    actor: Actor = OPERATOR,
) -> None:
    """A value in answer to a flag, for a second officer to approve; asked for, not shown."""
    from sync.services.cells import Cell
    from sync.services.correct import propose_correction
    from sync.services.permissions import operator

    made = propose_correction(Cell(value, flag_id=flag), reason, actor=operator(actor))
    out.print(f"correction {made.correction_id} of flag {flag} waits for a second officer")


@corrections_app.command("approve")
def corrections_approve(correction_ids: list[int], actor: Actor = OPERATOR) -> None:
    """The second officer agrees, to all or none; the next wave lays the values over."""
    from sync.services.decide import approve_many
    from sync.services.permissions import operator

    for each in approve_many(correction_ids, actor=operator(actor)):
        out.print(f"correction {each.correction_id}: {each.state}")


@corrections_app.command("decline")
def corrections_decline(correction_id: int, reason: Reason, actor: Actor = OPERATOR) -> None:
    """The second officer disagrees; the flag is open again."""
    from sync.services.decide import decline_correction
    from sync.services.permissions import operator

    decline_correction(correction_id, reason, actor=operator(actor))
    out.print(f"correction {correction_id}: declined")


@corrections_app.command("withdraw")
def corrections_withdraw(correction_id: int, actor: Actor = OPERATOR) -> None:
    """Take a proposal or an approved value back."""
    from sync.services.decide import withdraw_correction
    from sync.services.permissions import operator

    withdraw_correction(correction_id, actor=operator(actor))
    out.print(f"correction {correction_id}: withdrawn")


@waivers_app.command("list")
def waivers_list(
    unit: Unit,
    ended: Annotated[bool, typer.Option("--ended", help="Those that ended.")] = False,
    as_json: Json = False,
) -> None:
    """What one unit accepts, until when and why."""
    from sync.services.waive import list_waivers

    _show((asdict(each) for each in list_waivers(unit, is_active=not ended)), WAIVER, as_json)


@waivers_app.command("add")
def waivers_add(
    flag_ids: list[int],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day.")],
    reason: Reason,
    actor: Actor = OPERATOR,
) -> None:
    """Accept what these flags ask about until a day, all or none; never what blocks."""
    from sync.services.permissions import operator
    from sync.services.waive import Acceptance, waive_flags

    acceptance = Acceptance(until.date(), reason)
    for each in waive_flags(flag_ids, acceptance, actor=operator(actor)):
        out.print(f"waiver {each.waiver_id} of record {each.record_id} until {each.until_on}")


@waivers_app.command("end")
def waivers_end(waiver_id: int, reason: Reason, actor: Actor = OPERATOR) -> None:
    """Take an acceptance back; its flags are open again."""
    from sync.services.permissions import operator
    from sync.services.waive import end_waiver

    end_waiver(waiver_id, reason, actor=operator(actor))
    out.print(f"waiver {waiver_id}: withdrawn")


@mappings_app.command("list")
def mappings_list(
    unit: Annotated[str | None, typer.Option(help="One unit's code.")] = None,
    as_json: Json = False,
) -> None:
    """Mappings that wait or hold, of one unit or of all."""
    from sync.services.map_code import list_mappings

    _show((asdict(each) for each in list_mappings(unit)), MAPPING, as_json)


@mappings_app.command("propose")
def mappings_propose(  # noqa: PLR0913 - one argument an option of the command
    unit: str,
    code_list: str,
    local_code: str,
    national_code: str,
    reason: Reason,
    actor: Actor = OPERATOR,
) -> None:
    """A national code for one of a unit's own, for a steward to approve."""
    from sync.services.map_code import propose_mapping
    from sync.services.permissions import operator
    from sync.store.code_mappings import NewMapping

    new = NewMapping(unit, code_list, local_code, national_code)
    made = propose_mapping(new, reason, actor=operator(actor))
    out.print(f"mapping {made.mapping_id} waits for a steward")


@mappings_app.command("approve")
def mappings_approve(mapping_id: int, actor: Actor = OPERATOR) -> None:
    """The steward agrees; the records concerned are read again by the next wave."""
    _decide(mapping_id, True, "", actor)


@mappings_app.command("decline")
def mappings_decline(mapping_id: int, reason: Reason, actor: Actor = OPERATOR) -> None:
    """The steward disagrees; the flags are open again."""
    _decide(mapping_id, False, reason, actor)


@mappings_app.command("withdraw")
def mappings_withdraw(mapping_id: int, reason: Reason, actor: Actor = OPERATOR) -> None:
    """Take a mapping back; records that were read by it are read again."""
    from sync.services.map_code import withdraw_mapping
    from sync.services.permissions import operator

    withdraw_mapping(mapping_id, reason, actor=operator(actor))
    out.print(f"mapping {mapping_id}: withdrawn")


def _decide(mapping_id: int, is_approved: bool, reason: str, actor: str) -> None:
    from sync.services.map_code import Decision, decide_mapping
    from sync.services.permissions import operator

    decision = Decision(is_approved, reason)
    found = decide_mapping(mapping_id, decision, actor=operator(actor))
    out.print(f"mapping {mapping_id}: {found.state}")


def _state(states: Any, name: str) -> Any:  # noqa: ANN401 - one of an enumeration's members
    if name not in set(states):
        raise typer.BadParameter(f"choose one of {', '.join(states)}")
    return states(name)
