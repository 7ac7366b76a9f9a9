"""Commands of `cbccvc notices`: who is written to, what waits, what was sent."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(
    no_args_is_help=True, help="Mail to the offices of units, without any person in it."
)
out = Console()

Actor = Annotated[str, typer.Option("--actor", envvar="CBCCVC_ACTOR", help="Who decides.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Kinds = Annotated[
    list[str] | None, typer.Option("--kind", help="digest, level or hold; several times.")
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day; today.")]
SENDING = ("sent", "later", "failed", "dropped")


@app.command()
def addresses(as_json: Json = False) -> None:
    """Which mailbox of which unit wants which kinds, from when to when."""
    from sync.services.notice_book import list_addresses

    rows = [
        {
            "unit_code": each.unit_code,
            "email": each.email,
            "kinds": ", ".join(each.kinds),
            "from": each.first_on.isoformat(),
            "to": each.last_on.isoformat() if each.last_on else "",
            "stated_by": each.stated_by,
        }
        for each in list_addresses()
    ]
    _print(rows, ("unit_code", "email", "kinds", "from", "to", "stated_by"), as_json)


@app.command("set")
def set_address(  # noqa: PLR0913 - one argument an option of the command
    unit: str,
    email: str,
    kind: Kinds = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; today.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; none.")
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="It gets nothing from today on.")] = False,
    actor: Actor = "operator",
) -> None:
    """Write to this mailbox of the unit's office: all kinds, or those named; again replaces."""
    from sync.model.notice import NoticeKind
    from sync.services import notice_book
    from sync.services.context import today
    from sync.services.permissions import operator
    from sync.store.notices import Address

    if end:
        notice_book.end_address(unit, email, actor=operator(actor))
        out.print(f"{unit}: the address gets nothing from today on")
        return
    word = Address(
        unit,
        email,
        tuple(kind or NoticeKind),
        since.date() if since else today(),
        until.date() if until else None,
        actor,
    )
    word = notice_book.set_address(word, actor=operator(actor))
    out.print(f"{unit}: the address gets {', '.join(word.kinds)} from {word.first_on}")


@app.command()
def mute(
    unit: str,
    kind: str,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of silence.")],
    reason: Annotated[str, typer.Option(help="Why, in one sentence; kept in the ledger.")],
    actor: Actor = "operator",
) -> None:
    """No notices of one kind (digest, level, hold) for a unit until a day."""
    from sync.services import notice_book
    from sync.services.permissions import operator
    from sync.store.notices import Mute

    word = Mute(unit, kind, until.date(), reason, actor)
    word = notice_book.mute(word, actor=operator(actor))
    out.print(f"{unit}: no {kind} notices until {word.until_on}, that day included")


@app.command()
def unmute(unit: str, kind: Kinds = None, actor: Actor = "operator") -> None:
    """The unit gets these kinds again; all, if none is named."""
    from sync.services import notice_book
    from sync.services.permissions import operator

    count = notice_book.unmute(unit, kind or [], actor=operator(actor))
    out.print(f"{unit}: kinds told again: {count}" if count else f"{unit} was not mute")


@app.command()
def queue(as_of: Day = None) -> None:
    """Write the day's digests and what is new of levels and holds; sends nothing."""
    from sync.services import notify

    day = as_of.date() if as_of else None
    counts = notify.queue_alerts(day) | notify.queue_digests(day)
    out.print(", ".join(f"{name} {count}" for name, count in counts.items()))


@app.command()
def send() -> None:
    """Hand over what is queued to the mail server."""
    from sync.services import notify

    counts = notify.send_notices()
    if counts["waiting"]:
        out.print(
            f"No mail server is set (CBCCVC_SMTP_HOST); mails waiting: {counts['waiting']}"
        )
        return
    out.print(", ".join(f"{name} {counts[name]}" for name in SENDING))


@app.command("list")
def list_notices(
    unit: Annotated[str | None, typer.Option(help="One unit's code.")] = None,
    limit: int = 60,
    as_json: Json = False,
) -> None:
    """The newest mails and what became of them, and which units are mute until when."""
    from sync.services.notice_book import list_mails, list_mutes

    mails = list_mails(unit, limit)
    mutes = [
        {
            "unit_code": each.unit_code,
            "kind": each.kind,
            "until_on": each.until_on.isoformat(),
            "stated_by": each.stated_by,
            "reason": each.reason,
        }
        for each in list_mutes()
        if unit in (None, each.unit_code)
    ]
    if as_json:
        _print_json({"mails": mails, "mutes": mutes})
        return
    columns = ("mail_id", "unit_code", "kind", "about_on", "email", "state", "attempts")
    _print(mails, (*columns, "smtp_code", "note", "sent_at"), as_json=False)
    _print(mutes, ("unit_code", "kind", "until_on", "stated_by", "reason"), as_json=False)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def _print(
    rows: Sequence[Mapping[str, object]], columns: tuple[str, ...], as_json: bool
) -> None:
    if as_json:
        _print_json(rows)
        return
    table = Table(*(name.removesuffix("_code").removesuffix("_on") for name in columns))
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in columns))
    out.print(table)
