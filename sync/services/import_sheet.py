"""Import: a sheet that came back, judged cell by cell, kept for a day, confirmed once."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from sync.contract.record import field as contract_field
from sync.contract.record import record_groups
from sync.model.desk import Actor, Role, check_step
from sync.model.errors import NotFoundError, RefusedFileError
from sync.model.reason import stated_reason
from sync.model.sheet import NEXT_DRAFT_STATES, DraftState, Verdict
from sync.model.value_key import ValueKey
from sync.services.cells import Cell, Judged, Problem
from sync.services.code_fields import lists_of_fields
from sync.services.context import Clock, today, utc_now
from sync.services.correct import (
    BATCH_LIMIT,
    Desk,
    check_many,
    desk_of_server,
    judge_within,
    propose_within,
)
from sync.services.export_sheet import PAGE, choices_of, read_rows
from sync.services.permissions import check_may
from sync.services.secrets import value_key
from sync.services.sheet_text import Choices, is_as_shown, said, seal
from sync.sheets.layout import ReadCell, ReadKey, ReadRow
from sync.sheets.read import read_book
from sync.store import flags, sheets, upload_drafts
from sync.store.database import Database
from sync.store.upload_drafts import Draft, DraftCell, NewDraft

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reading a cell needs."""

    choices: Choices
    key: ValueKey


def preview_sheet(
    path: Path,
    unit_code: str,
    *,
    actor: Actor,
    desk: Desk | None = None,
    clock: Clock = utc_now,
) -> int:
    """Judge every cell of an uploaded sheet and keep what was changed; the id of the draft.

    A cell that says what was exported is unchanged, whatever the source says by now. Records
    of other units do not exist here: their cells are refused, and never looked up.

    Raises:
        PermissionDeniedError: the actor is no HR officer of the unit.
        RefusedFileError: the file is no sheet of ours, or too many cells were changed.
    """
    check_may(actor, Role.HR_OFFICER, unit_code)
    ways, as_of, now = desk or desk_of_server(), today(clock), clock()
    lists = sorted(set(lists_of_fields().values()))
    english = choices_of(ways.db, lists, as_of, is_english=True)
    reading = _Reading(english, value_key())
    rows = unchanged = 0
    changed: list[DraftCell] = []
    with closing(read_book(path)) as found_rows:
        for row in found_rows:
            rows += 1
            found, same = _changes(row, reading)
            changed += found
            unchanged += same
            if len(changed) > BATCH_LIMIT:
                raise RefusedFileError(
                    f"More than {BATCH_LIMIT} cells were changed: divide the file.",
                    problem="too_many_cells",
                )
    seen = _seen(ways.db, unit_code, changed)
    compared = _compared(ways.checker, seen, reading.key, as_of)
    judged, same = _judged(ways, unit_code, compared, actor, clock)
    new = NewDraft(unit_code, (actor.login, now, now + KEPT_FOR), rows, unchanged + same)
    with ways.db.transaction() as conn:
        return upload_drafts.add(conn, new, judged)


def get_draft(draft_id: int, *, actor: Actor, db: Database, clock: Clock = utc_now) -> Draft:
    """An uploaded sheet of the actor's own.

    Raises:
        NotFoundError: there is none, its day passed, or it is somebody else's.
    """
    with db.transaction() as conn:
        return _own(upload_drafts.get(conn, draft_id, clock()), actor)


def list_cells(
    draft: Draft, verdicts: Sequence[Verdict], *, after: int = 0, limit: int, db: Database
) -> list[DraftCell]:
    """One page of the changed cells with these verdicts."""
    with db.transaction() as conn:
        return upload_drafts.list_cells(
            conn, draft.draft_id, verdicts, after=after, limit=limit
        )


def confirm_draft(
    draft_id: int,
    reason: str,
    *,
    actor: Actor,
    desk: Desk | None = None,
    clock: Clock = utc_now,
) -> int:
    """Propose every accepted cell of an upload, once; how many corrections wait for approval.

    Each is judged again: what the source changed since the preview stays out.

    Raises:
        NotFoundError: there is no such upload of the actor's.
        IllegalTransitionError: it was confirmed before.
        PermissionDeniedError: the actor is no HR officer of the unit any more.
        ConfigurationError: no reason, or one that quotes a number.
    """
    stated, ways, now = stated_reason(reason), desk or desk_of_server(), clock()
    with ways.db.transaction() as conn:
        draft = _own(upload_drafts.get(conn, draft_id, now, for_update=True), actor)
        check_may(actor, Role.HR_OFFICER, draft.unit_code)
        subject = f"Uploaded sheet {draft_id}"
        check_step(subject, draft.state, DraftState.CONFIRMED, NEXT_DRAFT_STATES)
        accepted = upload_drafts.list_cells(
            conn, draft_id, [Verdict.ACCEPTED], limit=BATCH_LIMIT
        )
        ids: Iterable[int] = ()
        if accepted:
            cells = [_cell(each) for each in accepted]
            judged = judge_within(conn, ways, cells, actor, clock)
            standing = [
                each
                for each, was in zip(judged, accepted, strict=True)
                if each.old_hmac == was.old_hmac
            ]
            ids = propose_within(conn, standing, stated, actor, clock).values()
        count = len(list(ids))
        upload_drafts.confirm(conn, draft_id, count, now)
    return count


def _own(draft: Draft, actor: Actor) -> Draft:
    if draft.uploaded_by != actor.login:
        raise NotFoundError(f"There is no uploaded sheet {draft.draft_id}: upload it again.")
    return draft


def _changes(row: ReadRow, reading: _Reading) -> tuple[list[DraftCell], int]:
    """Changed cells of one row, and how many say what was exported."""
    changed, unchanged = [], 0
    for code, cell in row.cells.items():
        group, _, field_code = code.partition(".")
        key = row.keys.get(field_code) if group == row.group else None
        if not _is_known(group, field_code) or (key is None and cell.text is None):
            continue
        new = _change(row, (group, field_code), cell, key, reading)
        if new is None:
            unchanged += 1
        else:
            changed.append(new)
    return (changed if row.record_id else changed[:1]), unchanged  # a lost row is told once


@cache
def _is_known(group_name: str, field_code: str) -> bool:
    group = record_groups().get(group_name)
    return group is not None and any(
        f.code == field_code and not f.is_secret for f in group.fields
    )


def _change(
    row: ReadRow,
    column: tuple[str, str],
    cell: ReadCell,
    key: ReadKey | None,
    reading: _Reading,
) -> DraftCell | None:
    group, field_code = column
    field = contract_field(field_code)
    place = (row.record_id, group, row.row_no, field_code)
    given = said(field, cell.text, reading.choices)
    if key is None or not row.record_id:
        verdict = Verdict.NOT_ASKED if row.record_id else Verdict.SPOILT
        return DraftCell(row.sheet_row, place, verdict, given=given)
    if cell.is_formula:
        return DraftCell(row.sheet_row, place, Verdict.FORMULA, exported=key.value)
    if key.is_carried and key.seal != seal(reading.key, place, key.value):
        return DraftCell(row.sheet_row, place, Verdict.SPOILT, given=given)
    if is_as_shown(field, cell.text, key.value, reading.choices):
        return None
    bound = key.seal.encode()  # until it was compared with what stands there now
    return DraftCell(
        row.sheet_row, place, Verdict.ACCEPTED, old_hmac=bound, exported=key.value, given=given
    )


def _seen(db: Database, unit_code: str, changed: Sequence[DraftCell]) -> list[DraftCell]:
    """Only records of the unit, as far as this viewer sees them, are looked up."""
    ids = sorted({cell.place[0] for cell in changed})
    with db.transaction() as conn:
        units = flags.units_of(conn, ids)
    return [
        cell
        if units.get(cell.place[0]) == unit_code or cell.verdict is Verdict.SPOILT
        else DraftCell(cell.sheet_row, cell.place, Verdict.NO_PLACE, given=cell.given)
        for cell in changed
    ]


def _compared(
    checker: Database, cells: Sequence[DraftCell], key: ValueKey, as_of: date
) -> list[DraftCell]:
    """What was exported against what the source says now; the rest stays as it was."""
    compared = list(cells)
    asked = [n for n, cell in enumerate(cells) if cell.verdict is Verdict.ACCEPTED]
    records = sorted({cells[number].place[0] for number in asked})
    for start in range(0, len(records), PAGE):
        chosen = set(records[start : start + PAGE])
        here = [number for number in asked if cells[number].place[0] in chosen]
        fields: dict[str, set[str]] = {}
        for number in here:
            _, group, _, field_code = cells[number].place
            fields.setdefault(group, set()).add(field_code)
        read = read_rows(checker, [cells[number].place[:2] for number in here], fields, as_of)
        for number in here:
            record_id, group, row_no, field_code = cells[number].place
            values = read[group].get((record_id, row_no))
            present = values.values[field_code] if values else None
            compared[number] = _against(cells[number], present, key)
    return compared


def _against(cell: DraftCell, present: str | None, key: ValueKey) -> DraftCell:
    is_same = (cell.old_hmac or b"").decode() == seal(key, cell.place, present)
    verdict = Verdict.ACCEPTED if is_same else Verdict.CONFLICT
    return replace(cell, verdict=verdict, present=present, old_hmac=None)


def _judged(
    ways: Desk, unit_code: str, cells: Sequence[DraftCell], actor: Actor, clock: Clock
) -> tuple[list[DraftCell], int]:
    """What the rules say of the cells that are still accepted; those that the source agrees
    with by now are unchanged, and counted."""
    asked = [cell for cell in cells if cell.verdict is Verdict.ACCEPTED]
    if asked:
        with ways.db.transaction() as conn:
            answers = sheets.list_open_flags(conn, unit_code, [cell.place for cell in asked])
        asked = [replace(cell, flag_id=answers.get(cell.place)) for cell in asked]
        judged = check_many(
            [_cell(cell) for cell in asked], actor=actor, desk=ways, clock=clock
        )
        settled = iter([_settled(*pair) for pair in zip(asked, judged, strict=True)])
    else:
        settled = iter(())
    told = [next(settled) if cell.verdict is Verdict.ACCEPTED else cell for cell in cells]
    kept = [cell for cell in told if cell is not None and not _agrees(cell)]
    return kept, len(cells) - len(kept)


def _agrees(cell: DraftCell) -> bool:
    return cell.verdict is Verdict.CONFLICT and cell.given == cell.present


def _settled(cell: DraftCell, judged: Judged) -> DraftCell | None:
    if judged.problem is Problem.UNCHANGED:
        return None
    if judged.problem is None:
        return replace(cell, old_hmac=judged.old_hmac, given=judged.new_value)
    verdict = Verdict(str(judged.problem))
    return replace(cell, verdict=verdict, rule_code=judged.rule_code)


def _cell(cell: DraftCell) -> Cell:
    record_id, group, row_no, field_code = cell.place
    return Cell(cell.given, cell.flag_id, record_id, group, row_no, field_code)
