"""Sheets over the socket: down, changed, up, previewed, confirmed once; bad files refused."""

import io
import os
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from openpyxl import load_workbook

from tests.portal.browsing import Reader, text_of
from tests.portal.excel.conftest import APPROVER, COLLEAGUE, HOSTILE, OFFICER, OTHER
from tests.services.village import A, B, Village
from tests.sheets.books import NO_SOFFICE, SHEET, SOFFICE, edited, repacked, resaved

PAGE = "/viec/tai-len"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SignIn = Callable[[str], Reader]
REASON = "Đối chiếu hồ sơ giấy."


def download(
    reader: Reader, folder: Path, query: str = "", reason: str = "Đối chiếu hồ sơ giấy"
) -> Path:
    """The sheet; sensitive columns are in it for the reason given."""
    token = reader.form_token(PAGE)
    answer = reader.session.post(
        f"{reader.address}/viec/tai-xuong{query}",
        data={"token": token, "reason": reason},
        timeout=60,
    )
    assert answer.status_code == 200, text_of(answer)
    assert answer.headers["content-type"] == XLSX
    path = folder / "a.xlsx"
    path.write_bytes(answer.content)
    return path


def upload(reader: Reader, content: bytes, *, query: str = "") -> requests.Response:
    token = reader.form_token(PAGE)
    return reader.session.post(
        f"{reader.address}{PAGE}{query}",
        data={"token": token},
        files={"sheet": ("bang.xlsx", io.BytesIO(content), XLSX)},
        timeout=60,
        allow_redirects=False,
    )


def previewed(reader: Reader, path: Path) -> str:
    """The address of the preview of a file that is taken."""
    answer = upload(reader, path.read_bytes())
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["location"])


def counts(reader: Reader, draft: str) -> dict[str, int]:
    """What the tabs of a preview say."""
    words = text_of(reader.get(draft))
    names = ("Sẽ đề nghị", "Có bản mới hơn", "Trái quy tắc", "Không nhận", "Không đổi")
    return {name: int(words.split(f"{name} ")[1].split()[0]) for name in names}


@pytest.fixture
def sheet(signed_in: SignIn, tmp_path: Path) -> Path:
    return download(signed_in(OFFICER), tmp_path)


def test_the_page_says_what_a_sheet_holds_and_the_file_names_no_person(
    signed_in: SignIn, tmp_path: Path
) -> None:
    reader = signed_in(OFFICER)
    words = text_of(reader.get(PAGE))

    assert "Bảng có 5 dòng của 5 hồ sơ" in words
    token = reader.form_token(PAGE)
    answer = reader.post("/viec/tai-xuong?rule=ID017b", token=token)
    name = answer.headers["content-disposition"].partition("filename=")[2]
    assert name.startswith(f'"ho-so-{A}-ID017b-20')
    assert "5 rows" in text_of(reader.get(f"{PAGE}?lang=en"))
    reader.get(f"{PAGE}?lang=vi")


def test_an_untouched_sheet_changes_nothing(signed_in: SignIn, sheet: Path) -> None:
    reader = signed_in(OFFICER)

    draft = previewed(reader, sheet)

    found = counts(reader, draft)
    assert sum(found.values()) == found["Không đổi"] > 5


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason=NO_SOFFICE)
def test_a_sheet_that_libreoffice_opened_and_saved_is_unchanged(
    signed_in: SignIn, sheet: Path, tmp_path: Path
) -> None:
    reader = signed_in(OFFICER)
    saved = resaved(sheet, tmp_path / "saved")

    before, after = (
        [
            [cell.value for cell in row]
            for row in load_workbook(path)[SHEET].iter_rows(max_row=7)
        ]
        for path in (sheet, saved)
    )
    draft = previewed(reader, saved)

    assert after == before
    found = counts(reader, draft)
    assert sum(found.values()) == found["Không đổi"] > 5


def test_changed_cells_are_judged_confirmed_once_and_wait_for_approval(
    signed_in: SignIn, sheet: Path, excel_village: Village, tmp_path: Path
) -> None:
    reader = signed_in(OFFICER)

    def edit(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        rows.cell(3, at["person.email"]).value = "dung@example.org"
        rows.cell(4, at["person.email"]).value = "still not an address"
        rows.cell(5, at["person.ton_giao"]).value = "01 - Phật giáo"
        rows.cell(6, at["recruitment.ngay_vao_co_quan"]).value = "chưa rõ"
        rows.cell(7, at["person.email"]).value = "=1+1"
        rows.cell(6, at["person.email"]).value = "khong@example.org"

    draft = previewed(reader, edited(sheet, edit, tmp_path / "b.xlsx"))
    found = counts(reader, draft)
    page = text_of(reader.get(f"{draft}?group=accepted"))
    others = text_of(reader.get(f"{draft}?group=other"))

    assert (found["Sẽ đề nghị"], found["Trái quy tắc"], found["Không nhận"]) == (2, 1, 3)
    assert "dung@example.org" in page
    assert "01 - Phật giáo" in page
    assert "Địa chỉ thư điện tử sai cú pháp" in text_of(reader.get(f"{draft}?group=rule"))
    for said in ("không đúng kiểu của trường", "Ô chứa công thức", "Ô xám không thuộc dòng"):
        assert said in others

    token = reader.form_token(draft)
    assert reader.post(draft, token=token, reason=" ").status_code == 422
    assert reader.post(draft, token="forged", reason=REASON).status_code == 403  # noqa: S106 - no password
    assert reader.post(draft, token=token, reason=REASON).status_code == 303
    assert "Đã gửi 2 đề nghị sửa." in text_of(reader.get(draft))
    again = reader.post(draft, token=token, reason=REASON)
    assert again.status_code == 409
    assert "Trạng thái hiện nay: đã gửi đề nghị." in text_of(again)
    assert "Bây giờ có thể: Theo dõi các đề nghị đã gửi ở trang Phê duyệt" in text_of(again)
    assert f'<a href="{draft}">Mở lại trang này</a>' in again.text
    waiting = excel_village.rows(
        "SELECT c.field_code, c.new_value, c.state, c.proposed_by, g.state"
        " FROM register.correction AS c JOIN quality.flag AS g USING (flag_id)"
        " ORDER BY c.field_code"
    )
    assert waiting == [
        ("email", "dung@example.org", "proposed", OFFICER, "proposed"),
        ("ton_giao", "01", "proposed", OFFICER, "proposed"),
    ]


def test_a_draft_is_seen_by_nobody_but_who_uploaded_it(signed_in: SignIn, sheet: Path) -> None:
    draft = previewed(signed_in(OFFICER), sheet)

    for login in (COLLEAGUE, OTHER):
        reader = signed_in(login)
        assert reader.get(draft).status_code == 404
        token = reader.form_token(PAGE)
        assert reader.post(draft, token=token, reason=REASON).status_code == 404


def test_another_units_records_are_refused_and_never_looked_up(
    signed_in: SignIn, tmp_path: Path, excel_village: Village
) -> None:
    path = download(signed_in(OTHER), tmp_path)
    before = excel_village.one("SELECT count(*) FROM register.correction")

    def edit(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        rows.cell(3, at["person.email"]).value = "dung@example.org"

    reader = signed_in(OFFICER)
    draft = previewed(reader, edited(path, edit, tmp_path / "b.xlsx"))

    assert counts(reader, draft)["Không nhận"] == 1
    page = reader.get(f"{draft}?group=other")
    assert "Đơn vị không có hồ sơ" in text_of(page)
    assert "not an address" not in page.text
    assert upload(reader, path.read_bytes(), query=f"?unit={B}").status_code == 403
    assert excel_village.one("SELECT count(*) FROM register.correction") == before


def test_a_forged_key_is_refused(signed_in: SignIn, sheet: Path, tmp_path: Path) -> None:
    reader = signed_in(OFFICER)

    def edit(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        ids = [rows.cell(number, 1).value for number in (3, 7)]
        rows.cell(3, 1).value = ids[1]  # the key of another record of the unit
        rows.cell(3, at["person.email"]).value = "dung@example.org"
        rows.cell(4, 4).value = None  # no key at all
        rows.cell(5, 1).value = "9" * 30

    draft = previewed(reader, edited(sheet, edit, tmp_path / "b.xlsx"))

    found = counts(reader, draft)
    assert (found["Sẽ đề nghị"], found["Có bản mới hơn"]) == (0, 0)
    assert found["Không nhận"] >= 3
    assert "Phần ẩn của dòng đã bị thay đổi" in text_of(reader.get(f"{draft}?group=other"))


def test_html_and_sql_in_cells_are_shown_as_text(
    signed_in: SignIn, tmp_path: Path, excel_village: Village
) -> None:
    reader = signed_in(OTHER)
    path = download(reader, tmp_path)

    def edit(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        for number in range(3, rows.max_row + 1):
            for code, column in at.items():
                if code.startswith("person.") and rows.cell(number, column).value:
                    rows.cell(number, column).value = HOSTILE

    draft = previewed(reader, edited(path, edit, tmp_path / "b.xlsx"))
    pages = [reader.get(f"{draft}?group={name}") for name in ("accepted", "rule", "other")]

    assert any("DROP TABLE x" in page.text for page in pages)
    assert not any("<script>alert" in page.text for page in pages)
    assert excel_village.one("SELECT count(*) FROM landing.record") == 12


@pytest.mark.parametrize("login", [APPROVER])
def test_only_officers_take_and_bring_sheets(signed_in: SignIn, login: str) -> None:
    reader = signed_in(login)

    assert reader.get(PAGE).status_code == 403
    assert reader.post("/viec/tai-xuong", token="x").status_code == 403  # noqa: S106 - no password


def test_a_form_of_somebody_else_takes_nothing(signed_in: SignIn) -> None:
    reader = signed_in(OFFICER)

    assert reader.post("/viec/tai-xuong", token="forged").status_code == 403  # noqa: S106 - no password
    assert reader.post(f"/viec/tai-xuong?unit={B}", token="x").status_code == 403  # noqa: S106 - no password
    assert reader.get(f"{PAGE}?unit={B}").status_code == 403
    assert reader.get(f"{PAGE}?rule=NONE").status_code == 404
    assert reader.get(f"{PAGE}?cause=zz").status_code == 404


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        with book.open("xl/workbook.xml", "w", force_zip64=True) as part:
            for _ in range(400):
                part.write(b" " * (1024 * 1024))
    return packed.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
    b'<!ENTITY c SYSTEM "file:///etc/passwd">]><sst>&b;&c;</sst>'
)
HIDDEN_ENTITIES = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x []><x/>'.encode("utf-16")


def with_macro(path: Path, target: Path) -> Path:
    def change(name: str, content: bytes) -> bytes:
        if name == "[Content_Types].xml":
            kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
            plain = (
                b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
            )
            return content.replace(plain, kind)
        return content

    return repacked(path, target, change, xl__vbaProject=b"x")


def same(name: str, content: bytes) -> bytes:
    return content


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (with_macro, "Tệp chứa macro"),
        (lambda p, t: repacked(p, t, same, **{"xl__vbaProject.bin": b"x"}), "Tệp chứa macro"),
        (
            lambda p, t: repacked(p, t, same, **{"xl__externalLinks__a.xml": b"<x/>"}),
            "Tệp liên kết tới tệp khác",
        ),
        (lambda p, t: repacked(p, t, same, **{"xl__z.xml": ENTITIES}), "thực thể XML"),
        (lambda p, t: repacked(p, t, same, **{"xl__z.xml": HIDDEN_ENTITIES}), "Tệp bị hỏng"),
        (lambda p, t: repacked(p, t, lambda n, c: None if "sheet1" in n else c), "Tệp"),
    ],
    ids=["macro type", "macro part", "links", "entities", "utf-16", "no sheet"],
)
def test_a_workbook_with_more_than_cells_is_refused(
    signed_in: SignIn,
    sheet: Path,
    tmp_path: Path,
    spoil: Any,  # noqa: ANN401 - a function of two paths
    said: str,
) -> None:
    answer = upload(signed_in(OFFICER), spoil(sheet, tmp_path / "b.xlsx").read_bytes())

    assert answer.status_code == 422
    assert said in text_of(answer)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Tệp không phải bảng tính .xlsx"),
        (b"a,b\n1,2\n", "Tệp không phải bảng tính .xlsx"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "Tệp có mật khẩu"),
        (b"PK\x03\x04" + os.urandom(200), "Tệp bị hỏng"),
    ],
    ids=["empty", "csv", "password", "broken zip"],
)
def test_a_file_that_is_no_workbook_is_refused(
    signed_in: SignIn, content: bytes, said: str
) -> None:
    answer = upload(signed_in(OFFICER), content)

    assert answer.status_code == 422
    assert said in text_of(answer)


def test_a_zip_bomb_is_refused_without_being_unpacked(signed_in: SignIn) -> None:
    content = bomb()

    answer = upload(signed_in(OFFICER), content)

    assert len(content) < 1_000_000
    assert answer.status_code == 422
    assert "lớn hơn mức cho phép" in text_of(answer)


def test_a_workbook_of_somebody_else_is_none_of_ours(signed_in: SignIn, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Họ và tên", "Số"])
    book.save(tmp_path / "x.xlsx")

    answer = upload(signed_in(OFFICER), (tmp_path / "x.xlsx").read_bytes())

    assert answer.status_code == 422
    assert "không phải bảng đã tải xuống" in text_of(answer)


def said_before_the_body(reader: Reader, *headers: str) -> str:
    """What the portal answers when only the head of a request has come."""
    address = urlsplit(reader.address)
    cookies = "; ".join(f"{c.name}={c.value}" for c in reader.session.cookies)
    head = [f"POST {PAGE} HTTP/1.1", f"Host: {address.netloc}", f"Cookie: {cookies}", *headers]
    with socket.create_connection((address.hostname, address.port), timeout=10) as line:
        line.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        return line.recv(65536).decode()


def test_a_hundred_megabytes_are_refused_before_any_of_them_is_read(
    signed_in: SignIn,
) -> None:
    reader = signed_in(OFFICER)
    form = "Content-Type: multipart/form-data; boundary=x"

    large = said_before_the_body(reader, form, f"Content-Length: {100 * 1024 * 1024}")
    endless = said_before_the_body(reader, form, "Transfer-Encoding: chunked")

    assert large.startswith("HTTP/1.1 413")
    assert endless.startswith("HTTP/1.1 413")


def test_other_forms_stay_short(signed_in: SignIn) -> None:
    assert signed_in(OFFICER).post("/viec/tai-xuong", token="x" * 9000).status_code == 413
