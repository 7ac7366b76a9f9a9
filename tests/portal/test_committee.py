"""What the committee reads: ratios with both numbers, the map, the reasons, the table."""

import re
from datetime import date

import pytest

from sync.portal.places import TILE_POSITIONS
from sync.portal.scorecard import months_before
from tests.portal.browsing import Reader, text_of, without_our_script
from tests.portal.figures import current_units


@pytest.fixture
def signed_in(portal: str, password: str) -> Reader:
    reader = Reader(portal)
    reader.sign_in(password)
    return reader


def unit_names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]+>([^<]+)</a>', page)


def test_the_headline_has_both_numbers_and_the_change(signed_in: Reader) -> None:
    words = text_of(signed_in.get("/"))

    assert "Đã kết nối từ mức 1 trở lên 53 /56 đơn vị 94,6%" in words
    assert "Đã đồng bộ từ mức 3 trở lên 47 /56 đơn vị 83,9%" in words
    assert "So với một tháng trước +2 đơn vị 51/56 ngày 22/10/2026" in words
    assert "So với một năm trước +77,6 điểm % 16/94 ngày 23/11/2025" in words
    assert "Theo báo cáo 96/96 đơn vị Bộ Nội vụ, 31/01/2023" in words
    assert "Số liệu ngày 23/11/2026" in words


def test_a_day_without_earlier_figures_says_so(signed_in: Reader) -> None:
    words = text_of(signed_in.get("/?as_of=2025-11-23"))

    assert "16 /94 đơn vị" in words
    assert words.count("So với một tháng trước chưa có số liệu") == 2
    assert words.count("So với một năm trước chưa có số liệu") == 2


def test_a_day_without_figures_leads_to_the_nearest(signed_in: Reader) -> None:
    answer = signed_in.get("/?as_of=2026-11-01")

    assert "Chưa có số liệu ngày 01/11/2026." in answer.text
    assert 'href="/?as_of=2026-10-22"' in answer.text


def test_the_map_has_34_provinces_in_their_places_and_22_central_bodies(
    signed_in: Reader,
) -> None:
    page = signed_in.get("/").text
    places = re.findall(
        r'<li class="(c\d) (r\d+)">\s*<a class="tile level-\d"\s+href="/don-vi/(\w+)"', page
    )

    assert len(places) == 34
    assert {code: (f"c{x}", f"r{y}") for code, (x, y) in TILE_POSITIONS.items()} == {
        code: (column, row) for column, row, code in places
    }
    assert page.count('class="tile ') == 56
    assert 'aria-label="Tỉnh Lai Châu: mức 2, đúng chuẩn; hiện có' in page


def test_every_tile_says_its_level_in_figures_not_by_colour_alone(signed_in: Reader) -> None:
    page = signed_in.get("/").text
    tiles = re.findall(r'class="tile level-(\d).*?class="tile-level">(\d)<', page, re.DOTALL)

    assert len(tiles) == 56
    assert all(colour == figure for colour, figure in tiles)


def test_reasons_come_worst_first_with_their_units(signed_in: Reader) -> None:
    words = text_of(signed_in.get("/"))
    down = words.index("Chưa truy cập được hệ thống nguồn. 2 đơn vị Cà Mau Sơn La")
    held = words.index("đang tạm giữ chờ xác nhận. 1 đơn vị Gia Lai")
    blocked = words.index("Dữ liệu đúng chuẩn nhưng chưa đối soát khớp. 4 đơn vị")
    beyond = words.index("Đã đồng bộ, còn thiếu cho mức tiếp theo")

    assert down < held < blocked < beyond


@pytest.mark.parametrize(
    "key", ["name", "level", "present", "expected", "completeness", "blocking", "last"]
)
def test_each_column_sorts_both_ways_by_a_link(signed_in: Reader, key: str) -> None:
    rising = unit_names(signed_in.get(f"/?sort={key}&dir=asc").text)
    falling = unit_names(signed_in.get(f"/?sort={key}&dir=desc").text)

    assert len(rising) == len(falling) == 56
    assert set(rising) == set(falling)
    assert rising != falling


def test_the_sorted_column_is_announced_and_its_link_turns(signed_in: Reader) -> None:
    page = signed_in.get("/?sort=expected&dir=desc").text

    assert page.count('aria-sort="descending"') == 1
    assert 'href="/?sort=expected&amp;dir=asc#bang"' in page
    assert 'href="/?sort=name&amp;dir=asc#bang"' in page


def test_figures_sort_as_numbers_with_the_unknown_last(signed_in: Reader) -> None:
    page = signed_in.get("/?sort=expected&dir=desc").text
    names = unit_names(page)

    assert set(names[:2]) == {"Bộ Công an", "Bộ Quốc phòng"}
    assert names[-1] == "Viện Hàn lâm Khoa học xã hội Việt Nam"


def test_a_sort_or_day_that_does_not_exist_is_answered_calmly(signed_in: Reader) -> None:
    assert signed_in.get("/?sort=drop&dir=up").status_code == 200
    for asked in ("/?as_of=hom-qua", "/?as_of=2026-13-40", "/?as_of=" + "9" * 300):
        answer = signed_in.get(asked)
        assert answer.status_code == 400
        assert "hom-qua" not in answer.text


def test_a_unit_page_says_what_is_missing_and_how_its_waves_went(signed_in: Reader) -> None:
    words = text_of(signed_in.get("/don-vi/H35"))

    assert "Tỉnh Lai Châu" in words
    assert "Mức 2 đúng chuẩn" in words
    assert "mức tiếp theo, chưa đạt" in words
    assert words.count("8,4% hồ sơ chưa được tiếp nhận (giới hạn 5,0%).") == 2
    assert "Hiện có 22.858/23.794 (96,1%)" in words
    assert "6 đợt đồng bộ gần nhất" in words
    assert "14:05 23/11/2026 Đã tiếp nhận 24.815 0 35 22.950" in words


def test_a_held_and_a_dead_unit_say_why(signed_in: Reader) -> None:
    held, dead = signed_in.get("/don-vi/H21"), signed_in.get("/don-vi/H52?lang=en")

    assert "Tạm giữ" in text_of(held)
    assert "Source did not answer" in text_of(dead)
    assert "has not answered since 21 November 2026" in text_of(dead)


def test_every_unit_has_a_page_that_opens(signed_in: Reader) -> None:
    answers = [signed_in.get(f"/don-vi/{unit['code']}").status_code for unit in current_units()]

    assert answers == [200] * 56


def test_english_is_remembered_and_written_the_english_way(signed_in: Reader) -> None:
    switched = signed_in.get("/?lang=en")
    later = text_of(signed_in.get("/"))

    assert '<html lang="en">' in switched.text
    assert "53 /56 units 94.6%" in later
    assert "Figures as of 23 November 2026" in later
    assert "+77.6 points 16/94 on 23 November 2025" in later
    assert "Ministry of Finance" in later
    assert '<html lang="vi">' in signed_in.get("/?lang=vi").text


def test_each_number_leads_to_a_definition_that_exists(signed_in: Reader) -> None:
    pages = signed_in.get("/").text + signed_in.get("/don-vi/H35").text
    wanted = set(re.findall(r'href="/dinh-nghia#([^"]+)"', pages))
    definitions = signed_in.get("/dinh-nghia").text

    assert {"connected", "synchronised", "claimed", "levels", "present", "expected"} <= wanted
    assert wanted <= set(re.findall(r'id="([^"]+)"', definitions))
    assert "không quá 72 giờ" in definitions
    assert "ít nhất 98% số biên chế" in definitions


def test_pages_hold_no_script_but_the_one_file_and_no_inline_style(signed_in: Reader) -> None:
    pages = ("/", "/don-vi/H35", "/dinh-nghia", "/dau-moi", "/so-cong-bo", "/?lang=en")
    for path in (*pages, "/khong-co"):
        answer = signed_in.get(path)
        assert "<script" not in without_our_script(answer.text)
        assert "style=" not in answer.text
        assert not re.search(r"\son\w+=", answer.text)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_words_from_an_address_never_become_markup(signed_in: Reader) -> None:
    for path in ("/?sort=<script>alert(1)</script>", "/don-vi/<b>x", "/?as_of=<b>", "/<b>x"):
        answer = signed_in.get(path)
        assert "<script>alert" not in answer.text
        assert "<b>" not in answer.text


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 23), 1, date(2026, 10, 23)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
    ],
)
def test_a_month_before_is_the_same_day_or_the_months_last(
    day: date, months: int, then: date
) -> None:
    assert months_before(day, months) == then
