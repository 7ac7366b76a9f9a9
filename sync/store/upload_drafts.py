"""Sheets that came back: who uploaded them, their changed cells, what is said of each.

Values live here for a day and nowhere outside schema `register`; no dataclass prints one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as hidden
from datetime import datetime

from sqlalchemy import Connection, text

from sync.model.errors import NotFoundError
from sync.model.sheet import DraftState, Verdict
from sync.store.corrections import Place, columns_of
from sync.store.queries import run_named

CELL = (
    "cell_no, sheet_row, record_id, group_name, row_no, field_code, verdict, rule_code,"
    " flag_id, old_hmac, exported, given, present"
)
DRAFT = (
    "draft_id, unit_code, uploaded_by, uploaded_at, expires_at, state, row_count,"
    " unchanged_count, proposed_count, confirmed_at"
)


@dataclass(frozen=True, slots=True)
class NewDraft:
    """An upload that was read; `by`: who, when, and until when it waits."""

    unit_code: str
    by: tuple[str, datetime, datetime]
    row_count: int
    unchanged_count: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An upload and where it stands; `counts` of changed cells by verdict."""

    draft_id: int
    unit_code: str
    uploaded_by: str
    uploaded_at: datetime
    expires_at: datetime
    state: DraftState
    row_count: int
    unchanged_count: int
    proposed_count: int | None
    confirmed_at: datetime | None
    counts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class DraftCell:
    """One changed cell: what was exported, what was given, what the source says now."""

    sheet_row: int
    place: Place
    verdict: Verdict
    rule_code: str = ""
    flag_id: int | None = None
    cell_no: int = 0
    old_hmac: bytes | None = hidden(default=None, repr=False)
    exported: str | None = hidden(default=None, repr=False)
    given: str | None = hidden(default=None, repr=False)
    present: str | None = hidden(default=None, repr=False)


def add(conn: Connection, new: NewDraft, cells: Sequence[DraftCell]) -> int:
    """Keep an upload with its changed cells, in their order; returns its id."""
    draft_id: int = conn.execute(
        text(
            "INSERT INTO register.upload_draft (unit_code, uploaded_by, uploaded_at,"
            " expires_at, state, row_count, unchanged_count) VALUES (:unit_code, :who, :now,"
            " :expires_at, 'open', :row_count, :unchanged_count) RETURNING draft_id"
        ),
        {
            "unit_code": new.unit_code,
            **dict(zip(("who", "now", "expires_at"), new.by, strict=True)),
            "row_count": new.row_count,
            "unchanged_count": new.unchanged_count,
        },
    ).scalar_one()
    values = {
        **columns_of([cell.place for cell in cells]),
        "draft_id": draft_id,
        "sheet_rows": [cell.sheet_row for cell in cells],
        "verdicts": [str(cell.verdict) for cell in cells],
        "rule_codes": [cell.rule_code for cell in cells],
        "flag_ids": [cell.flag_id for cell in cells],
        "old_hmacs": [cell.old_hmac for cell in cells],
        "exported": [cell.exported for cell in cells],
        "given": [cell.given for cell in cells],
        "present": [cell.present for cell in cells],
    }
    run_named(conn, "sheets/add_cells", values)
    return draft_id


def get(conn: Connection, draft_id: int, now: datetime, *, for_update: bool = False) -> Draft:
    """An upload that still waits, or was confirmed, with its counts.

    Raises:
        NotFoundError: there is none, its time passed, or it is somebody else's.
    """
    lock = " FOR UPDATE" if for_update else ""
    found = (
        conn.execute(
            text(
                f"SELECT {DRAFT} FROM register.upload_draft"
                f" WHERE draft_id = :id AND expires_at > :now{lock}"
            ),
            {"id": draft_id, "now": now},
        )
        .mappings()
        .one_or_none()
    )
    if found is None:
        raise NotFoundError(f"There is no uploaded sheet {draft_id}: upload it again.")
    counts = conn.execute(
        text(
            "SELECT verdict, count(*)::integer FROM register.upload_cell WHERE draft_id = :id"
            " GROUP BY verdict"
        ),
        {"id": draft_id},
    )
    by_verdict = {Verdict(verdict): count for verdict, count in counts}
    return Draft(**{**found, "state": DraftState(found["state"])}, counts=by_verdict)


def list_cells(
    conn: Connection, draft_id: int, verdicts: Sequence[Verdict], *, after: int = 0, limit: int
) -> list[DraftCell]:
    """One page of cells with these verdicts, in the order of the sheet."""
    rows = conn.execute(
        text(
            f"SELECT {CELL} FROM register.upload_cell WHERE draft_id = :id"
            " AND verdict = ANY(:verdicts) AND cell_no > :after ORDER BY cell_no"
            " LIMIT :row_limit"
        ),
        {
            "id": draft_id,
            "verdicts": [str(verdict) for verdict in verdicts],
            "after": after,
            "row_limit": limit,
        },
    )
    return [
        DraftCell(
            row.sheet_row,
            (row.record_id, row.group_name, row.row_no, row.field_code),
            Verdict(row.verdict),
            row.rule_code,
            row.flag_id,
            row.cell_no,
            bytes(row.old_hmac) if row.old_hmac is not None else None,
            row.exported,
            row.given,
            row.present,
        )
        for row in rows
    ]


def confirm(conn: Connection, draft_id: int, proposed_count: int, now: datetime) -> None:
    """Its corrections were proposed."""
    conn.execute(
        text(
            "UPDATE register.upload_draft SET state = 'confirmed', confirmed_at = :now,"
            " proposed_count = :proposed_count WHERE draft_id = :id"
        ),
        {"id": draft_id, "now": now, "proposed_count": proposed_count},
    )
