"""People found in the order of their given names, and what the population register said."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sync.contract.record import field
from sync.model.desk import Role
from sync.model.population import PopulationStatus, Verdict
from sync.portal.places import letter_order
from sync.portal.record_view import verdict_on
from sync.portal.speech import LANGUAGES, speech
from sync.services.dispute import dispute_answer, undo_dispute
from sync.services.record import show_record
from sync.services.secrets import value_key
from sync.store import population
from sync.store.population import Batch
from sync.store.records import Verdict as Answer
from sync.store.server import EmbeddedServer
from tests.portal.browsing import Reader
from tests.portal.desk.conftest import OFFICER
from tests.portal.furnished import Furnished, furnished
from tests.services.village import A, Village

NAMES = (
    "Trần Văn Ý", "Đỗ Thị Ánh", "Lê Văn Ân", "Nguyễn Thị An", "Nguyễn Văn Ẩn", "Đặng Thị Dung",
    "Phạm Văn Đức", "Vũ Thị Ơn", "Hồ Văn Ông", "Bùi Thị Oanh", "Trần Văn An", "Đinh Văn An",
    "Ưng Thị Ư", "Lý Văn Uy",
)  # fmt: skip
ASKED = ("ho_va_ten", "gioi_tinh", "ngay_sinh", "so_dinh_danh")


def fill(village: Village) -> None:
    """One unit of people whose names are hard to sort, all asked the same."""
    house = village.add(A, len(NAMES))
    for position, name in enumerate(NAMES):
        house.main(position).update(ho_va_ten=name, email="not an address")
    village.wave()


@pytest.fixture(scope="module")
def place(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    grants = {OFFICER: [(Role.HR_OFFICER, A)]}
    with furnished(server, tmp_path_factory.mktemp("portal-people"), fill, grants) as place:
        yield place


@pytest.fixture
def officer(place: Furnished) -> Reader:
    return place.signed_in(OFFICER)


def found(reader: Reader, **asked: str) -> list[str]:
    """Names of the people found, as the page lists them."""
    answer = reader.post("/tim", token=reader.form_token("/tim"), **asked)
    assert answer.status_code == 200
    return re.findall(r'<th scope="row"><a href="/ho-so/\d+">([^<]+)</a>', answer.text)


def by_given_name(name: str) -> tuple[object, ...]:
    """Given name first, then the rest, in the order of Vietnamese letters."""
    rest, _, given = name.rpartition(" ")
    return letter_order(given), letter_order(rest)


def test_people_found_stand_in_the_order_of_vietnamese_given_names(officer: Reader) -> None:
    listed = found(officer, rule="ID017b")

    assert sorted(listed) == sorted(NAMES)
    assert listed == sorted(NAMES, key=by_given_name)
    assert listed[:3] == ["Đinh Văn An", "Nguyễn Thị An", "Trần Văn An"]


def test_the_age_of_a_question_finds_exactly_who_waits_so_long(
    officer: Reader, place: Furnished
) -> None:
    village = place.village
    village.rows("UPDATE quality.flag SET since = now() - interval '1 day' RETURNING 1")
    record = record_of(village, "Vũ Thị Ơn")
    village.rows(
        "UPDATE quality.flag SET since = now() - interval '31 days'"
        " WHERE record_id = :r AND rule_code = 'ID017b' RETURNING 1",
        r=record,
    )

    assert found(officer, age="30") == ["Vũ Thị Ơn"]
    assert found(officer, age="7") == ["Vũ Thị Ơn"]
    assert found(officer, age="90") == []
    assert found(officer, age="30", name="oanh") == []


def record_of(village: Village, name: str) -> int:
    """The record of the only person of this name."""
    return int(
        village.one("SELECT record_id FROM register.directory WHERE ho_va_ten = :n", n=name)
    )


def answer(village: Village, record_id: int, said: Verdict) -> None:
    """The population register's answer about the values that the register holds now."""
    now = village.clock()
    with village.db.transaction() as conn:
        people = population.list_asked(conn, [record_id], value_key())
        assert len(people) == 1
        batch = Batch(A, people, now, now + timedelta(days=30))
        population.set_verdicts(conn, batch, {record_id: said})


def told(reader: Reader, record_id: int) -> dict[str, str]:
    """Field by name -> what the last column says of it, differing or folded."""
    page = reader.get(f"/ho-so/{record_id}").text
    rows = re.findall(
        r'<th scope="row">([^<]+)</th>(?:(?!</tr>).)*?<td data-label="CSDL dân cư">'
        r'<span class="[^"]+">([^<]+)</span>',
        page,
        re.DOTALL,
    )
    return dict(rows)


MISMATCHED, CLOSE = PopulationStatus.MISMATCHED, True
WORDS = (
    (None, ("chưa kiểm tra",) * 4),
    (Verdict(PopulationStatus.MATCHED), ("khớp",) * 4),
    (Verdict(MISMATCHED, ("ngay_sinh",)), ("khớp", "khớp", "không khớp", "khớp")),
    (
        Verdict(MISMATCHED, ("ho_va_ten", "gioi_tinh")),
        ("không khớp", "không khớp", "khớp", "khớp"),
    ),
    (
        Verdict(MISMATCHED, ("ho_va_ten",), CLOSE),
        ("khác dấu hoặc chữ hoa", "khớp", "khớp", "khớp"),
    ),
    (
        Verdict(PopulationStatus.NOT_FOUND),
        ("chưa kiểm tra", "chưa kiểm tra", "chưa kiểm tra", "không tìm thấy số này"),
    ),
)


@pytest.mark.parametrize(("said", "words"), WORDS)
def test_what_the_population_check_said_stands_beside_what_is_held(
    officer: Reader, place: Furnished, said: Verdict | None, words: tuple[str, ...]
) -> None:
    record = record_of(place.village, NAMES[WORDS.index((said, words))])
    if said is not None:
        answer(place.village, record, said)

    cells = told(officer, record)

    assert tuple(cells[field(code).name_vi] for code in ASKED) == words
    assert cells[field("email").name_vi] == "không kiểm tra"


def test_a_disputed_answer_is_told_as_disputed_until_the_dispute_is_taken_back(
    officer: Reader, place: Furnished
) -> None:
    village, record = place.village, record_of(place.village, "Lý Văn Uy")
    answer(village, record, Verdict(MISMATCHED, ("gioi_tinh",)))
    dispute_answer(
        record, actor="an", reason="Đã đối chiếu", db=village.db, clock=village.clock
    )
    disputed = told(officer, record)
    undo_dispute(record, actor="an", reason="Nhầm", db=village.db, clock=village.clock)
    again = told(officer, record)

    assert {disputed[field(code).name_vi] for code in ASKED} == {"đang được đơn vị phản ánh"}
    assert again[field("gioi_tinh").name_vi] == "không khớp"


def test_an_answer_about_other_values_says_nothing_of_these(
    officer: Reader, place: Furnished
) -> None:
    village, record = place.village, record_of(place.village, "Ưng Thị Ư")
    answer(village, record, Verdict(PopulationStatus.MATCHED))
    village.rows(
        "UPDATE quality.population_check SET asked_hmac = 'of other values'"
        " WHERE record_id = :r RETURNING 1",
        r=record,
    )

    assert told(officer, record)[field("ho_va_ten").name_vi] == "chưa kiểm tra"


def test_every_verdict_is_a_word_of_both_catalogues(place: Furnished) -> None:
    record = record_of(place.village, "Hồ Văn Ông")
    sheet = show_record(record, db=place.village.db, clock=place.village.clock)
    now = place.village.clock()

    def on(code: str, verdict: Answer | None) -> str:
        return verdict_on(field(code), replace(sheet, verdict=verdict))

    def said(status: str, answer: str, *fields: str, close: bool = False) -> Answer:
        return Answer(status, answer, fields, close, now, now, None)

    close = said("mismatched", "mismatched", "ho_va_ten", "ngay_sinh", close=True)
    lost = said("not_found", "not_found")
    heard = {
        on("email", close): "",
        on("ho_va_ten", None): "unknown",
        on("ho_va_ten", close): "close",
        on("ngay_sinh", close): "differs",
        on("gioi_tinh", close): "agrees",
        on("so_dinh_danh", lost): "not_found",
        on("ho_va_ten", said("disputed", "mismatched", "ho_va_ten")): "disputed",
    }

    assert heard == {word: word for word in heard}
    assert on("ho_va_ten", lost) == "unknown"
    assert on("so_dinh_danh", said("disputed", "not_found")) == "disputed"
    for language in LANGUAGES:
        assert all(speech(language).knows(f"verdict.{w or 'not_asked'}") for w in heard)
