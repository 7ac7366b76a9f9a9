"""The page as a person meets it: headless Chromium, mostly without a script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.portal.windows import (
    CONTRAST,
    DESK,
    PHONE,
    findings_of_axe,
    sign_in,
    what_tab_misses,
)

pytestmark = pytest.mark.browser

PATHS = ("/", "/don-vi/H35", "/dau-moi", "/so-cong-bo", "/dinh-nghia", "/khong-co")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window that runs no script."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": DESK, "height": 900}
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, portal: str, password: str) -> Page:
    """The committee's page, after signing in by its form."""
    return sign_in(context.new_page(), portal + "/", "uyban", password)


def test_a_reader_signs_in_reads_the_headline_and_opens_a_unit(page: Page) -> None:
    assert "53/56" in page.locator("#ratio-connected + .figure").inner_text()
    assert "47/56" in page.locator("#ratio-synchronised + .figure").inner_text()

    page.get_by_role("link", name="Tỉnh Lai Châu: mức 2").click()

    assert page.get_by_role("heading", level=1).inner_text() == "Tỉnh Lai Châu"
    assert page.get_by_text("8,4% hồ sơ chưa được tiếp nhận").count() == 2
    page.get_by_role("link", name="Về trang toàn quốc").click()
    assert page.locator(".tile").count() == 56


def test_the_table_sorts_and_the_language_switches_without_a_script(page: Page) -> None:
    page.get_by_role("link", name="Biên chế", exact=True).first.click()
    first = page.locator(".units tbody tr").first.inner_text()
    page.get_by_role("link", name="English").click()

    assert "98.761" in first
    assert page.locator("html").get_attribute("lang") == "en"
    assert "sort=expected" in page.url
    assert "98,761" in page.locator(".units tbody tr").first.inner_text()
    assert page.get_by_role("heading", name="Why not 100%").is_visible()


@pytest.mark.parametrize("width", [PHONE, 768, DESK, 1920])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_page_is_wider_than_its_window(
    page: Page, portal: str, width: int, language: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in PATHS:
        page.goto(f"{portal}{path}?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_tiles_neither_overlap_nor_cut_their_words(
    browser: Browser, public_portal: str
) -> None:
    for width in (PHONE, DESK):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(public_portal)
        cut = page.evaluate(
            "[...document.querySelectorAll('.tile')].filter("
            "t => t.scrollWidth > t.clientWidth || t.scrollHeight > t.clientHeight)"
            ".map(t => t.textContent)"
        )
        wide = page.evaluate("document.documentElement.scrollWidth")
        boxes = page.evaluate(
            "[...document.querySelectorAll('.tile, .legend')]"
            ".map(t => t.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom])"
        )
        page.close()

        assert cut == []
        assert wide <= width
        assert overlapping(boxes) == []


def overlapping(boxes: list[list[float]]) -> list[tuple[list[float], list[float]]]:
    """Pairs of boxes that share more than an edge."""
    return [
        (a, b)
        for number, a in enumerate(boxes)
        for b in boxes[number + 1 :]
        if a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 1 and b[1] < a[3] - 1
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(
    browser: Browser, public_portal: str, scheme: str
) -> None:
    page = browser.new_page(color_scheme=scheme)
    low = []
    for path in (*PATHS, "/don-vi/H17", "/dang-nhap"):
        page.goto(public_portal + path)
        low += page.evaluate(CONTRAST)
    page.close()

    assert low == []


def test_the_keyboard_meets_the_skip_link_first_and_focus_is_seen(
    browser: Browser, public_portal: str
) -> None:
    page = browser.new_page()
    page.goto(public_portal)
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    words, box = focused.inner_text(), focused.bounding_box()
    width = focused.evaluate("e => getComputedStyle(e).outlineWidth")
    page.close()

    assert words == "Đến nội dung chính"
    assert box is not None
    assert box["y"] >= 0
    assert width == "3px"


@pytest.mark.parametrize("path", [*PATHS, "/don-vi/H17", "/dang-nhap"])
def test_tab_reaches_everything_and_is_never_caught(
    browser: Browser, public_portal: str, path: str
) -> None:
    page = browser.new_page()
    page.goto(public_portal + path)
    wrong = what_tab_misses(page)
    page.close()

    assert wrong == {}


def test_the_line_is_drawn_inside_its_frame_and_its_figures_unfold_by_keyboard(
    page: Page,
) -> None:
    frame = page.locator(".lines").bounding_box()
    line = page.locator("polyline.synchronised").bounding_box()
    page.locator(".points > summary").focus()
    page.keyboard.press("Enter")

    assert frame is not None
    assert line is not None
    assert frame["x"] - 2 <= line["x"]
    assert line["x"] + line["width"] <= frame["x"] + frame["width"] + 4
    assert line["height"] > 60
    assert page.get_by_role("row", name="20/05/2026 37/56 (66,1%) 26/56 (46,4%)").is_visible()


def test_a_printed_page_shows_what_is_folded_and_leaves_out_what_is_pressed(
    page: Page,
) -> None:
    page.emulate_media(media="print")

    assert page.get_by_text("XX012").is_visible()
    assert page.get_by_role("row", name="20/05/2026 37/56 (66,1%)").is_visible()
    for hidden in (".menu", ".downloads", ".day-form", ".points > summary"):
        assert not page.locator(hidden).first.is_visible()


PRINTED = PATHS[:-1]
PRESSED = ".skip, .menu, .languages, .sign-out, .day-form, .downloads, .back, summary, button"


@pytest.mark.parametrize("path", PRINTED)
def test_every_page_of_the_committee_prints_whole_and_without_what_is_pressed(
    page: Page, portal: str, path: str
) -> None:
    page.goto(portal + path)
    on_screen = page.locator("main").inner_text()
    page.emulate_media(media="print")

    pressed = page.locator(PRESSED).all()
    scrolled = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e =>"
        " ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)).map(e => e.className)"
    )
    folded = page.locator("main details").all()
    assert [each.inner_text() for each in pressed if each.is_visible()] == []
    assert scrolled == []
    for each in folded:
        assert each.locator("xpath=./*[not(self::summary)]").first.is_visible()
    heading = page.get_by_role("heading", level=1).inner_text()
    assert heading in page.locator("main").inner_text()
    assert heading in on_screen
    assert len(page.pdf()) > 10_000


def test_a_slow_link_says_that_it_is_at_work_and_comes_back(
    browser: Browser, public_portal: str
) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(public_portal)
    link = page.locator(".downloads a").nth(1)
    with page.expect_download() as taken:
        link.click()
    said, busy = link.inner_text(), link.get_attribute("aria-busy")
    link.click()  # is let pass by: nothing is asked a second time
    page.clock.fast_forward(8_000)
    after = (link.inner_text(), link.get_attribute("aria-busy"))
    page.close()

    assert taken.value.suggested_filename.endswith(".xlsx")
    assert (said, busy) == ("Đang xử lý…", "true")
    assert after == ("Excel", None)


def test_axe_finds_nothing_on_the_committees_pages(
    browser: Browser, portal: str, password: str
) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 800})
    page = context.new_page()
    page.goto(portal + "/")
    page.get_by_label("Tài khoản").fill("uyban")
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    found = {}
    for path in PATHS:
        page.goto(portal + path)
        found[path] = findings_of_axe(page)
    context.close()

    assert {path: said for path, said in found.items() if said} == {}
