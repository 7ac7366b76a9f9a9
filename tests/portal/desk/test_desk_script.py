"""The desk with its little script and without any: the same acts, fewer reloads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Request

from sync.demo.people import one
from tests.portal.desk.conftest import OFFICER
from tests.portal.desk.test_desk_acts import cause_address, flags_of, states
from tests.portal.furnished import PASSWORD
from tests.portal.windows import DESK, findings_of_axe, sign_in
from tests.services.village import A, Village

pytestmark = pytest.mark.browser

ANSWER = """
b => { b.click(); b.click(); return [b.form.ariaBusy, b.ariaDisabled, b.textContent]; }
"""


@contextmanager
def window(browser: Browser, portal: str, *, script: bool) -> Iterator[Page]:
    """An officer's window that runs the page's script, or none."""
    context = browser.new_context(
        java_script_enabled=script, viewport={"width": DESK, "height": 900}
    )
    yield sign_in(context.new_page(), portal + "/dang-nhap", OFFICER, PASSWORD)
    context.close()


@pytest.fixture
def scripted(browser: Browser, desk_portal: str) -> Iterator[Page]:
    with window(browser, desk_portal, script=True) as page:
        yield page


@pytest.fixture
def plain(browser: Browser, desk_portal: str) -> Iterator[Page]:
    with window(browser, desk_portal, script=False) as page:
        yield page


def counted(page: Page) -> list[Request]:
    """Forms that the window sends from now on."""
    sent: list[Request] = []
    page.on("request", lambda asked: sent.append(asked) if asked.method == "POST" else None)
    return sent


def ticked(page: Page) -> int:
    return page.locator("input[name=flag]:checked").count()


def test_all_people_of_a_cause_are_ticked_without_a_reload(
    scripted: Page, desk_portal: str, desk_village: Village
) -> None:
    path = cause_address(desk_village, "CR006")
    scripted.goto(desk_portal + path)
    scripted.get_by_label("Lý do").first.fill("Đang gõ dở")
    scripted.get_by_role("link", name="Chọn tất cả").press("Enter")

    assert ticked(scripted) == scripted.locator("input[name=flag]").count() == 4
    assert scripted.url == desk_portal + path
    assert scripted.get_by_label("Lý do").first.input_value() == "Đang gõ dở"


def test_a_form_sent_twice_goes_once_and_says_that_it_is_at_work(
    scripted: Page, desk_portal: str, desk_village: Village
) -> None:
    scripted.goto(desk_portal + cause_address(desk_village, "CR006"))
    sent = counted(scripted)
    button = scripted.get_by_role("button", name="Đề nghị sửa", exact=True)
    with scripted.expect_navigation():
        said = button.evaluate(ANSWER)

    assert said == ["true", "true", "Đang xử lý…"]
    assert len(sent) == 1
    assert "act=propose" in (sent[0].post_data or "")  # which button it was is told
    assert scripted.get_by_role("alert").is_visible()
    assert button.get_attribute("aria-disabled") is None


def test_a_download_says_so_once_and_its_button_comes_back(
    scripted: Page, desk_portal: str, desk_village: Village
) -> None:
    scripted.clock.install()
    scripted.goto(desk_portal + "/viec?lang=en")
    sent = counted(scripted)
    button = scripted.locator(".take-list button")
    was = button.inner_text()
    with scripted.expect_download() as taken:
        said = button.evaluate(ANSWER)
    busy = findings_of_axe(scripted)
    scripted.clock.fast_forward(8_000)

    assert said == ["true", "true", "Working…"]
    assert taken.value.suggested_filename.endswith(".csv")
    assert len(sent) == 1
    assert busy == ""
    assert button.inner_text() == was
    assert button.get_attribute("aria-disabled") is None
    scripted.goto(desk_portal + "/viec?lang=vi")


def test_no_other_script_runs_on_a_page(scripted: Page, desk_portal: str) -> None:
    scripted.goto(desk_portal + "/viec")
    scripted.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.evil = 1';"
        " document.body.append(s); }"
    )

    assert scripted.evaluate("window.evil") is None
    assert scripted.evaluate("document.scripts.length") == 2  # ours, and the one refused


def proposed(page: Page, portal: str, village: Village, sign: Callable[[Page], None]) -> str:
    """All people of the cause get a value each, sent at once; what the page says then."""
    page.goto(portal + cause_address(village, "CA002a"))
    sign(page)
    assert ticked(page) == 2
    for flag, person in zip(
        flags_of(village, "CA002a"), village.houses[A].people[6:8], strict=True
    ):
        day = one(person, "recruitment")["ngay_tuyen_dung"]
        page.locator(f"#value_{flag}").fill("/".join(reversed(day.split("-"))))
    page.locator("#reason").fill("Theo quyết định tuyển dụng")
    page.get_by_role("button", name="Đề nghị sửa", exact=True).click()
    return page.get_by_role("status").inner_text()


@pytest.mark.parametrize("script", [True, False])
def test_two_people_are_chosen_at_once_and_proposed_with_a_script_and_without(
    browser: Browser, desk_portal: str, desk_village: Village, script: bool
) -> None:
    flags = flags_of(desk_village, "CA002a")
    with window(browser, desk_portal, script=script) as page:
        said = proposed(
            page,
            desk_portal,
            desk_village,
            lambda page: page.get_by_role("link", name="Chọn tất cả").click(),
        )
        then = states(desk_village, flags)
        for each in page.locator("input[name=chosen]").all():
            each.check()
        page.get_by_role("button", name="Rút lại").click()
        back = page.get_by_role("status").inner_text()

    assert "Đã gửi đề nghị sửa" in said
    assert then == ["proposed", "proposed"]
    assert "Đã rút lại" in back
    assert states(desk_village, flags) == ["open", "open"]


def test_without_a_script_the_choice_of_all_is_a_page_of_its_own(
    plain: Page, desk_portal: str, desk_village: Village
) -> None:
    path = cause_address(desk_village, "CR006")
    plain.goto(desk_portal + path)
    plain.get_by_role("link", name="Chọn tất cả").click()

    assert plain.url.endswith("all=1")
    assert ticked(plain) == 4
