"""What people do in a running demo: correct, map a code, send a workbook round; the figures."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.sheets.layout import FIRST_ROW, RECORD
from tests.e2e.running import RunningDemo
from tests.e2e.walking import (
    COMMITTEE,
    REASON,
    STEWARD,
    Line,
    Walk,
    approve_all,
    figure_of,
    find_cause,
    flags_on,
)
from tests.sheets.books import SOFFICE, edited, resaved

FEW = 3
OWN_CODE, NATIONAL_CODE = "CV-01", "01.003"


@dataclass(frozen=True)
class Done:
    """What people did about one cause, and what the pages said."""

    rule_code: str
    unit_code: str
    flag_ids: list[int]
    said: str
    approved: str
    address: str = ""


@dataclass(frozen=True)
class Figures:
    """What the committee reads: its JSON feed, and one unit's row of its page."""

    blocking: dict[str, int]
    findings: dict[str, int]
    on_page: dict[str, int]


def figures(walk: Walk) -> Figures:
    """As they stand now, at both desks' units."""
    card = walk.demo.scorecard()
    page = walk.open(COMMITTEE, "/?lang=vi")
    codes = [unit_code for unit_code, *_ in walk.demo.desks]
    return Figures(
        {unit["unit_code"]: unit["blocking_findings"] for unit in card["units"]},
        {cause["rule_code"]: cause["finding_count"] for cause in card["causes"]},
        {code: figure_of(page, code) for code in codes},
    )


def correct_three(walk: Walk) -> Done:
    """The first cause of the first desk: an officer proposes for three people, one approves."""
    unit_code, officer, approver = walk.demo.desks[0]
    cause = find_cause(walk, officer, FEW)
    page, chosen = walk.window(officer), cause.lines[:FEW]
    for line in chosen:
        page.locator(f"input[name=flag][value='{line.flag_id}']").check()
        page.locator(f"#value_{line.flag_id}").fill(line.on_paper)
    page.get_by_role("group", name="Đề nghị sửa").get_by_label("Lý do").fill(REASON)
    page.get_by_role("button", name="Đề nghị sửa").click()
    said = walk.look(page).get_by_role("status").inner_text()
    approved = approve_all(walk.open(approver, "/phe-duyet"), FEW)
    flag_ids = [line.flag_id for line in chosen]
    return Done(cause.rule_code, unit_code, flag_ids, said, approved, cause.address)


def map_own_code(walk: Walk) -> Done:
    """The second desk's own code: proposed once by its officer, approved by the steward."""
    unit_code, officer, _ = walk.demo.desks[1]
    page = walk.open(officer, "/viec")
    page.get_by_role("link", name=f"Gán mã {OWN_CODE}").click()
    flag_ids = flags_on(walk.look(page))
    card = page.locator("#gan-ma")
    card.get_by_label("Mã trong danh mục quốc gia").select_option(NATIONAL_CODE)
    card.get_by_label("Lý do").fill(REASON)
    card.get_by_role("button", name="Đề nghị gán mã").click()
    said = walk.look(page).get_by_role("status").inner_text()
    page = walk.open(STEWARD, "/gan-ma")
    page.get_by_role("button", name="Phê duyệt", exact=True).click()
    approved = walk.look(page).get_by_role("status").inner_text()
    return Done("CR006", unit_code, flag_ids, said, approved)


def bring_back(walk: Walk, folder: Path, but: str) -> Done:
    """Another cause of the first desk: down, saved by LibreOffice, filled in, up, approved."""
    unit_code, officer, approver = walk.demo.desks[0]
    cause = find_cause(walk, officer, 2, but=but)
    page = walk.open(officer, "/viec")
    task = page.locator(".cause").filter(has=page.locator(f"a[href='{cause.address}']"))
    task.get_by_role("link", name=re.compile("Excel")).click()
    with walk.look(page).expect_download() as taken:
        page.get_by_role("button", name="Tải bảng tính xuống").click()
    path = folder / "sheet.xlsx"
    taken.value.save_as(path)
    if SOFFICE:
        path = resaved(path, folder / "office")
    page.get_by_label("Tệp bảng tính").set_input_files(fill_in(path, cause.lines))
    page.get_by_role("button", name="Xem trước").click()
    walk.look(page).get_by_label("Lý do sửa").fill(REASON)
    page.get_by_role("button", name=f"Gửi {len(cause.lines)} đề nghị sửa").click()
    said = walk.look(page).get_by_role("status").inner_text()
    approved = approve_all(walk.open(approver, "/phe-duyet"), len(cause.lines))
    flag_ids = [line.flag_id for line in cause.lines]
    return Done(cause.rule_code, unit_code, flag_ids, said, approved)


def fill_in(path: Path, lines: list[Line]) -> Path:
    """The workbook with what the files on paper say in the cells of these people."""
    by_record = {line.record_id: line for line in lines}

    def edit(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        for number in range(FIRST_ROW + 1, rows.max_row + 1):
            if line := by_record.get(int(rows.cell(number, at[RECORD]).value)):
                rows.cell(number, at[line.column]).value = line.on_paper

    return edited(path, edit, path.with_name("filled.xlsx"))


def states(demo: RunningDemo, done: Done) -> list[str]:
    """What became of the flags that somebody did something about."""
    found = demo.rows(
        "SELECT state FROM quality.flag WHERE flag_id = ANY(:ids)", ids=done.flag_ids
    )
    return [state for (state,) in found]
