"""Whole loops on a running demo: people at their pages, a wave through Airflow, the figures."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from sync.demo.follow import DAG_ID
from sync.demo.orchestra import LOGIN
from sync.services import notify
from tests.e2e import deeds
from tests.e2e.deeds import FEW, OWN_CODE, Done, Figures, figures, states
from tests.e2e.running import RunningDemo, running_demo
from tests.e2e.walking import ENGINEER, Walk, save_pictures
from tests.portal.browsing import Reader
from tests.portal.windows import chromium, sign_in
from tests.sheets.books import NO_SOFFICE, SOFFICE

pytestmark = [pytest.mark.airflow, pytest.mark.browser, pytest.mark.slow]

PEOPLE = 60


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium of the module's own; asked for before the demo, which takes its time."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def demo(browser: Browser) -> Iterator[RunningDemo]:
    with running_demo(PEOPLE) as demo:
        yield demo


@pytest.fixture(scope="module")
def walk(demo: RunningDemo, browser: Browser) -> Iterator[Walk]:
    with Walk(demo, browser) as walk:
        yield walk


@pytest.fixture(scope="module")
def before(walk: Walk) -> Figures:
    """The figures after the first wave, before anybody did anything."""
    return figures(walk)


@pytest.fixture(scope="module")
def corrected(walk: Walk, before: Figures) -> Done:
    """Three people of the first cause of the first desk."""
    return deeds.correct_three(walk)


@pytest.fixture(scope="module")
def mapped(walk: Walk, before: Figures) -> Done:
    """The second desk's own code."""
    return deeds.map_own_code(walk)


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where workbooks lie on an officer's machine."""
    return tmp_path_factory.mktemp("sheets")


@pytest.fixture(scope="module")
def brought_back(walk: Walk, corrected: Done, sheets: Path) -> Done:
    """Another cause of the first desk, as a workbook."""
    return deeds.bring_back(walk, sheets, but=corrected.rule_code)


@pytest.fixture(scope="module")
def waved(walk: Walk, corrected: Done, mapped: Done, brought_back: Done) -> list[str]:
    """One wave for all three; what did not go as it should."""
    return walk.demo.wave()


@pytest.fixture(scope="module")
def after(walk: Walk, waved: list[str]) -> Figures:
    """The figures after the second wave."""
    return figures(walk)


def test_the_demo_starts_with_every_unit_as_its_country_means_it(demo: RunningDemo) -> None:
    assert demo.surprises == []


def test_three_people_are_corrected_from_the_first_cause_of_the_queue(corrected: Done) -> None:
    assert len(corrected.flag_ids) == FEW
    assert "Đã gửi đề nghị sửa" in corrected.said
    assert "Đã phê duyệt" in corrected.approved


def test_people_of_another_unit_are_refused(walk: Walk, corrected: Done) -> None:
    _, officer, approver = walk.demo.desks[1]
    (record,) = walk.demo.rows(
        "SELECT record_id FROM quality.flag WHERE flag_id = :id", id=corrected.flag_ids[0]
    )
    paths = [
        corrected.address,
        f"/viec?unit={corrected.unit_code}",
        f"/phe-duyet?unit={corrected.unit_code}",
        f"/ho-so/{record[0]}",
    ]
    answers = {}
    for login in (officer, approver):
        for path in paths:
            page = walk.window(login)
            answer = page.goto(f"{walk.demo.portal}{path}")
            answers[login, path] = answer and answer.status
            walk.look(page)
            assert page.locator("tr[id^=flag-], .change-values").count() == 0

    assert set(answers.values()) <= {403, 404}


def test_a_code_is_proposed_once_and_approved_by_the_steward(mapped: Done) -> None:
    assert len(mapped.flag_ids) >= FEW
    assert "Đã gửi đề nghị" in mapped.said
    assert "Đã phê duyệt" in mapped.approved


def test_a_workbook_that_came_back_becomes_corrections(brought_back: Done) -> None:
    count = len(brought_back.flag_ids)

    assert count > 1
    assert f"Đã gửi {count} đề nghị sửa." in brought_back.said
    assert "Đã phê duyệt" in brought_back.approved


@pytest.mark.skipif(SOFFICE is None, reason=NO_SOFFICE)
def test_the_workbook_went_through_libreoffice(brought_back: Done, sheets: Path) -> None:
    with zipfile.ZipFile(sheets / "office" / "sheet.xlsx") as book:
        assert b"LibreOffice" in book.read("docProps/app.xml")


def test_the_next_wave_goes_as_it_should_and_the_flags_are_gone(
    walk: Walk, waved: list[str], corrected: Done, mapped: Done, brought_back: Done
) -> None:
    assert waved == []
    for done in (corrected, mapped, brought_back):
        assert set(states(walk.demo, done)) == {"corrected"}, done.rule_code
    page = walk.open(walk.demo.desks[1][1], "/viec")
    assert OWN_CODE not in page.inner_text("main")


def test_the_committees_figures_moved_by_exactly_the_flags_that_are_gone(
    corrected: Done, mapped: Done, brought_back: Done, before: Figures, after: Figures
) -> None:
    mended = [corrected, mapped, brought_back]
    gone = {done.rule_code: len(done.flag_ids) for done in mended}
    blocking = {corrected.unit_code: FEW + len(brought_back.flag_ids)}  # a code is asked about
    moved = {code: before.findings[code] - after.findings.get(code, 0) for code in gone}
    blocked_less = {
        code: count - (after.blocking[code] or 0)
        for code, count in before.blocking.items()
        if count != after.blocking[code]
    }

    assert gone[corrected.rule_code] == FEW
    assert moved == gone
    assert blocked_less == blocking
    assert before.on_page == {code: before.blocking[code] for code in before.on_page}
    assert after.on_page == {code: after.blocking[code] for code in after.on_page}


def test_airflow_has_the_portal_in_its_menu_and_below_sync_it_asks_its_own_sign_in(
    walk: Walk, waved: list[str]
) -> None:
    api = walk.demo.household.api
    plugins = {each["name"]: each for each in api.ask("plugins")["plugins"]}
    menu = {view["href"] for view in plugins["sync_portal"]["external_views"]}
    in_airflow = Reader(walk.demo.airflow)  # signed in to Airflow, and to nothing else
    account = {"username": LOGIN, "password": walk.demo.household.airflow.password}
    token = in_airflow.session.post(f"{walk.demo.airflow}/auth/token", json=account).json()
    in_airflow.session.headers["Authorization"] = f"Bearer {token['access_token']}"
    in_airflow.session.cookies.set("_token", token["access_token"])
    asked = in_airflow.get("/sync/dot")

    assert menu == {"/sync/dot", "/sync/tam-giu", "/sync/ket-noi"}
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sync/dang-nhap?next=%2Fsync%2Fdot"


def test_a_task_leads_to_its_units_page_and_the_page_of_the_wave_back_to_the_task(
    walk: Walk, waved: list[str]
) -> None:
    demo = walk.demo
    unit_code, api = demo.desks[0][0], demo.household.api
    ((run_id,),) = demo.rows("SELECT run_id FROM landing.wave ORDER BY started_at DESC LIMIT 1")
    tasks = api.list_tasks(api.get_run(DAG_ID, run_id))
    pulled = next(t for t in tasks if (t.task_id, t.label) == ("pull", unit_code))
    quoted = quote(run_id, safe="")
    at = f"dags/{DAG_ID}/dagRuns/{quoted}/taskInstances/pull/links"
    links = api.ask(f"{at}?map_index={pulled.map_index}")
    (link,) = links["extra_links"].values()

    page = walk.browser.new_page()
    sign_in(page, f"{demo.airflow}{link}", ENGINEER, demo.passwords[ENGINEER])
    landed = page.url.removeprefix(demo.airflow)
    heading = walk.look(page).get_by_role("heading", level=1).inner_text()
    page.goto(f"{demo.airflow}/sync/dot")
    page.locator("a[href*='/sync/dot/']").first.click()
    back = walk.look(page).locator(f"#{unit_code} a[href*='/tasks/pull/']").first
    href = back.get_attribute("href") or ""
    page.close()

    assert landed == link == f"/sync/don-vi/{unit_code}/ky-thuat"
    assert demo.country.unit(unit_code).name_vi in heading
    assert href.endswith(f"/runs/{quoted}/tasks/pull/mapped/{pulled.map_index}")


def test_digests_for_the_units_wait_in_the_outbox(demo: RunningDemo, waved: list[str]) -> None:
    queued = notify.queue_digests()["digests"]
    waiting = demo.rows(
        "SELECT n.unit_code FROM registry.notice_mail AS m JOIN registry.notice AS n"
        " USING (notice_id) WHERE m.state = 'queued' AND n.kind = 'digest'"
    )

    assert queued == len(waiting) > 0
    assert {demo.desks[0][0], demo.desks[1][0]} <= {unit_code for (unit_code,) in waiting}


def test_pictures_are_taken_of_the_six_main_pages(
    walk: Walk, after: Figures, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("CBCCVC_TEST_PICTURES") or tmp_path)  # noqa: TID251 - a test run has no settings

    taken, wide = save_pictures(walk, folder)

    assert len(taken) == 6 * 2 * 2
    assert wide == []


def test_axe_finds_nothing_on_any_page_that_was_passed(walk: Walk, after: Figures) -> None:
    assert len(walk.looked_at) > 20
    assert walk.against == {}
