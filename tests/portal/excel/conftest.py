"""Two units with spoiled records in a real village, and officers who take and bring sheets."""

from collections.abc import Callable, Iterator

import pytest

from sync.demo.people import one
from sync.model.desk import Role
from sync.store.server import EmbeddedServer
from tests.portal.browsing import Reader
from tests.portal.furnished import HOSTILE, Furnished, furnished
from tests.services.sheet_unit import spoiled
from tests.services.village import A, B, Village

OFFICER, COLLEAGUE, APPROVER, OTHER = "canbo.a", "canbo.a2", "duyet.a", "canbo.b"
GRANTS: dict[str, list[tuple[Role, str]]] = {
    OFFICER: [(Role.HR_OFFICER, A)],
    COLLEAGUE: [(Role.HR_OFFICER, A)],
    APPROVER: [(Role.HR_APPROVER, A)],
    OTHER: [(Role.HR_OFFICER, B)],
}


def fill(village: Village) -> None:
    """Two units with spoiled records, after one wave."""
    other = village.add(B, 3, "hrm_con_tro").people
    one(other[0], "person")["email"] = "not an address"
    one(other[1], "person")["ho_va_ten"] = HOSTILE
    spoiled(village)


@pytest.fixture(scope="module")
def place(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    with furnished(server, tmp_path_factory.mktemp("portal-excel"), fill, GRANTS) as place:
        yield place


@pytest.fixture(scope="module")
def excel_village(place: Furnished) -> Village:
    return place.village


@pytest.fixture(scope="module")
def excel_portal(place: Furnished) -> str:
    """The address of a portal over the village."""
    return place.address


@pytest.fixture(scope="module")
def signed_in(place: Furnished) -> Callable[[str], Reader]:
    """A reader signed in with one of the accounts; the same one for a module."""
    return place.signed_in
