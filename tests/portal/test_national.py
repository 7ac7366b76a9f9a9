"""Below the headline: kinds, trend, timeliness, causes, contacts, what others claimed."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from sync.portal.national import ladder_of, timeliness_of, trend_of
from sync.portal.scorecard import Scorecard, load_scorecard
from sync.portal.speech import speech
from sync.portal.thresholds import Thresholds
from sync.store.database import Database
from tests.portal.browsing import Reader, text_of
from tests.portal.figures import YEAR_AGO


@pytest.fixture
def signed_in(portal: str, password: str) -> Reader:
    reader = Reader(portal)
    reader.sign_in(password)
    return reader


@pytest.fixture
def stranger(public_portal: str) -> Reader:
    return Reader(public_portal)


@pytest.fixture
def card(reader: Database) -> Scorecard:
    with reader.transaction() as conn:
        found = load_scorecard(conn, None, is_signed_in=True)
    assert found is not None
    return found


def part_of(page: str, anchor: str) -> str:
    """One section of the page, by the id of its heading."""
    start = page.index(f'id="{anchor}"')
    return page[start : page.index("</section>", start)]


def words_of(part: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_kinds_add_up_to_the_levels_and_the_headline(signed_in: Reader) -> None:
    words = words_of(part_of(signed_in.get("/").text, "by-kind"))

    assert "Bộ 0 0 1 4 8 1 14" in words
    assert "Tỉnh 2 1 3 6 11 2 25" in words
    assert "Tất cả 3 2 4 18 24 5 56" in words


def test_bars_are_as_long_as_their_numbers(card: Scorecard) -> None:
    rows = ladder_of(card.units)

    assert [row.total for row in rows] == [14, 3, 5, 9, 25, 56]
    for row in rows:
        assert [count for _, _, count in row.bars] == [count for count in row.counts if count]
        ends = [start + length for _, start, length in row.bars]
        assert [start for _, start, _ in row.bars] == [0, *ends[:-1]]
        assert ends[-1] == row.total


def test_the_trend_compares_a_week_a_month_and_a_year(signed_in: Reader) -> None:
    words = words_of(part_of(signed_in.get("/").text, "trend"))

    assert "Hiện nay 23/11/2026 53/56 (94,6%) 47/56 (83,9%)" in words
    assert "Một tuần trước 15/11/2026 52/56 (92,9%) +1 đơn vị 44/56 (78,6%) +3 đơn vị" in words
    assert "Một tháng trước 22/10/2026 51/56 (91,1%) +2 đơn vị" in words
    assert "Một năm trước 23/11/2025 16/94 (17,0%) +77,6 điểm %" in words


def test_the_line_has_a_point_for_each_figure_of_its_table(
    signed_in: Reader, card: Scorecard
) -> None:
    part = part_of(signed_in.get("/").text, "trend")
    folded = part[part.index("<details") :]

    trend = trend_of(card)
    points = [tuple(map(float, point.split(","))) for point in trend.synchronised.split()]
    assert len(points) == len(card.trend) == folded.count("<tr><th scope=") - 1 == 9
    assert points[0] == (0.0, 90.4)  # 9 of 94
    assert points[-1] == (1000.0, 16.1)  # 47 of 56
    assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_one_measured_day_is_no_line_and_the_page_says_so(signed_in: Reader) -> None:
    page = signed_in.get(f"/?as_of={YEAR_AGO}").text

    assert "Mới có số liệu của một ngày" in page
    assert "<polyline" not in page
    assert "Không có vấn đề dữ liệu nào còn mở." in page


def test_timeliness_tells_ages_of_answers_with_the_denominator(signed_in: Reader) -> None:
    words = words_of(part_of(signed_in.get("/").text, "timeliness"))

    assert "5/56 đơn vị (8,9%) đạt mức 5" in words
    assert "trong 24 giờ 53 /56" in words
    assert "chưa lần nào 3 /56 Đài Tiếng nói VN , Cà Mau , Sơn La" in words


def test_what_is_not_measured_is_said_and_never_shown_as_zero(card: Scorecard) -> None:
    waiting = replace(card.units[0], reason_code="next_not_measured")
    found = timeliness_of(
        replace(card, units=(waiting, *card.units[1:])), Thresholds(), speech("vi")
    )

    assert not found.is_measured
    assert timeliness_of(card, Thresholds(), speech("vi")).is_measured


@pytest.mark.parametrize(
    ("hours", "key"), [(0, "day"), (24, "day"), (25, "days"), (72, "days"), (73, "older")]
)
def test_each_unit_has_one_age(card: Scorecard, hours: int, key: str) -> None:
    then = card.now.measured_at - timedelta(hours=hours)
    units = tuple(replace(unit, last_success_at=then) for unit in card.units)

    groups = timeliness_of(replace(card, units=units), Thresholds(), speech("vi")).groups

    assert {group.key: len(group.units) for group in groups if group.units} == {key: 56}


def test_causes_come_with_sentence_units_and_records_most_records_first(
    signed_in: Reader,
) -> None:
    words = words_of(part_of(signed_in.get("/").text, "causes"))

    assert "ED001 20.033 43/56 20.752 518 Cần xem lại Mã trình độ đào tạo" in words
    assert "ID002 2.045 12/56 2.045 51 Chặn Số định danh cá nhân" in words
    assert words.index("ED001") < words.index("ID002") < words.index("XX001")
    assert "Xem 4 quy tắc còn lại" in words


def test_a_stranger_sees_no_records_of_restricted_units_and_no_contacts(
    stranger: Reader,
) -> None:
    words = words_of(part_of(stranger.get("/").text, "causes"))
    contacts = stranger.get("/dau-moi").text

    assert "ED001 15.322 41/54 16.040 401" in words
    assert "Không gồm hồ sơ của đơn vị không công khai số người." in words
    assert "Đăng nhập để xem đầu mối" in contacts
    assert ".example" not in contacts + stranger.get("/don-vi/H35").text


def test_every_unit_is_listed_worst_first_with_reason_and_whom_to_ask(
    signed_in: Reader,
) -> None:
    words = text_of(signed_in.get("/dau-moi"))
    page = signed_in.get("/dau-moi").text

    assert page.count('href="/don-vi/') == 56
    assert words.index("Đài Tiếng nói Việt Nam") < words.index("Tỉnh Lai Châu")
    assert "Hồ sơ: Vụ Tổ chức cán bộ · tccb@g27.example · 024 0000 0000" in words
    assert "Kỹ thuật: Trung tâm Chuyển đổi số · 0213 0000 000" in words
    assert "Chưa có đầu mối trong danh mục." in words
    assert "Trung tâm Chuyển đổi số" in text_of(signed_in.get("/don-vi/H35"))


def test_claimed_figures_stand_beside_the_proved_ones(signed_in: Reader) -> None:
    words = text_of(signed_in.get("/so-cong-bo"))
    headline = text_of(signed_in.get("/"))

    assert "Đã kết nối theo bằng chứng ngày 23/11/2026 53/56 (94,6%)" in words
    assert "31/01/2023 Bộ Nội vụ" in words
    assert "Đã kết nối 96/96 (100,0%) hệ thống chưa đo vào ngày đó" in words
    assert "Đã đồng bộ 9 đơn vị, không nêu tổng số" in words
    assert "Theo báo cáo 9 đơn vị, không nêu tổng số Bộ Nội vụ, 08/09/2025" in headline


def test_a_past_day_knows_only_what_was_announced_by_then(signed_in: Reader) -> None:
    words = text_of(signed_in.get("/so-cong-bo?as_of=2025-11-23"))

    assert "16/94 (17,0%)" in words
    assert signed_in.get("/so-cong-bo?as_of=2026-11-01").status_code == 200
    assert "Chưa có số liệu ngày 01/11/2026" in signed_in.get("/dau-moi?as_of=2026-11-01").text


def test_every_column_of_numbers_leads_to_its_definition(signed_in: Reader) -> None:
    country, unit = signed_in.get("/").text, signed_in.get("/don-vi/H35").text
    definitions = set(re.findall(r'id="([^"]+)"', signed_in.get("/dinh-nghia").text))
    heads = [
        head
        for part in (part_of(country, "by-kind"), part_of(country, "causes"), unit)
        for head in re.findall(r'<th scope="col" class="number">(.*?)</th>', part, re.DOTALL)
    ]
    rows = re.findall(r'<th scope="row">(.*?)</th>', part_of(unit, "counts"), re.DOTALL)

    assert len(heads) == 7 + 2 * 4 + 9
    assert len(rows) == 8
    for cell in heads + rows:
        wanted = re.search(r'href="/dinh-nghia#([^"]+)"', cell)
        assert wanted is not None, cell
        assert wanted[1] in definitions


def test_pages_need_a_sign_in_where_the_portal_is_not_public(portal: str) -> None:
    paths = ("/dau-moi", "/so-cong-bo", "/bao-cao.pdf", "/bang-don-vi.xlsx", "/bang-don-vi.csv")
    answers = {path: Reader(portal).get(path) for path in paths}

    assert {path for path, answer in answers.items() if answer.status_code != 303} == set()
    assert all("/dang-nhap" in answer.headers["location"] for answer in answers.values())
