"""The engineers' pages as they are seen: headless Chromium, without a script."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from sync.store.database import Database
from tests.portal import dispatch
from tests.portal.test_engineers import (
    PASSWORD,
    WHY,
    app,
    held,
    keys,
    now,
    portal,
    registered,
    ways,
)
from tests.portal.windows import CONTRAST, DESK, PHONE, sign_in

pytestmark = pytest.mark.browser

__all__ = ["app", "held", "keys", "now", "portal", "registered", "ways"]


@pytest.fixture
def page(browser: Browser, portal: str) -> Iterator[Page]:
    """A window in which the engineer is signed in."""
    context = browser.new_context(viewport={"width": DESK, "height": 900})
    page = context.new_page()
    yield sign_in(page, portal + "/dang-nhap?next=/dot", "ky.su", PASSWORD)
    context.close()


def test_every_page_fits_its_window_and_all_its_text_stands_out(
    page: Page, portal: str, db: Database, keys: list[str], held: int, now: datetime
) -> None:
    for number, unit in enumerate(dispatch.UNITS):
        dispatch.add_probe(db, unit, now, reason="x" * 150 * (number % 2), ends_in=number * 20)
    paths = (
        "/dot", f"/dot/{quote(keys[0], safe='')}", "/tam-giu", "/ket-noi",
        "/don-vi/H20/ky-thuat", f"/lan-gui/{held}",
    )  # fmt: skip
    wide, low = [], []
    for path in paths:
        for language in ("vi", "en"):
            for width in (PHONE, 768, DESK, 1920):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(f"{portal}{path}?lang={language}")
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wide.append((path, language, width))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            low += page.evaluate(CONTRAST)

    assert wide == []
    assert low == []


def test_an_engineer_releases_a_delivery_by_hand(page: Page, held: int) -> None:
    page.get_by_role("link", name="Tạm giữ", exact=True).click()
    page.get_by_label("Lý do").fill(WHY)
    page.get_by_role("button", name="Cho qua").click()

    assert "Đã cho qua" in page.get_by_role("status").inner_text()
    assert page.get_by_role("heading", level=1).inner_text() == f"Lần gửi {held}"
    assert page.get_by_text(f"“{WHY}”").is_visible()
