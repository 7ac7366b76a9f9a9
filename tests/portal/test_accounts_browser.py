"""The administrator's and the auditor's pages as they are seen: headless Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from sync.model.desk import Role
from sync.portal.access import ADMINISTRATOR
from sync.portal.openid import Provider
from sync.store.database import Database
from tests.portal.test_accounts import NEW, Scene, fill_ledger, scene
from tests.portal.windows import PHONE, looked_at, sign_in, what_is_wrong, what_tab_misses

pytestmark = pytest.mark.browser

__all__ = ["scene"]

EVERY_ROLE = (
    (Role.AUDITOR, ""),
    (Role.ADMINISTRATOR, ""),
    (Role.STEWARD, ""),
    (Role.HR_OFFICER, "H26"),
    (Role.HR_APPROVER, "H29"),
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone of nobody in particular."""
    context = browser.new_context(viewport={"width": PHONE, "height": 800})
    yield context.new_page()
    context.close()


def none_wrong(found: dict[str, dict[str, object]]) -> bool:
    """Whether nothing is wrong with any page; pytest shows what is."""
    return {where: wrong for where, wrong in found.items() if wrong} == {}


def test_pages_of_accounts_and_of_the_ledger_fit_and_are_clean(
    page: Page, scene: Scene, db: Database
) -> None:
    fill_ledger(db, 60)
    scene.person("thu", *EVERY_ROLE)
    sign_in(page, scene.address + "/dang-nhap", "thu", NEW)
    paths = ("/tai-khoan", "/tai-khoan/thu", "/nhat-ky", "/doi-mat-khau")

    found = {
        path: looked_at(page, scene.address + path) | what_tab_misses(page) for path in paths
    }

    assert none_wrong(found)


def test_pages_without_figures_without_rights_and_of_nothing_are_clean(
    page: Page, scene: Scene
) -> None:
    scene.person("thu", (Role.COMMITTEE, ""))
    sign_in(page, scene.address + "/dang-nhap", "thu", NEW)
    shown = {"/?as_of=2001-01-01": 200, "/": 200, "/nhat-ky": 403, "/tai-khoan/x": 403}

    statuses, found = {}, {}
    for path in shown:
        answer = page.goto(scene.address + path)
        assert answer is not None
        statuses[path] = answer.status
        found[path] = looked_at(page, scene.address + path)

    assert statuses == shown
    assert none_wrong(found)


def test_what_is_shown_once_is_shown_well(page: Page, scene: Scene) -> None:
    scene.add("lan", (Role.AUDITOR, ""))
    client = ("portal", "a-client-secret-of-a-test")
    scene.app.state.openid = Provider("https://id.example", client, scene.address + "/")
    password = scene.passwords[ADMINISTRATOR]
    sign_in(page, scene.address + "/dang-nhap", ADMINISTRATOR, password)
    found, secrets = {}, []
    for button in ("Cấp lại mật khẩu", "Cấp mã liên kết"):
        page.goto(scene.address + "/tai-khoan/lan")
        page.get_by_role("button", name=button).click()
        secrets.append(page.locator("code.secret").inner_text())
        found[button] = what_is_wrong(page)
    page.goto(scene.address + "/tai-khoan")
    page.locator("form[action$='/ma-truy-cap'] input[name=login]").fill("uyban")
    page.locator("form[action$='/ma-truy-cap'] input[name=name]").fill("Trung tâm")
    page.locator("form[action$='/ma-truy-cap'] input[name=days]").fill("30")
    page.locator("form[action$='/ma-truy-cap'] button").click()
    secrets.append(page.locator("code.secret").inner_text())
    found["token"] = what_is_wrong(page)

    assert len(set(secrets)) == 3
    assert none_wrong(found)
