"""Workbooks for tests: words, and what a person does to a downloaded file."""

import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from sync.sheets.layout import SheetWords

SHEET = "Hồ sơ"
WORDS = SheetWords(
    sheet=SHEET,
    guide_sheet="Hướng dẫn",
    lists_sheet="Danh mục",
    who=("Số hiệu", "Họ và tên", "Số định danh"),
    about="Vấn đề",
    guide=("Sửa ô tô màu.", "Không xóa cột ẩn."),
    unreadable="Không đọc được.",
    not_carried="Sửa trên trang.",
    list_title="Danh mục",
    list_text="Không có trong danh mục.",
)
SOFFICE = shutil.which("soffice")
NO_SOFFICE = "needs LibreOffice Calc: apt-get install --no-install-recommends libreoffice-calc"


def edited(path: Path, edit: Callable[[Any, dict[str, int]], None], target: Path) -> Path:
    """The file with its first sheet changed: `edit(sheet, column by code)`."""
    book = load_workbook(path)
    sheet = book[SHEET]
    codes = {str(cell.value): cell.column for cell in sheet[1]}
    edit(sheet, codes)
    book.save(target)
    return target


def resaved(path: Path, folder: Path) -> Path:
    """The file opened and saved by LibreOffice."""
    folder.mkdir()
    subprocess.run(
        [
            str(SOFFICE),
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / path.name


def repacked(
    path: Path, target: Path, change: Callable[[str, bytes], bytes | None], **more: bytes
) -> Path:
    """The file with parts changed (None: left out) and more of them; `__` in a name is /."""
    with (
        zipfile.ZipFile(path) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in more.items():
            new.writestr(name.replace("__", "/"), content)
    return target
