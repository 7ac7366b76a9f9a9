"""People of a demo before their windows: what they do there, and what each page looks like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.sync_api import Browser, Page

from tests.e2e.running import PaperFiles, RunningDemo, place_of
from tests.portal.windows import DESK, PHONE, findings_of_axe, sign_in

STEWARD, ENGINEER, COMMITTEE = "danhmuc", "kysu", "theodoi"
TALLEST = 3000
REASON = "Đối chiếu hồ sơ giấy"
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
HEIGHT = 900
BLOCKING = "sort=blocking"
KEYS = "SELECT record_id, local_key FROM landing.record WHERE has_key"
PLACE = re.compile(r"ho-so/(\d+)#f-(\w+)-1-(\w+)$")
FIRST = ".causes .cause-what a"


@dataclass
class Walk:
    """Windows of the demo's people; what axe has against any page they pass."""

    demo: RunningDemo
    browser: Browser
    against: dict[str, str] = field(default_factory=dict)
    looked_at: list[str] = field(default_factory=list)
    _pages: dict[str, Page] = field(default_factory=dict)

    def window(self, login: str) -> Page:
        """The window in which this account is signed in to the portal; one each."""
        if login not in self._pages:
            page = self.browser.new_page(
                viewport={"width": DESK, "height": HEIGHT}, locale="vi-VN"
            )
            page.goto(f"{self.demo.portal}/dang-nhap")
            self.look(page)
            sign_in(page, page.url, login, self.demo.passwords[login])
            self._pages[login] = page
        return self._pages[login]

    def open(self, login: str, path: str) -> Page:
        """A page of the portal, looked at."""
        page = self.window(login)
        page.goto(f"{self.demo.portal}{path}")
        return self.look(page)

    def look(self, page: Page) -> Page:
        """Let axe look at where the window is now."""
        self.looked_at.append(page.url)
        if said := findings_of_axe(page):
            self.against[page.url] = said
        return page

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for page in self._pages.values():
            page.close()


@dataclass(frozen=True)
class Line:
    """One person on the page of a cause, and what the file on paper says of the field."""

    flag_id: int
    record_id: int
    column: str
    on_paper: str


@dataclass(frozen=True)
class Cause:
    """One task of a unit, and its people whose files on paper say something else."""

    address: str
    rule_code: str
    lines: list[Line]


def find_cause(walk: Walk, login: str, at_least: int, but: str = "") -> Cause:
    """The first cause of the queue that so many files answer; the window stays at it."""
    page, files = walk.open(login, "/viec"), Files(walk.demo)
    for address in [each.get_attribute("href") or "" for each in page.locator(FIRST).all()]:
        page.goto(f"{walk.demo.portal}{address}")
        rule_code = address.partition("rule=")[2].partition("&")[0]
        lines = [line for line in _lines(page, files) if line.on_paper]
        if len(lines) >= at_least and rule_code != but:
            walk.look(page)
            return Cause(address, rule_code, lines)
    raise LookupError(f"No cause of {login} has {at_least} people whose files answer it.")


def flags_on(page: Page) -> list[int]:
    """Flags on the page of a cause about which something can be done."""
    boxes = page.locator("input[name=flag]").all()
    return [int(box.get_attribute("value") or 0) for box in boxes]


def _lines(page: Page, files: "Files") -> Iterator[Line]:
    for flag_id in flags_on(page):
        href = page.locator(f"#flag-{flag_id} th a").get_attribute("href") or ""
        if found := PLACE.search(href):
            record_id, group, field_code = int(found[1]), found[2], found[3]
            on_paper = files.answer(record_id, group, field_code)
            yield Line(flag_id, record_id, f"{group}.{field_code}", on_paper)


class Files:
    """The files on paper, by record."""

    def __init__(self, demo: RunningDemo) -> None:
        self._country, self._paper = demo.country, PaperFiles(demo.country)
        self._keys = dict(demo.rows(KEYS))

    def answer(self, record_id: int, group: str, field_code: str) -> str:
        """What the file says, as people write it; empty where the source says the same."""
        key = self._keys.get(record_id, "")
        if not key:
            return ""
        said = self._country.entry(*place_of(key)).person.get(group)
        meant = self._paper.of(key).get(group)
        if not isinstance(said, dict) or not isinstance(meant, dict):
            return ""  # of lists the page alone knows which row
        value = meant.get(field_code, "")
        day = ISO_DAY.fullmatch(value)
        written = f"{day[3]}/{day[2]}/{day[1]}" if day else value
        return "" if value == said.get(field_code) else written


def approve_all(page: Page, count: int) -> str:
    """The second officer's window at /phe-duyet: choose what waits, agree; what was said."""
    boxes = page.get_by_role("checkbox")
    assert boxes.count() == count
    for box in boxes.all():
        box.check()
    page.get_by_role("button", name="Phê duyệt", exact=True).click()
    return page.get_by_role("status").inner_text()


def figure_of(page: Page, unit_code: str) -> int:
    """The unit's blocking findings in the table of the committee's page, in Vietnamese."""
    titles = page.locator("table.units thead th a").all()
    names = [title.get_attribute("href") or "" for title in titles]
    column = next(n for n, name in enumerate(names) if BLOCKING in name)
    row = page.locator(f"table.units tbody tr:has(a[href*='/don-vi/{unit_code}'])")
    return int(row.locator("th, td").nth(column).inner_text().replace(".", ""))


def save_pictures(walk: Walk, folder: Path) -> tuple[list[Path], list[str]]:
    """The six main pages, both languages, desk and phone; files, and which are too wide."""
    folder.mkdir(parents=True, exist_ok=True)
    taken, wide = [], []
    for name, (login, path) in _main_pages(walk).items():
        window = walk.open(login, path)
        for language, width in product(("vi", "en"), (DESK, PHONE)):
            window.set_viewport_size({"width": width, "height": HEIGHT})
            window.goto(f"{walk.demo.portal}{path}{_asks(path)}{language}")
            taken.append(folder / f"{name}-{language}-{width}.png")
            tall = window.evaluate("document.documentElement.scrollHeight")
            clip = {"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)}
            window.screenshot(path=str(taken[-1]), full_page=True, clip=clip)
            if window.evaluate("document.documentElement.scrollWidth") > width:
                wide.append(taken[-1].name)
        window.set_viewport_size({"width": DESK, "height": HEIGHT})
    return taken, wide


def _main_pages(walk: Walk) -> dict[str, tuple[str, str]]:
    """Who looks at which page: a unit's queue, a code of its own, a record, figures, runs."""
    unit_code, officer, _ = walk.demo.desks[0]
    window = walk.open(officer, "/viec")
    cause = window.locator(".cause-acts a[href$='#gan-ma']").first.get_attribute("href") or ""
    window.goto(f"{walk.demo.portal}{window.locator(FIRST).first.get_attribute('href')}")
    record = window.locator("tr[id^=flag-] th a").first.get_attribute("href") or ""
    return {
        "queue": (officer, "/viec"),
        "cause": (officer, cause.partition("#")[0]),
        "record": (officer, record.partition("#")[0]),
        "country": (COMMITTEE, "/"),
        "unit": (COMMITTEE, f"/don-vi/{unit_code}"),
        "runs": (ENGINEER, "/dot"),
    }


def _asks(path: str) -> str:
    return "&lang=" if "?" in path else "?lang="
