"""The table of units as a workbook and as CSV; the page's figures, nothing that can be run."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sync.portal.national import ladder_of
from sync.portal.scorecard import MONTH, YEAR, Scorecard
from sync.portal.speech import ZONE, Speech, tenths_of_percent
from sync.portal.table import COLUMNS, Order, in_order, totals
from sync.portal.views import TOP_LEVEL, kind_name, ratios_of, reason_of
from sync.store.facts import UnitDay

Cell = str | int | float | datetime | None

BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COUNTED = tuple(column for column in COLUMNS if column.counts)
COMPLETENESS = next(column for column in COLUMNS if column.key == "completeness")
LEVELS = range(TOP_LEVEL + 1)
WIDTHS = {"name": 38, "missing": 60, "level_name": 14, "kind": 18, "last": 17}
DAY_TIME = "dd/mm/yyyy hh:mm"


def header(said: Speech) -> dict[str, str]:
    """What each column is called, by its key."""
    words = {"code": said.say("unit.code"), "name": said.say("column.name")}
    words |= {"kind": said.say("kindladder.kind"), "level": said.say("column.level")}
    words |= {"level_name": said.say("sheet.level_name")}
    words |= {column.key: said.say(f"column.{column.key}") for column in COUNTED}
    words |= {"completeness": said.say("column.completeness")}
    words |= {"last": said.say("column.last"), "missing": said.say("unit.missing")}
    return words


def row_of(unit: UnitDay, said: Speech) -> list[Cell]:
    """One unit, in the order of the header."""
    kind = f"kind.{unit.kind}"
    last = unit.last_success_at
    return [
        unit.unit_code,
        said.of(unit, "name"),
        said.say(kind if said.knows(kind) else "kind.other"),
        unit.level,
        said.say(f"level.{unit.level}"),
        *(column.counts(unit) if column.counts else None for column in COUNTED),
        _ratio(unit),
        last.astimezone(ZONE).replace(tzinfo=None) if last else None,
        reason_of(unit, said) if unit.level < TOP_LEVEL else said.say("unit.top"),
    ]


def _ratio(unit: UnitDay) -> float | None:
    """The share as the page shows it, in tenths of a percent."""
    if unit.present is None or not unit.expected:
        return None
    return tenths_of_percent(unit.present, unit.expected) / 1000


def guarded(text: str) -> str:
    """The text as a cell that no program runs: an apostrophe before what starts a formula."""
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def write_csv(card: Scorecard, said: Speech) -> bytes:
    """One line a unit, ordered as the page; UTF-8 with a mark, instants in Vietnam's time."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow(["as_of", *header(said).values()])
    for unit in in_order(card.units, Order(), said):
        lines.writerow([card.now.as_of.isoformat(), *map(_plain, row_of(unit, said))])
    return (BOM + written.getvalue()).encode()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return guarded(cell) if isinstance(cell, str) else str(cell)


def write_workbook(card: Scorecard, said: Speech) -> bytes:
    """Two sheets: the units with their sum, and the figures above them with their day."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    made_at = card.now.measured_at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": said.say("headline.title"), "created": made_at})
    form = {
        "head": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
        ),
        "text": book.add_format({"valign": "top"}),
        "count": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "share": book.add_format({"num_format": "0.0%", "valign": "top"}),
        "moment": book.add_format({"num_format": DAY_TIME, "valign": "top"}),
        "sum": book.add_format({"num_format": "#,##0", "bold": True, "top": 1}),
    }
    _write_units(book.add_worksheet(said.say("sheet.units")), card, said, form)
    _write_summary(book.add_worksheet(said.say("sheet.summary")), card, said, form)
    book.close()
    return written.getvalue()


def _write_units(
    sheet: Worksheet, card: Scorecard, said: Speech, form: dict[str, Format]
) -> None:
    words = header(said)
    for place, (key, word) in enumerate(words.items()):
        sheet.set_column(place, place, WIDTHS.get(key, 11))
        sheet.write_string(0, place, word, form["head"])
    units = in_order(card.units, Order(), said)
    for line, unit in enumerate(units, 1):
        _write_line(sheet, line, row_of(unit, said), form)
    last, sums = len(units) + 1, totals(units)
    word = "table.total_shown" if card.is_some_hidden else "table.total"
    sheet.write_string(last, 1, said.say(word), form["sum"])
    for place, key in enumerate(words):
        if key in sums:
            sheet.write_number(last, place, sums[key], form["sum"])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(units), len(words) - 1)


def _write_summary(
    sheet: Worksheet, card: Scorecard, said: Speech, form: dict[str, Format]
) -> None:
    ratios = ratios_of(card.now, card.past[MONTH], card.past[YEAR], card.claims)
    measured = "day.recomputed" if card.now.is_recomputed else "day.measured_at"
    lines: list[Sequence[Cell]] = [
        [said.say("day.as_of", day=said.day(card.now.as_of))],
        [said.say(measured, moment=said.moment(card.now.measured_at))],
        [],
    ]
    for ratio in ratios:
        name = said.say(f"headline.{ratio.key}")
        lines.append([name, ratio.count, said.say("sheet.of"), ratio.of])
        lines.append([said.say(f"def.{ratio.key}_text")])
    lines += [[], [said.say("kindladder.title")]]
    levels = [said.say("level.full", level=n, name=said.say(f"level.{n}")) for n in LEVELS]
    lines.append([said.say("kindladder.kind"), *levels, said.say("kindladder.sum")])
    for row in ladder_of(card.units):
        lines.append([kind_name(row.key, said), *row.counts, row.total])
    lines += [[], [said.say("def.title")]]
    for column in (*COUNTED, COMPLETENESS):
        text = said.say(f"def.{column.explained}_text")
        lines.append([said.say(f"column.{column.key}"), text])
    if card.is_some_hidden:
        lines.append([said.say("restricted.note")])
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(LEVELS) + 1, 14)
    for number, line in enumerate(lines):
        _write_line(sheet, number, line, form)


def _write_line(
    sheet: Worksheet, line: int, cells: Sequence[Cell], form: dict[str, Format]
) -> None:
    """Each cell as what it is: a text stays a text, whatever it looks like."""
    for place, cell in enumerate(cells):
        if isinstance(cell, str):
            sheet.write_string(line, place, cell, form["text"])
        elif isinstance(cell, datetime):
            sheet.write_datetime(line, place, cell, form["moment"])
        elif cell is not None:
            sheet.write_number(
                line, place, cell, form["share" if type(cell) is float else "count"]
            )
