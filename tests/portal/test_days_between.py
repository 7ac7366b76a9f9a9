"""Days on which no wave measured: every page, sheet and feed knows them, as the ledger does."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import requests

from sync.model.desk import Role
from sync.portal.app import Ways, create_app
from sync.services import notify
from sync.services.notice_book import set_address
from sync.services.permissions import operator
from sync.services.status import build_status
from sync.store import facts
from sync.store.notices import Address
from sync.store.server import EmbeddedServer
from tests.portal.browsing import Reader, text_of
from tests.portal.conftest import running
from tests.portal.furnished import Furnished, furnished, now
from tests.portal.pdf_text import pdf_text, squeezed
from tests.services.village import A, B, Village

FIRST, BETWEEN, LAST = date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 27)
STAFF = "uyban.xem"
TOKEN = "a-token-of-the-feed"  # noqa: S105 - known to this portal only


def fill(village: Village) -> None:
    """Waves on day 0 and day 4; what was broken on day 0 is repaired on day 4."""
    village.add(A, 20)
    village.houses[A].main(0)["dan_toc"] = "Q0"
    village.add(B, 3)
    village.wave()
    village.day = 4
    village.houses[A].main(0)["dan_toc"] = "01"
    del village.houses[A].people[10:]
    village.houses[B].announced = 9
    village.wave()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal-days")


@pytest.fixture(scope="module")
def place(server: EmbeddedServer, folder: Path) -> Iterator[Furnished]:
    with furnished(server, folder, fill, {STAFF: [(Role.COMMITTEE, "")]}) as place:
        yield place


@pytest.fixture(scope="module")
def feed(server: EmbeddedServer, folder: Path, place: Furnished) -> Iterator[str]:
    """The feed over the same village."""
    name = folder.name.replace("-", "_")
    ways = Ways.open(lambda role: server.url(role, name))
    secrets = folder / "portal-secrets"
    app = create_app(ways, is_public=False, clock=now, secrets_dir=secrets)
    app.state.find_token = {TOKEN: frozenset({"scorecard"})}.get
    with running(app) as address:
        yield f"{address}/api/v1/scorecard"
    ways.close()


@pytest.fixture
def reader(place: Furnished) -> Reader:
    return place.signed_in(STAFF)


def test_the_page_of_a_day_between_two_waves_is_the_status_of_that_day(
    place: Furnished, reader: Reader
) -> None:
    village = place.village
    status = build_status(BETWEEN, db=village.db, clock=village.clock)
    with village.db.transaction() as conn:
        shown = {unit.unit_code: unit for unit in facts.list_unit_days(conn, BETWEEN)}

    words = text_of(reader.get(f"/?as_of={BETWEEN}"))

    connected = status["connected"]
    assert f"từ mức 1 trở lên {connected['count']} /{connected['of']} đơn vị" in words
    assert "Số liệu ngày 25/11/2026" in words
    assert "tính lại từ sổ ghi, theo những gì đã biết lúc 00:00 26/11/2026" in words
    assert [
        (unit["unit_code"], *(getattr(shown[unit["unit_code"]], name) for name in COUNTED))
        for unit in status["units"]
    ] == [(unit["unit_code"], *(unit[name] for name in COUNTED)) for unit in status["units"]]
    a = next(unit for unit in status["units"] if unit["unit_code"] == A)
    assert (a["level"], a["live"]) == (0, 20)


COUNTED = (
    *("level", "expected", "announced", "received", "live", "stale", "quarantined"),
    *("blocking_findings", "other_findings", "waived_findings"),
)


def test_feed_sheet_and_report_of_that_day_say_the_same(
    place: Furnished, reader: Reader, feed: str
) -> None:
    village = place.village
    status = build_status(BETWEEN, db=village.db, clock=village.clock)
    answer = requests.request(
        "GET",
        f"{feed}?as_of={BETWEEN}",
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=30,
    ).json()
    sheet = reader.get(f"/bang-don-vi.csv?as_of={BETWEEN}").content.decode("utf-8-sig")
    report = pdf_text(reader.get(f"/bao-cao.pdf?as_of={BETWEEN}").content)

    assert (answer["as_of"], answer["connected"]) == (BETWEEN.isoformat(), status["connected"])
    assert {unit["unit_code"]: (unit["level"], unit["live"]) for unit in answer["units"]} == {
        unit["unit_code"]: (unit["level"], unit["live"]) for unit in status["units"]
    }
    lines = list(csv.reader(io.StringIO(sheet)))
    assert {line[1]: line[4] for line in lines[1:]} == {
        unit["unit_code"]: str(unit["level"]) for unit in status["units"]
    }
    assert squeezed("Số liệu đến hết ngày 25/11/2026") in report


def test_causes_of_a_past_day_are_those_that_stood_then(place: Furnished) -> None:
    with place.village.db.transaction() as conn:
        causes = {
            day: {c.rule_code for c in facts.list_causes(conn, day, with_restricted=True)}
            for day in (FIRST, BETWEEN, LAST)
        }

    assert causes[FIRST] == causes[BETWEEN] != set()
    assert causes[BETWEEN].isdisjoint(causes[LAST])


def test_a_unit_and_the_days_before_the_first_entry_have_an_answer(reader: Reader) -> None:
    unit = text_of(reader.get(f"/don-vi/{A}?as_of={BETWEEN}"))
    for path in ("/", f"/don-vi/{A}"):
        before = reader.get(f"{path}?as_of=2026-11-20")
        assert "Chưa có số liệu ngày 20/11/2026." in before.text
        assert f'href="{path}?as_of={LAST}"' in before.text

    assert "Số liệu ngày 25/11/2026" in unit
    assert "Mức 0" in unit


def test_a_long_gap_is_filled_by_several_waves_newest_first(place: Furnished) -> None:
    village = place.village
    village.day = 44
    village.wave()
    after_one = days_of(village)
    village.wave()

    assert after_one[:5] == [FIRST.replace(day=23 + n) for n in range(5)]
    assert len(after_one) == 5 + 31 + 1
    assert len(days_of(village)) == 45


def test_a_fall_is_measured_against_the_last_wave_not_against_a_day_computed_later(
    place: Furnished,
) -> None:
    village = place.village
    day = village.clock().date()
    contact = Address(B, "tccb@b.example", ("level",), day, None, "")
    tools = {"db": village.db, "clock": village.clock}
    set_address(contact, actor=operator("mai"), **tools)
    village.houses[B].announced = None
    village.wave()
    village.houses[B].announced = 9
    village.day += 6
    village.wave()

    assert notify.queue_alerts(**tools)["levels"] == 1
    told = village.rows("SELECT about_on FROM registry.notice WHERE kind = 'level'")
    assert told == [(village.clock().date(),)]


def days_of(village: Village) -> list[date]:
    return [row[0] for row in village.rows("SELECT as_of FROM facts.headline ORDER BY 1")]
