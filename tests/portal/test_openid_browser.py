"""Sign-in through a provider as a person does it: headless Chromium, a real provider."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.portal.test_openid import SUBJECT, Scene, given_code, issuer, scene
from tests.portal.windows import PHONE, what_is_wrong

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

__all__ = ["issuer", "scene"]

WANTED = "/dinh-nghia"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of nobody in particular."""
    context = browser.new_context(viewport={"width": PHONE, "height": 800})
    yield context.new_page()
    context.close()


def vouched_for(page: Page, scene: Scene, subject: str) -> None:
    """Ask for a page, follow the provider's link and say there who one is."""
    page.goto(scene.address + WANTED)
    assert "next=%2Fdinh-nghia" in page.url
    page.get_by_role("link", name="Đăng nhập qua hệ thống định danh").click()
    assert page.url.startswith(scene.provider.issuer)
    page.locator("input[name=sub]").fill(subject)
    page.locator("input[name=sub]").press("Enter")
    page.wait_for_url(lambda url: url.startswith(scene.address))


def test_a_person_clicks_the_providers_link_and_lands_on_the_page_that_was_wanted(
    page: Page, scene: Scene
) -> None:
    page.goto(scene.address + WANTED)
    wrong = {"sign in": what_is_wrong(page)}

    vouched_for(page, scene, SUBJECT)
    wrong["landed"] = what_is_wrong(page)

    assert page.url == scene.address + WANTED
    assert page.get_by_role("heading", level=1).inner_text() == "Các số được tính thế nào"
    assert page.get_by_role("button", name="Đăng xuất").is_visible()
    assert {name: each for name, each in wrong.items() if each} == {}


def test_a_person_types_the_link_code_once_and_is_known_from_then_on(
    page: Page, scene: Scene
) -> None:
    code = given_code(scene)
    vouched_for(page, scene, "minh-1")
    wrong = {"code": what_is_wrong(page)}
    page.get_by_label("Mã liên kết").fill("AAAA-BBBB-CCCC-DDDD")
    page.get_by_role("button", name="Liên kết và đăng nhập").click()
    told = page.get_by_role("alert").inner_text()
    wrong["wrong code"] = what_is_wrong(page)
    page.get_by_role("alert").get_by_role("link").click()
    page.get_by_label("Mã liên kết").fill(code)
    page.get_by_role("button", name="Liên kết và đăng nhập").click()
    landed = page.url

    page.get_by_role("button", name="Đăng xuất").click()
    vouched_for(page, scene, "minh-1")

    assert "đã dùng hoặc đã quá hạn" in told
    assert landed == scene.address + WANTED
    assert page.url == scene.address + WANTED
    assert {name: each for name, each in wrong.items() if each} == {}
