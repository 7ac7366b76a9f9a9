"""The engineers' pages as they are seen: headless Chromium."""

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
from tests.portal.windows import DESK, looked_at, sign_in, what_tab_misses

pytestmark = pytest.mark.browser

__all__ = ["app", "held", "keys", "now", "portal", "registered", "ways"]


@pytest.fixture
def page(browser: Browser, portal: str) -> Iterator[Page]:
    """A window in which the engineer is signed in."""
    context = browser.new_context(viewport={"width": DESK, "height": 900})
    page = context.new_page()
    yield sign_in(page, portal + "/dang-nhap?next=/dot", "ky.su", PASSWORD)
    context.close()


def test_every_page_fits_its_window_and_is_clean(
    page: Page, portal: str, db: Database, keys: list[str], held: int, now: datetime
) -> None:
    for number, unit in enumerate(dispatch.UNITS):
        dispatch.add_probe(db, unit, now, reason="x" * 150 * (number % 2), ends_in=number * 20)
    shown = {
        "/dot": 200, f"/dot/{quote(keys[0], safe='')}": 200, "/tam-giu": 200, "/ket-noi": 200,
        "/don-vi/H20/ky-thuat": 200, f"/lan-gui/{held}": 200, "/lan-gui/999": 404, "/viec": 403,
    }  # fmt: skip
    statuses, wrong = {}, {}
    for path in shown:
        answer = page.goto(portal + path)
        statuses[path] = answer.status if answer else None
        if found := looked_at(page, portal + path) | what_tab_misses(page):
            wrong[path] = found

    assert statuses == shown
    assert wrong == {}


def test_an_engineer_releases_a_delivery_by_hand(page: Page, held: int) -> None:
    page.get_by_role("link", name="Tạm giữ", exact=True).click()
    page.get_by_label("Lý do").fill(WHY)
    page.get_by_role("button", name="Cho qua").click()

    assert "Đã cho qua" in page.get_by_role("status").inner_text()
    assert page.get_by_role("heading", level=1).inner_text() == f"Lần gửi {held}"
    assert page.get_by_text(f"“{WHY}”").is_visible()
