"""Windows of a real Chromium, and what is looked for in them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESK = 360, 1280
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

CONTRAST = """
() => {
  const lum = c => { const v = c.slice(0, 3).map(x => x / 255)
    .map(x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
  const read = s => s.match(/[0-9.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) {
    const c = read(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; }
    return [255, 255, 255]; };
  const low = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own) continue;
    const [a, b] = [lum(read(getComputedStyle(e).color)), lum(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push([e.className, e.textContent.trim().slice(0, 20), ratio]);
  }
  return low;
}
"""

FOCUSABLES = """
() => {
  const all = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')];
  window.toReach = all.filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility());
  return window.toReach.map(e => e.tagName + ' ' + (e.innerText || e.name || e.id));
}
"""
FOCUSED = """
() => {
  const e = document.activeElement;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    place: window.toReach.indexOf(e),
    isNowhere: e === document.body,
    isSeen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
      && box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without it the test is skipped, in CI it fails."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "Chromium is not installed: apt-get install chromium."
        if os.environ.get("CI") == "true":  # noqa: TID251 - a test run has no settings
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


def sign_in(page: Page, address: str, login: str, password: str) -> Page:
    """The page after signing in by the form at this address."""
    page.goto(address)
    page.get_by_label("Tài khoản").fill(login)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    return page


def findings_of_axe(page: Page) -> str:
    """What axe has against the page; nothing is an empty report."""
    answer = Axe().run(page, options={"runOnly": WCAG})
    return str(answer.generate_report()) if answer.violations_count else ""


def what_is_wrong(page: Page) -> dict[str, object]:
    """What is wrong with the page as it stands, light and dark: too wide, faint, axe."""
    wrong: dict[str, object] = {}
    size = page.viewport_size
    for width in (PHONE, 768, DESK, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        shown = page.evaluate("document.documentElement.scrollWidth")
        if shown > width:
            wrong[f"width {width}"] = shown
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
        if faint := page.evaluate(CONTRAST):
            wrong[f"contrast {scheme}"] = faint
        if said := findings_of_axe(page):
            wrong[f"axe {scheme}"] = said
    if size is not None:
        page.set_viewport_size(size)
    return wrong


def looked_at(page: Page, address: str) -> dict[str, object]:
    """What is wrong with the page at this address, in either language."""
    wrong: dict[str, object] = {}
    for language in ("en", "vi"):
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        wrong |= {f"{language} {what}": each for what, each in what_is_wrong(page).items()}
    return wrong


def tab_to(page: Page, wanted: Locator, *, limit: int = 200) -> None:
    """Press Tab until this has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if wanted.evaluate("e => e === document.activeElement"):
            return
    pytest.fail(f"{limit} tabs do not lead to {wanted}")


def what_tab_misses(page: Page) -> dict[str, object]:
    """What is wrong with the way that Tab takes through the page, all of it unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    names = page.evaluate(FOCUSABLES)
    way: list[int] = []
    unseen = set()
    for _ in range(6 * len(names) + 20):  # a field of a date has several stops of its own
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        if now["isNowhere"] or (way and now["place"] == way[0] and len(set(way)) > 1):
            break
        if now["place"] >= 0 and now["place"] not in way[-1:]:
            way.append(now["place"])
        if not now["isSeen"]:
            unseen.add(names[now["place"]] if now["place"] >= 0 else "something else")
    else:
        return {"a trap after": names[way[-1]] if way else ""}
    missed = [name for place, name in enumerate(names) if place not in way]
    found = {"missed": missed, "focus not seen": sorted(unseen), "back": way != sorted(way)}
    return {what: each for what, each in found.items() if each}
