"""Export: a unit's open questions as a workbook, to be answered in Excel and brought back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sync.contract.record import Field, record_groups
from sync.contract.record import field as contract_field
from sync.model.desk import Actor, Role
from sync.model.reason import stated_reason
from sync.model.value_key import ValueKey
from sync.services.basis import current_suites
from sync.services.check_record import reading_alone
from sync.services.code_fields import lists_of_fields
from sync.services.context import Clock, today, utc_now
from sync.services.correct import Desk, desk_of_server
from sync.services.permissions import check_may
from sync.services.secrets import value_key
from sync.services.sheet_text import Choices, seal, shown
from sync.sheets.guarded import is_carried
from sync.sheets.layout import COLUMN_LIMIT, LEADING, ROW_LIMIT, Column, SheetCell, SheetRow
from sync.sheets.layout import SheetWords as Words
from sync.sheets.write import BookWriter
from sync.store import ledger, sheets
from sync.store.database import Database
from sync.store.sheets import START, WHO, AskedRow, AsRead, Chosen

PAGE = 1_000  # rows whose documents are staged at once
PERSON, SENSITIVE = "person", "sensitive"
AsReadRows = dict[str, dict[tuple[int, int], AsRead]]  # group -> (record, row) -> values


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """Which questions, in whose words; and why sensitive values are taken, if they are."""

    chosen: Chosen
    words: Words
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """What a workbook holds, and what there was to hold."""

    row_count: int
    record_count: int
    total_count: int

    @property
    def is_cut(self) -> bool:
        """One file holds 20,000 rows; the rest waits for the next."""
        return self.row_count < self.total_count


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What every row needs."""

    columns: Sequence[Column]
    choices: Choices
    words: Words
    key: ValueKey
    as_of: date


def count_sheet(chosen: Chosen, *, db: Database) -> tuple[int, int]:
    """Rows and records that a sheet of these questions would have."""
    with db.transaction() as conn:
        return sheets.count_rows(conn, chosen)


def export_sheet(
    path: Path,
    order: SheetOrder,
    *,
    actor: Actor,
    desk: Desk | None = None,
    clock: Clock = utc_now,
) -> Exported:
    """Write the workbook of these questions, by record; who took how many is in the ledger.

    Sensitive values leave with a reason, which is in the ledger too; without one their columns
    are left out, and the questions stay.

    Memory does not grow with the rows: questions come page by page, and so do the documents
    in which they are looked up.

    Raises:
        PermissionDeniedError: the actor is no HR officer of the unit.
        ConfigurationError: the reason quotes a number that may be a person's.
    """
    chosen = order.chosen
    reason = stated_reason(order.reason) if order.reason.strip() else ""
    check_may(actor, Role.HR_OFFICER, chosen.unit_code)
    ways = desk or desk_of_server()
    sheet = _sheet(ways.db, order, today(clock))
    lists = dict.fromkeys(column.code_list for column in sheet.columns if column.code_list)
    offered = {name: sheet.choices.of_list(name) for name in lists}
    written, records = 0, set[int]()
    with BookWriter(path, sheet.columns, offered, order.words) as book:
        for row in _rows(ways, chosen, sheet):
            book.add(row)
            written += 1
            records.add(row.record_id)
    with ways.db.transaction() as conn:
        total, _ = sheets.count_rows(conn, chosen)
        figures: dict[str, object] = {
            "row_count": written,
            "record_count": len(records),
            "fields": sorted(column.field for column in sheet.columns),
        }
        if chosen.rule_code:
            figures["rule_code"] = chosen.rule_code
        if reason and any(_is_sensitive(column.field) for column in sheet.columns):
            figures["reason"] = reason
        ledger.append(
            conn,
            ledger.Entry(
                unit_code=chosen.unit_code,
                action="sheet_exported",
                actor=actor.login,
                as_of=sheet.as_of,
                recorded_at=clock(),
                figures=figures,
            ),
        )
    return Exported(written, len(records), max(total, written))


def choices_of(db: Database, lists: Sequence[str], as_of: date, *, is_english: bool) -> Choices:
    """Choices of code lists on a day."""
    with db.transaction() as conn:
        codes = sheets.list_codes(conn, lists, as_of)
    known = {each.list_name for each in codes}
    fields = {field: name for field, name in lists_of_fields().items() if name in known}
    return Choices.of(codes, fields, is_english=is_english)


def read_rows(
    checker: Database, rows: Sequence[tuple[int, str]], fields: dict[str, set[str]], as_of: date
) -> AsReadRows:
    """Values as read of these records' (record, group) rows; one staging for all of them."""
    wanted = {group: fields.get(group, set()) for _, group in rows if group in record_groups()}
    wanted[PERSON] = wanted.get(PERSON, set()) | set(WHO)
    records = sorted({record_id for record_id, _ in rows})
    with (
        checker.transaction() as conn,
        reading_alone(conn, records, set(wanted), as_of) as snapshot_id,
    ):
        return {
            group: sheets.list_values(conn, snapshot_id, group, sorted(codes))
            for group, codes in wanted.items()
        }


def list_sensitive(chosen: Chosen, *, db: Database) -> list[Field]:
    """Fields in the choice whose values leave only with a reason."""
    return [field for field in _fields(db, chosen) if _is_sensitive(field.code)]


def _fields(db: Database, chosen: Chosen) -> list[Field]:
    with db.transaction() as conn:
        asked = set(sheets.list_columns(conn, chosen))
    return [
        field
        for group in record_groups().values()
        for field in group.fields
        if (group.name, field.code) in asked and not field.is_secret
    ]


def _sheet(db: Database, order: SheetOrder, as_of: date) -> _Sheet:
    words = order.words
    found = [
        field
        for field in _fields(db, order.chosen)
        if order.reason.strip() or not _is_sensitive(field.code)
    ][: COLUMN_LIMIT - len(LEADING)]
    lists = lists_of_fields()
    choices = choices_of(
        db,
        sorted({lists[field.code] for field in found if field.code in lists}),
        as_of,
        is_english=words.is_english,
    )
    columns = [_column(field, choices, words) for field in found]
    return _Sheet(columns, choices, words, value_key(), as_of)


def _column(field: Field, choices: Choices, words: Words) -> Column:
    title = field.name_en if words.is_english else field.name_vi
    return Column(field.group, field.code, title, choices.lists.get(field.code, ""))


def _rows(ways: Desk, chosen: Chosen, sheet: _Sheet) -> Iterator[SheetRow]:
    fields = {
        group: {column.field for column in sheet.columns if column.group == group}
        for group in {column.group for column in sheet.columns}
    }
    after, left = START, ROW_LIMIT
    while left:
        with ways.db.transaction() as conn:
            page = sheets.list_rows(conn, chosen, after, min(PAGE, left))
        if not page:
            return
        rows = [(asked.record_id, asked.group_name) for asked in page]
        read = read_rows(ways.checker, rows, fields, sheet.as_of)
        for asked in page:
            yield _row(asked, read, sheet)
        after, left = page[-1].place, left - len(page)


def _row(asked: AskedRow, read: AsReadRows, sheet: _Sheet) -> SheetRow:
    rules = dict.fromkeys(asked.rules)
    sentences = {code: _sentence(code, sheet.words) for code in rules}
    person = read[PERSON].get((asked.record_id, 1))
    values = read.get(asked.group_name, {}).get((asked.record_id, asked.row_no))
    cells = {
        column.field: _cell(asked, column.field, values, sheet, sentences)
        for column in sheet.columns
        if column.group == asked.group_name and _is_shown(asked, column.field)
    }
    return SheetRow(
        record_id=asked.record_id,
        group=asked.group_name,
        row_no=asked.row_no,
        who=[_plain(person.values[code]) if person else "" for code in WHO],
        about="\n".join(sentences.values()),
        cells=cells,
    )


def _is_shown(asked: AskedRow, field_code: str) -> bool:
    """A sensitive value leaves the database only where it is the question itself."""
    return not _is_sensitive(field_code) or field_code in asked.fields


def _is_sensitive(field_code: str) -> bool:
    return contract_field(field_code).sensitivity == SENSITIVE


def _cell(
    asked: AskedRow,
    field_code: str,
    values: AsRead | None,
    sheet: _Sheet,
    sentences: dict[str, str],
) -> SheetCell:
    value = values.values[field_code] if values else None
    is_unreadable = values is not None and field_code in values.unreadable
    broken = [
        rule
        for field, rule in zip(asked.fields, asked.rules, strict=True)
        if field == field_code
    ]
    notes = [f"{rule}: {sentences[rule]}" for rule in dict.fromkeys(broken)]
    carries = value is None or is_carried(value)
    if is_unreadable:
        notes.append(sheet.words.unreadable)
    if not carries:
        notes.append(sheet.words.not_carried)
    place = (asked.record_id, asked.group_name, asked.row_no, field_code)
    return SheetCell(
        shown=shown(contract_field(field_code), value, sheet.choices) if carries else "",
        seal=seal(sheet.key, place, value),
        value=value if carries else None,
        note="\n".join(notes),
        is_carried=carries,
    )


def _plain(value: str | None) -> str:
    return value if value and is_carried(value) else ""


def _sentence(rule_code: str, words: Words) -> str:
    rule = current_suites().by_code.get(rule_code)
    if rule is None:
        return rule_code
    return rule.sentence_en if words.is_english else rule.sentence_vi
