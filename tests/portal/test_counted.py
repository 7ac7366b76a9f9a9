"""Every figure of the committee's pages leads, in its own place, to how it is counted."""

import re
from html.parser import HTMLParser

import pytest

from tests.portal.browsing import Reader

PATHS = ("/", "/don-vi/H35", "/don-vi/G01", "/dau-moi", "/so-cong-bo")
FIGURES = {
    "badge",
    "tile-level",
    "number",
    "large",
    "share",
    "tile-count",
    "legend-count",
    "present",
}
PLACES = {"section", "article", "table"}
CARDS = {"card", "page-head", "now-beside", "unit-list"}
VOID = {"meta", "link", "input", "br", "img", "hr"}
RATIOS = ("connected", "synchronised", "completeness", "by-kind", "timeliness", "causes")


class Places(HTMLParser):
    """Figures by the place they stand in, and the definitions that each place leads to."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, int | None, bool, bool]] = []
        self.parents: dict[int, int] = {}
        self.figures: list[tuple[int, str]] = []
        self.leads: dict[int, set[str]] = {0: set()}

    def _place(self) -> int:
        return next((place for _, place, _, _ in reversed(self._open) if place), 0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        found = re.search(r"/dinh-nghia#([\w-]+)$", given.get("href") or "")
        if found:
            self.leads[self._place()].add(found[1])
        if tag in VOID:
            return
        place = None
        if tag in PLACES or classes & CARDS:
            place = len(self.leads)
            self.parents[place] = self._place()
            self.leads[place] = set()
        is_contact = (given.get("href") or "").startswith(("tel:", "mailto:"))
        is_figure = tag in ("dd", "td") or bool(classes & FIGURES)
        self._open.append((tag, place, is_figure, is_contact))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        counts = any(figure for _, _, figure, _ in self._open)
        if counts and re.search(r"\d", data) and not any(mail for *_, mail in self._open):
            self.figures.append((self._place(), data.strip()))

    def led(self, place: int) -> set[str]:
        """What the place leads to; a table may leave it to its section."""
        own = self.leads[place]
        return own if own or place == 0 else self.led(self.parents[place])


@pytest.fixture
def signed_in(portal: str, password: str) -> Reader:
    reader = Reader(portal)
    reader.sign_in(password)
    return reader


@pytest.mark.parametrize("path", PATHS)
def test_every_figure_has_in_its_place_a_way_to_its_definition(
    signed_in: Reader, path: str
) -> None:
    definitions = set(re.findall(r'id="([^"]+)"', signed_in.get("/dinh-nghia").text))
    found = Places()
    found.feed(signed_in.get(path).text)

    outside = [said for place, said in found.figures if place == 0]
    lost = [said for place, said in found.figures if place and not found.led(place)]
    wanted = {name for names in found.leads.values() for name in names}
    assert len(found.figures) >= 5
    assert (outside, lost) == ([], [])
    assert wanted <= definitions


@pytest.mark.parametrize(
    ("section", "definition"),
    [
        ("bang", "present"),
        ("trend", "change"),
        ("timeliness", "timeliness"),
        ("ratio-connected", "connected"),
        ("causes", "waived"),
        ("map", "synchronised"),
    ],
)
def test_a_section_of_the_country_leads_to_its_own_definition(
    signed_in: Reader, section: str, definition: str
) -> None:
    page = signed_in.get("/").text
    part = page[page.index(f'aria-labelledby="{section}"') :]
    part = part[
        : part.index("</section>") if section[:5] != "ratio" else part.index("</article>")
    ]

    assert f'href="/dinh-nghia#{definition}"' in part


def test_the_definition_of_each_ratio_names_its_denominator(signed_in: Reader) -> None:
    page = signed_in.get("/dinh-nghia").text
    said = dict(
        re.findall(r'<div id="([\w-]+)"><dt>.*?</dt><dd>(.*?)</dd></div>', page, re.DOTALL)
    )

    without = [key for key in RATIOS if not re.search(r"[Mm]ẫu số|chia cho|trên số", said[key])]
    assert without == []
