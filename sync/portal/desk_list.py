"""The queue, or a cause, as CSV: what the pages show of it, masked as they mask it."""

import csv
import io
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from sync.portal.deps import ClockDep, DeskDep, HrDep, OwnFormDep
from sync.portal.desk_deps import UnitDep, words_of
from sync.portal.desk_words import Words
from sync.portal.masks import DOTS
from sync.portal.sheets import BOM
from sync.services.context import today
from sync.services.take_list import Line, take_list
from sync.sheets.guarded import guard
from sync.store.sheets import Chosen

COLUMNS = ("effect", "rule", "sentence", "field", "name", "number", "sent", "proposed", "state",
           "until", "since", "due")  # fmt: skip

router = APIRouter()


@router.post("/viec/danh-sach.csv", name="queue_csv")
def download_list(  # noqa: PLR0913 - one argument a part of the address
    request: Request,
    viewer: HrDep,
    db: DeskDep,
    clock: ClockDep,
    unit_code: UnitDep,
    own_form: OwnFormDep,
    rule: Annotated[str, Query(max_length=16, pattern="^[A-Za-z0-9]*$")] = "",
    cause: Annotated[str, Query(max_length=64, pattern="^([0-9a-f]{2})*$")] = "",
    effect: Annotated[str, Query(pattern="^(block|ask|)$")] = "",
) -> Response:
    """One line a question. A form asks for it, for the ledger says who took it."""
    cause_hmac = bytes.fromhex(cause) if cause else None
    chosen = Chosen(unit_code, rule or None, cause_hmac, effect or None)
    lines = take_list(chosen, actor=viewer.actor, db=db, clock=clock)
    parts = ["viec", unit_code, rule, effect, today(clock).isoformat()]
    name = "-".join(part for part in parts if part) + ".csv"
    return Response(
        write_list(lines, words_of(request)),
        media_type="text/csv; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def write_list(lines: Sequence[Line], words: Words) -> bytes:
    """UTF-8 with a mark; no cell begins what a program would take for a formula."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(words.speech.say(f"list.{column}") for column in COLUMNS)
    for line in lines:
        rows.writerow(guard(cell) for cell in _cells(line, words))
    return (BOM + written.getvalue()).encode()


def _cells(line: Line, words: Words) -> list[str]:
    asked, speech = line.question, words.speech
    new = asked.new_value
    return [
        speech.say(f"effect.{asked.effect}"),
        asked.rule_code,
        words.rule(asked.rule_code).sentence,
        words.field_name(asked.field_code),
        asked.name,
        words.number(asked.number),
        DOTS if line.is_covered else words.sent(asked.field_code, line.sent),
        "" if new is None else words.value(asked.field_code, new),
        speech.say(f"flag.{asked.state}"),
        asked.until_on.isoformat() if asked.until_on else "",
        asked.since.date().isoformat(),
        asked.due_on.isoformat(),
    ]
