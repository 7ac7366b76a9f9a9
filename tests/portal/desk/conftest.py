"""Two units with spoiled records in a real village, and the people who work at their desks."""

from collections.abc import Callable, Iterator

import pytest

from sync.demo.people import Person, one
from sync.model.desk import Role
from sync.store.server import EmbeddedServer
from tests.portal.browsing import Reader
from tests.portal.furnished import HOSTILE, Furnished, furnished
from tests.services.village import A, B, C, Village

OFFICER, APPROVER, OTHER, BOTH = "canbo.a", "duyet.a", "canbo.b", "canbo.haidonvi"
LEAVER, ADMINISTRATOR = "duyet.thoi", "quantri"
STEWARD, STAFF, IDLE = "quanly", "uyban.xem", "canbo.c"
GRANTS: dict[str, list[tuple[Role, str]]] = {
    OFFICER: [(Role.HR_OFFICER, A)],
    APPROVER: [(Role.HR_APPROVER, A), (Role.HR_OFFICER, A)],
    LEAVER: [(Role.HR_APPROVER, A), (Role.HR_OFFICER, A)],
    ADMINISTRATOR: [(Role.ADMINISTRATOR, "")],
    OTHER: [(Role.HR_OFFICER, B), (Role.HR_APPROVER, B)],
    BOTH: [(Role.HR_OFFICER, A), (Role.HR_OFFICER, B)],
    IDLE: [(Role.HR_OFFICER, C)],
    STEWARD: [(Role.STEWARD, "")],
    STAFF: [(Role.COMMITTEE, "")],
}
UNKNOWN_RANK = "CV-01"
PEOPLE = 14


def spoil(people: list[Person]) -> None:
    """An unknown code in four records, a number with blanks, a hostile name, a wrong day."""
    for person in people[:4]:
        one(person, "salary_current")["sal_ma_ngach"] = UNKNOWN_RANK
    number = one(people[4], "person")["so_dinh_danh"]
    one(people[4], "person")["so_dinh_danh"] = f"{number[:3]} {number[3:6]} {number[6:]}"
    one(people[5], "person")["ho_va_ten"] = HOSTILE
    one(people[6], "recruitment")["ngay_vao_co_quan"] = "1970-01-01"
    one(people[7], "recruitment")["ngay_vao_co_quan"] = "1970-01-01"
    one(people[8], "person")["ton_giao"] = "ZZ"


def fill(village: Village) -> None:
    """Two units with spoiled records and one without, after one wave."""
    spoil(village.add(A, PEOPLE).people)
    spoil(village.add(B, PEOPLE, "hrm_con_tro").people)
    village.add(C, 2)
    village.wave()


@pytest.fixture(scope="module")
def place(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    with furnished(server, tmp_path_factory.mktemp("portal-desk"), fill, GRANTS) as place:
        yield place


@pytest.fixture(scope="module")
def desk_village(place: Furnished) -> Village:
    return place.village


@pytest.fixture(scope="module")
def desk_portal(place: Furnished) -> str:
    """The address of a portal over the village."""
    return place.address


@pytest.fixture(scope="module")
def signed_in(place: Furnished) -> Callable[[str], Reader]:
    """A reader signed in with one of the accounts; the same one for a module."""
    return place.signed_in


@pytest.fixture(scope="module")
def records_of(desk_village: Village) -> Callable[[str], list[int]]:
    """The record ids of a unit, in the order of its people."""

    def listed(unit_code: str) -> list[int]:
        rows = desk_village.rows(
            "SELECT record_id FROM landing.record WHERE unit_code = :u ORDER BY record_id",
            u=unit_code,
        )
        return [row[0] for row in rows]

    return listed
