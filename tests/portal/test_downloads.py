"""Report, workbook and CSV say what the page says, and nothing in them can be run."""

import csv
import io
import re
from dataclasses import replace

import openpyxl
import pytest

from sync.portal.report import write_report
from sync.portal.scorecard import Scorecard, load_scorecard
from sync.portal.sheets import header, row_of, write_csv, write_workbook
from sync.portal.speech import speech
from sync.portal.thresholds import Thresholds
from sync.store.database import Database
from tests.portal.browsing import Reader, text_of
from tests.portal.figures import RESTRICTED_HEADCOUNT
from tests.portal.pdf_text import pdf_text, squeezed

FORMULAS = ("=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1")


@pytest.fixture
def signed_in(portal: str, password: str) -> Reader:
    reader = Reader(portal)
    reader.sign_in(password)
    return reader


@pytest.fixture
def card(reader: Database) -> Scorecard:
    with reader.transaction() as conn:
        found = load_scorecard(conn, None, is_signed_in=True)
    assert found is not None
    return found


def table_of(page: str) -> list[list[str]]:
    """The rows of the page's table of units, as people read them."""
    body = page[page.index('<table class="units">') :]
    body = body[body.index("<tbody>") : body.index("</tbody>")]
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(CELL, row)]
        for row in body.split("</tr>")
        if "<td" in row
    ]


CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)


def figure(text: str) -> int | None:
    return None if text == "—" else int(text.replace(".", ""))


def test_the_sheets_have_the_pages_rows_in_the_pages_order(signed_in: Reader) -> None:
    page = table_of(signed_in.get("/").text)
    lines = list(csv.reader(io.StringIO(csv_of(signed_in))))
    sheet = openpyxl.load_workbook(io.BytesIO(signed_in.get("/bang-don-vi.xlsx").content))
    rows = list(sheet["Đơn vị"].iter_rows(values_only=True))

    assert len(page) == len(lines) - 1 == len(rows) - 2 == 56
    for shown, line, row in zip(page, lines[1:], rows[1:-1], strict=True):
        counts = [figure(text) for text in shown[2:4] + shown[5:14]]
        assert line[2] == row[1] == shown[0]
        assert f"{row[3]} {row[4]}" == shown[1]
        assert [int(cell) if cell else None for cell in line[6:17]] == counts
        assert list(row[5:16]) == counts
        assert percent(row[16]) == shown[4]
        assert (float(line[17]) if line[17] else None) == row[16]


def csv_of(reader: Reader) -> str:
    content = reader.get("/bang-don-vi.csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    return content.decode("utf-8-sig")


def percent(share: object) -> str:
    return "—" if share is None else f"{float(str(share)) * 100:.1f}%".replace(".", ",")


def test_the_workbook_sums_as_the_page_does_and_says_both_ratios(signed_in: Reader) -> None:
    page = signed_in.get("/").text
    foot = page[page.index("<tfoot>") : page.index("</tfoot>")]
    book = openpyxl.load_workbook(io.BytesIO(signed_in.get("/bang-don-vi.xlsx").content))
    last = list(book["Đơn vị"].iter_rows(values_only=True))[-1]
    summary = list(book["Tổng hợp"].iter_rows(values_only=True))

    shown = [re.sub(r"<[^>]+>", "", cell) for cell in CELL.findall(foot)][1:-1]
    assert [figure(text) for text in shown[:2] + shown[3:]] == list(last[5:16])
    assert ("Đã kết nối", 53, "trên", 56) in [row[:4] for row in summary]
    assert ("Đã đồng bộ", 47, "trên", 56) in [row[:4] for row in summary]
    assert ("Tất cả", 3, 2, 4, 18, 24, 5, 56) in [row[:8] for row in summary]


def test_the_report_has_the_pages_figures(signed_in: Reader) -> None:
    answer = signed_in.get("/bao-cao.pdf")
    said = pdf_text(answer.content)
    page = signed_in.get("/").text

    assert answer.headers["content-type"] == "application/pdf"
    assert 'filename="bao-cao-ket-noi-2026-11-23.pdf"' in answer.headers["content-disposition"]
    for shown in table_of(page):
        name, level, present, expected, ratio = shown[:5]
        quarantined, blocking = shown[9], shown[11]
        wanted = f"{name}{level[0]}{present}{expected}{ratio}{quarantined}{blocking}"
        assert squeezed(wanted) in said, name
    for words in (
        "Đã kết nối (từ mức 1 trở lên): 53/56 (94,6%) đơn vị.",
        "Đã đồng bộ (từ mức 3 trở lên): 47/56 (83,9%) đơn vị.",
        "Một tháng trước (22/10/2026) 51/56 (91,1%) 42/56 (75,0%)",
        "Tất cả 3 2 4 18 24 5 56",
        "trong 24 giờ: 53/56 đơn vị.",
        "Cần xem lại 43/56 20.033",
        "08/09/2025, Bộ Nội vụ: Mới có 16 cơ quan báo cáo, 9 cơ quan đã đồng bộ.",
    ):
        assert squeezed(words) in said


def test_the_report_has_the_parts_of_an_official_report(signed_in: Reader) -> None:
    said = pdf_text(signed_in.get("/bao-cao.pdf").content)
    parts = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số:",
        "BÁO CÁO",
        "Tình hình kết nối, đồng bộ với Cơ sở dữ liệu quốc gia về cán bộ, công chức, viên chức",
        "I. KẾT QUẢ CHUNG",
        "VI. SỐ ĐÃ CÔNG BỐ",
        "nhận:",  # the bold italic draws the ơ before it of two pieces, which read as two
        "Phụ lục",
    )

    places = [said.find(squeezed(part)) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_what_is_accepted_stands_in_the_report_by_cause_and_by_unit(card: Scorecard) -> None:
    unit = next(unit for unit in card.units if unit.unit_code == "H35")
    marked = replace(unit, waived_findings=7_654_321)
    units = tuple(marked if each is unit else each for each in card.units)
    cause = replace(card.causes[0], waived_count=8_765_432)
    report = write_report(replace(card, units=units, causes=(cause,)), Thresholds())
    said = pdf_text(report)

    assert said.count("7.654.321") == 1
    assert said.count("8.765.432") == 1
    assert said.count(squeezed("Chấp nhận có hạn")) >= 3  # two heads and the note
    assert squeezed("Chấp nhận có hạn: Số vấn đề mà đơn vị được chấp nhận") in said


def test_the_same_figures_give_the_same_report_and_a_changed_one_another(
    card: Scorecard,
) -> None:
    later = replace(card, now=replace(card.now, synchronised_count=46))

    first = write_report(card, Thresholds())

    assert first == write_report(card, Thresholds())
    assert first != write_report(later, Thresholds())
    assert first.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in first  # tagged: a screen reader finds headings and tables


def test_a_report_of_a_country_without_figures_below_the_headline_still_reads(
    card: Scorecard,
) -> None:
    bare = replace(
        card,
        past=dict.fromkeys(card.past),
        units=tuple(replace(u, level=3, reason_code="next_not_measured") for u in card.units),
        causes=(),
        claims=(),
    )
    said = pdf_text(write_report(bare, Thresholds()))

    for words in (
        "Một năm trước chưa có số liệu chưa có số liệu",
        "Mọi đơn vị đều đã đồng bộ.",
        "Chưa đo: tỷ lệ thay đổi được cập nhật đúng hạn (mức 5)",
        "Không có vấn đề dữ liệu nào còn mở.",
        "Chưa có số nào được ghi.",
    ):
        assert squeezed(words) in said


def test_markup_in_a_name_is_letters_in_the_report(card: Scorecard) -> None:
    name = '#eval("1") $x$ *b* @ref <l> [x] \\ #import'
    odd = replace(card, units=(replace(card.units[0], name_vi=name), *card.units[1:]))

    assert squeezed(name) in pdf_text(write_report(odd, Thresholds()))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_in_a_name_is_a_text_in_both_sheets(card: Scorecard, formula: str) -> None:
    odd = replace(card.units[0], name_vi=formula, reason_vi=formula)
    changed = replace(card, units=(odd,))
    said = speech("vi")

    line = list(csv.reader(io.StringIO(write_csv(changed, said).decode("utf-8-sig"))))[1]
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(changed, said)))
    cell = book["Đơn vị"]["B2"]
    assert line[2] == line[-1] == f"'{formula}"
    assert cell.data_type == "s"
    assert cell.value.endswith(formula.strip())


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(card: Scorecard) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(card, speech("vi"))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]

    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert [cell for cell in cells if cell.hyperlink] == []


def test_a_ratio_is_never_rounded_up_to_one(card: Scorecard) -> None:
    nearly = replace(card.units[0], expected=1_000_000, live=999_999, stale=0)
    words = header(speech("vi"))
    ratios = [
        dict(zip(words, row_of(unit, speech("vi")), strict=True))["completeness"]
        for unit in (nearly, replace(nearly, live=1_000_000), replace(nearly, expected=None))
    ]

    assert ratios == [0.999, 1.0, None]


def test_a_stranger_gets_no_headcount_of_a_restricted_unit(public_portal: str) -> None:
    stranger = Reader(public_portal)
    lines = csv.DictReader(io.StringIO(csv_of(stranger)))
    hidden = [line for line in lines if line["Mã đơn vị"] in ("G01", "G11")]
    said = pdf_text(stranger.get("/bao-cao.pdf").content)
    book = openpyxl.load_workbook(io.BytesIO(stranger.get("/bang-don-vi.xlsx").content))
    values = [
        cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    ]

    assert [list(line.values())[6:18] for line in hidden] == [[""] * 12] * 2
    assert RESTRICTED_HEADCOUNT not in values
    assert "98.761" not in said
    assert squeezed("Cộng (không gồm đơn vị không công khai)") in squeezed(str(values))


def test_sheets_speak_the_readers_language_and_a_day_without_figures_is_404(
    signed_in: Reader,
) -> None:
    english = signed_in.get("/bang-don-vi.csv?lang=en&as_of=2025-11-23").content
    missing = [
        signed_in.get(f"/{name}?as_of=2026-11-01").status_code
        for name in ("bao-cao.pdf", "bang-don-vi.xlsx", "bang-don-vi.csv")
    ]

    assert english.decode("utf-8-sig").startswith("as_of,Unit code,Unit,")
    assert english.count(b"\r\n2025-11-23,") == 9
    assert missing == [404, 404, 404]
    assert "Không tìm thấy" in text_of(signed_in.get("/bang-don-vi.csv?as_of=2026-11-01"))
