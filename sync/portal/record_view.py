"""A record's page worked out: which lines differ, what stands at them. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sync.contract.record import Field, Group, record_groups
from sync.model.desk import CorrectionState
from sync.services.code_fields import lists_of_fields
from sync.services.record import Sheet
from sync.store.desk import ProposedValue
from sync.store.records import OpenQuestion, Rows
from sync.store.typed_rows import spoken_groups

ASKED_OF_POPULATION = ("ho_va_ten", "gioi_tinh", "ngay_sinh", "so_dinh_danh")
IN_FORCE = frozenset({CorrectionState.PROPOSED, CorrectionState.APPROVED})
Place = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one row: what each side says of it; None where it says nothing."""

    field: Field
    row_no: int
    row_place: int  # from 1, as a person counts
    sent: str | None
    read: str | None
    held: str | None
    verdict: str
    questions: tuple[OpenQuestion, ...]
    proposal: ProposedValue | None
    is_different: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One group of the record, in the order of the paper form."""

    group: Group
    different: tuple[Line, ...]
    same: tuple[Line, ...]
    row_count: int
    about_whole: tuple[OpenQuestion, ...]  # findings that name no field of ours


def sections_of(sheet: Sheet) -> list[Section]:
    """Every group of which somebody says something."""
    return [
        section
        for group in spoken_groups()
        if (section := _section(group, sheet)) and (section.row_count or section.about_whole)
    ]


def codes_in(sheet: Sheet) -> list[tuple[str, str]]:
    """Every (list, code) that the page shows, to look up what they are called."""
    kept, lists = {"read": sheet.read or {}, "held": sheet.held}, lists_of_fields()
    return [
        (lists[f.code], str(row[f.code]))
        for rows in kept.values()
        for group in record_groups().values()
        for row in rows.get(group.name, ())
        for f in group.fields
        if f.code in lists and row.get(f.code) is not None
    ]


def unplaced(sheet: Sheet) -> list[OpenQuestion]:
    """Findings about the document as a whole."""
    return [q for q in sheet.questions if q.group_name not in record_groups()]


def _section(group: Group, sheet: Sheet) -> Section:
    lines = list(_lines(group, sheet))
    codes = {f.code for f in group.fields}
    return Section(
        group,
        tuple(line for line in lines if line.is_different),
        tuple(line for line in lines if not line.is_different and _says_something(line)),
        len({line.row_no for line in lines if _says_something(line) or line.is_different}),
        tuple(
            q
            for q in sheet.questions
            if q.group_name == group.name and q.field_code not in codes
        ),
    )


def _says_something(line: Line) -> bool:
    return any(value is not None for value in (line.sent, line.read, line.held))


def _lines(group: Group, sheet: Sheet) -> Iterator[Line]:
    sent = (sheet.sent or {}).get(group.name, {})
    read, held = _by_row(sheet.read, group.name), _by_row(sheet.held, group.name)
    asked = _by_place(sheet.questions)
    proposals = {
        (c.group_name, c.row_no, c.field_code): c
        for c in sheet.corrections
        if c.state in IN_FORCE
    }
    rows = {*sent, *read, *held, *(row for name, row, _ in asked if name == group.name)}
    for place, row_no in enumerate(sorted(rows), start=1):
        for field in group.fields:
            if not field.is_secret:
                at = (group.name, row_no, field.code)
                yield _line(
                    (field, row_no, place),
                    [side.get(row_no, {}).get(field.code) for side in (sent, read, held)],
                    (asked.get(at, ()), proposals.get(at)),
                    sheet,
                )


def _line(
    at: tuple[Field, int, int],
    values: Sequence[str | None],
    said: tuple[tuple[OpenQuestion, ...], ProposedValue | None],
    sheet: Sheet,
) -> Line:
    field, row_no, place = at
    sent, read, held = values
    questions, proposal = said
    verdict = verdict_on(field, sheet)
    is_lost = sheet.read is not None and bool(sent and sent.strip()) and read is None
    is_moved = sheet.read is not None and bool(sheet.held) and read != held
    is_different = bool(questions or proposal) or is_lost or is_moved or verdict in DIFFER
    return Line(
        field, row_no, place, sent, read, held, verdict, questions, proposal, is_different
    )


DIFFER = frozenset({"differs", "close", "not_found"})


def verdict_on(field: Field, sheet: Sheet) -> str:
    """What the population register says of one field: a word of the catalogue, or nothing."""
    if field.code not in ASKED_OF_POPULATION:
        return ""
    said = sheet.verdict
    if said is None:
        return "unknown"
    if said.status == "disputed":
        return "disputed"
    if said.answer == "not_found":
        return "not_found" if field.code == "so_dinh_danh" else "unknown"
    if field.code not in said.fields:
        return "agrees"
    return "close" if field.code == "ho_va_ten" and said.is_name_close else "differs"


def _by_row(rows: Rows | None, group: str) -> dict[int, Mapping[str, str | None]]:
    return {int(row["row_no"]): row for row in (rows or {}).get(group, ())}


def _by_place(questions: Iterable[OpenQuestion]) -> dict[Place, tuple[OpenQuestion, ...]]:
    found: dict[Place, tuple[OpenQuestion, ...]] = {}
    for each in questions:
        at = (each.group_name, each.row_no, each.field_code)
        found[at] = (*found.get(at, ()), each)
    return found


def changes_between(
    newer: Mapping[str, Mapping[int, Mapping[str, str]]] | None,
    older: Mapping[str, Mapping[int, Mapping[str, str]]] | None,
) -> list[tuple[str, int, str, str | None, str | None]] | None:
    """(group, row, field, before, after) of two documents; None where one is not kept."""
    if newer is None or older is None:
        return None
    found = []
    for group in spoken_groups():
        now, then = newer.get(group.name, {}), older.get(group.name, {})
        for row_no in sorted({*now, *then}):
            for field in group.fields:
                before = then.get(row_no, {}).get(field.code)
                after = now.get(row_no, {}).get(field.code)
                if before != after and not field.is_secret:
                    found.append((group.name, row_no, field.code, before, after))
    return found
