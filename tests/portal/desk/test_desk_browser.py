"""The desk as a person meets it: headless Chromium, phone and desk."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.portal.desk.conftest import APPROVER, OFFICER, STEWARD
from tests.portal.furnished import PASSWORD
from tests.portal.windows import (
    CONTRAST,
    DESK,
    PHONE,
    findings_of_axe,
    sign_in,
    tab_to,
    what_is_wrong,
    what_tab_misses,
)
from tests.services.village import A, Village

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def officer(browser: Browser, desk_portal: str) -> Iterator[Page]:
    """An officer's window."""
    context = browser.new_context(viewport={"width": DESK, "height": 900})
    yield sign_in(context.new_page(), desk_portal + "/dang-nhap", OFFICER, PASSWORD)
    context.close()


@pytest.fixture(scope="module")
def paths(desk_village: Village) -> list[str]:
    """The desk's pages over real records."""
    cause = desk_village.one(
        "SELECT encode(cause_hmac, 'hex') FROM quality.cause"
        " WHERE unit_code = :u AND rule_code = 'CR006'",
        u=A,
    )
    first = desk_village.one(
        "SELECT min(record_id) FROM landing.record WHERE unit_code = :u", u=A
    )
    desk_village.one(
        "INSERT INTO registry.notice_mute (unit_code, kind, until_on, reason, stated_by,"
        " stated_at) VALUES (:u, 'digest', current_date + 30,"
        " 'Văn phòng chuyển trụ sở, thư gửi đến địa chỉ mới sau.', 'duyet.a', now())"
        " ON CONFLICT DO NOTHING RETURNING (SELECT 1)",
        u=A,
    )
    return [
        "/viec",
        f"/viec/nguyen-nhan?unit={A}&rule=CR006&cause={cause}",
        f"/ho-so/{first}",
        f"/ho-so/{first + 4}",
        f"/ho-so/{first}/sua?group=recruitment&row=1&field=ngay_vao_co_quan",
        "/tim",
        "/phe-duyet",
        "/gan-ma",
        "/thong-bao",
    ]


@pytest.mark.parametrize("width", [PHONE, 768, DESK])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_page_of_the_desk_is_wider_than_its_window(
    officer: Page, desk_portal: str, paths: list[str], width: int, language: str
) -> None:
    officer.set_viewport_size({"width": width, "height": 800})
    wide = {}
    for path in paths:
        officer.goto(f"{desk_portal}{path}{'&' if '?' in path else '?'}lang={language}")
        shown = officer.evaluate("document.documentElement.scrollWidth")
        if shown > width:
            wide[path] = shown
    officer.goto(f"{desk_portal}/viec?lang=vi")

    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_all_words_stand_out(
    officer: Page, desk_portal: str, paths: list[str], scheme: Scheme
) -> None:
    officer.emulate_media(color_scheme=scheme)
    officer.set_viewport_size({"width": DESK, "height": 900})
    low, found = [], {}
    for path in paths:
        officer.goto(desk_portal + path)
        officer.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        low += [(path, each) for each in officer.evaluate(CONTRAST)]
        if said := findings_of_axe(officer):
            found[path] = said

    assert low == []
    assert found == {}


def test_by_keyboard_alone_a_person_is_proposed_a_value_and_another_officer_approves(
    browser: Browser, officer: Page, desk_portal: str
) -> None:
    officer.goto(desk_portal + "/viec")
    press(officer, "Enter", officer.get_by_role("link", name="Họ và tên có chữ số, ký hiệu lạ"))
    press(officer, "Space", officer.locator("input[name=flag]"))
    tab_to(officer, officer.get_by_label("Một giá trị cho tất cả"))
    officer.keyboard.type("Trần Thị Bưởi")
    group = officer.get_by_role("group", name="Đề nghị sửa")
    tab_to(officer, group.get_by_label("Lý do"))
    officer.keyboard.type("Theo giấy khai sinh")
    officer.keyboard.press("Enter")
    said = officer.get_by_role("status").inner_text()
    officer.goto(desk_portal + "/phe-duyet")
    own = officer.get_by_text("Đề nghị của chính bạn").count()
    second = browser.new_page()
    second.goto(desk_portal + "/dang-nhap")
    tab_to(second, second.get_by_label("Tài khoản"))
    second.keyboard.type(APPROVER)
    second.keyboard.press("Tab")
    second.keyboard.type(PASSWORD)
    second.keyboard.press("Enter")
    press(second, "Enter", second.get_by_role("link", name="Việc của đơn vị"))
    press(second, "Enter", second.get_by_role("link", name="1 việc chờ bạn phê duyệt"))
    change = second.locator(".change-values").inner_text()
    press(second, "Space", second.get_by_role("checkbox"))
    press(second, "Enter", second.get_by_role("button", name="Phê duyệt"))
    approved = second.get_by_role("status").inner_text()
    second.close()

    assert "Đã gửi đề nghị sửa" in said
    assert own == 1
    assert "→ Trần Thị Bưởi" in change
    assert "Đã phê duyệt" in approved


def press(page: Page, key: str, wanted: Locator) -> None:
    """Tab to this and press a key there."""
    tab_to(page, wanted)
    page.keyboard.press(key)


def test_tab_reaches_everything_on_every_page_and_is_never_caught(
    officer: Page, desk_portal: str, paths: list[str]
) -> None:
    wrong = {}
    for path in (*paths, "/viec/tai-len", "/doi-mat-khau"):
        officer.goto(desk_portal + path)
        wrong[path] = what_tab_misses(officer)

    assert {path: each for path, each in wrong.items() if each} == {}


def test_what_is_refused_for_its_state_is_a_page_that_fits_and_is_clean(
    officer: Page, desk_portal: str, paths: list[str]
) -> None:
    officer.goto(f"{desk_portal}{paths[2]}/sua?group=person&row=1&field=dien_thoai")
    officer.locator("input[name=none]").check()
    officer.get_by_label("Lý do").fill("Theo hồ sơ giấy")
    officer.get_by_role("button", name="Gửi đề nghị").click()
    other = officer.context.new_page()
    other.goto(officer.url)  # the same in two windows, before it is taken back in either
    for window in (officer, other):
        window.locator("input[name=chosen]").check()
    officer.get_by_role("button", name="Rút lại").click()
    taken_back = officer.get_by_role("status").inner_text()
    with other.expect_response(lambda answer: answer.request.method == "POST") as answered:
        other.get_by_role("button", name="Rút lại").click()
    said, wrong = other.get_by_role("alert").inner_text(), what_is_wrong(other)
    misses = what_tab_misses(other)
    other.close()

    assert answered.value.status == 409
    assert "Việc này không còn làm được" in said
    assert wrong == misses == {}
    assert "Đã rút lại" in taken_back


def test_an_error_leads_to_its_field(officer: Page, desk_portal: str, paths: list[str]) -> None:
    officer.goto(desk_portal + paths[4])
    officer.get_by_label("Giá trị đúng").fill("30/02/2001")
    officer.get_by_label("Lý do").fill("Theo hồ sơ giấy")
    officer.get_by_role("button", name="Gửi đề nghị").click()
    problem = officer.get_by_role("alert")
    officer.get_by_role("alert").get_by_role("link").click()

    assert "Ngày chưa đúng" in problem.inner_text()
    assert officer.url.endswith("#value")
    assert officer.get_by_label("Giá trị đúng").input_value() == "30/02/2001"
    assert officer.get_by_label("Giá trị đúng").get_attribute("aria-invalid") == "true"


def test_a_stewards_menu_has_codes_and_no_people(browser: Browser, desk_portal: str) -> None:
    page = sign_in(browser.new_page(), desk_portal + "/dang-nhap", STEWARD, PASSWORD)
    menu = page.get_by_role("navigation", name="Mục chính").inner_text()
    page.close()

    assert "Gán mã" in menu
    assert "Tìm hồ sơ" not in menu
