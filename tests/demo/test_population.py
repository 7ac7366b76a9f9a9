"""The pretend population register: wrong about those whom the truth names, and nobody else."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random

import pytest

from sync.demo.country import Country, TruthLine, build_country
from sync.demo.defects_population import EDGES, KINDS
from sync.demo.people import one
from sync.demo.placing import Plan
from sync.demo.population import PopulationDesk
from sync.demo.protocols import Asked
from sync.demo.registry import POPULATION_SECRET, demo_secrets, population_secret
from sync.demo.serve import POPULATION, CountryServer, serving
from sync.model.errors import SourceRejectedError
from sync.model.population import AskedPerson, PopulationStatus, Verdict
from sync.sources.http import Limits
from sync.sources.population import Access, JsonPopulationRegister, TokenBucket

OTHER = PopulationStatus.MISMATCHED
VERDICTS = {
    "register_name_plain": Verdict(OTHER, ("ho_va_ten",), is_name_close=True),
    "register_name_spaced": Verdict(OTHER, ("ho_va_ten",), is_name_close=True),
    "register_other_name": Verdict(OTHER, ("ho_va_ten",)),
    "register_born_next_day": Verdict(OTHER, ("ngay_sinh",)),
    "register_born_new_year": Verdict(OTHER, ("ngay_sinh",)),
    "register_other_sex": Verdict(OTHER, ("gioi_tinh",)),
    "register_nobody": Verdict(PopulationStatus.NOT_FOUND),
    "register_year_only": Verdict(PopulationStatus.MATCHED),
}


@pytest.fixture(scope="module")
def country() -> Country:
    return build_country(6)


@pytest.fixture(scope="module")
def server(country: Country) -> Iterator[CountryServer]:
    with serving(country) as running:
        yield running


def ours(server: CountryServer, secret: str, waits: list[float]) -> JsonPopulationRegister:
    access = Access(f"{server.base_url}{POPULATION}", "bearer", secret)
    return JsonPopulationRegister(access, Limits(), TokenBucket(1000), waits.append)


def asked_about(country: Country, unit_code: str, position: int, record_id: int) -> AskedPerson:
    """The person as the unit's system describes them."""
    main = one(country.entry(unit_code, position).person, "person")
    born = main["ngay_sinh"]
    return AskedPerson(
        record_id, main["so_dinh_danh"], main["ho_va_ten"], date.fromisoformat(born),
        main["gioi_tinh"],
    )  # fmt: skip


def position_of(line: TruthLine) -> int:
    return int(line.local_key[-6:]) - 1


def test_it_is_wrong_about_those_the_truth_names_and_in_the_way_it_says(
    country: Country, server: CountryServer
) -> None:
    lines = [line for line in country.truth() if (line.kind or line.edge) in VERDICTS]
    batch = [
        asked_about(country, line.unit_code, position_of(line), number)
        for number, line in enumerate(lines)
    ]
    register = ours(server, population_secret(country), [])
    said = dict(register.verify(batch))
    register.close()

    assert said == {n: VERDICTS[line.kind or line.edge] for n, line in enumerate(lines)}
    counts = Counter(line.kind for line in lines if line.kind)
    assert set(counts) == {kind.code for kind in KINDS}
    assert min(counts.values()) >= 20
    assert {line.edge for line in lines if line.edge} == {edge.code for edge in EDGES}
    assert all(line.is_elsewhere for line in lines if line.kind)


def test_it_agrees_about_everybody_else(country: Country) -> None:
    desk = PopulationDesk(country)
    unit = max(country.units, key=lambda each: each.size)
    wrong = {position_of(x) for x in country.truth() if x.unit_code == unit.unit_code}
    sound = [position for position in range(unit.size) if position not in wrong]
    for position in sound[:300]:
        main = one(country.entry(unit.unit_code, position).person, "person")
        assert desk.find(main["so_dinh_danh"]) == {
            "ho_ten": main["ho_va_ten"],
            "ngay_sinh": main["ngay_sinh"],
            "gioi_tinh": main["gioi_tinh"],
        }


def test_it_knows_everybody_of_a_country_that_uses_each_serial_twice() -> None:
    country = build_country(7, people=20_000)
    country.__dict__["plan"] = Plan()  # a cached property: nobody is special
    desk, random = PopulationDesk(country), Random(1)  # noqa: S311 - not a secret
    for _ in range(100):
        unit = random.choice(country.units)
        position = random.randrange(unit.size)
        number = one(country.entry(unit.unit_code, position).person, "person")["so_dinh_danh"]
        assert desk.find(number) is not None


def test_nobody_has_a_number_that_was_never_given(country: Country) -> None:
    desk = PopulationDesk(country)

    assert desk.find("001085" + "000000") is None
    assert desk.find("999999" + "999999") is None


def test_now_and_then_it_says_later_and_is_asked_again(
    country: Country, server: CountryServer
) -> None:
    waits: list[float] = []
    register = ours(server, demo_secrets(country)[POPULATION_SECRET], waits)
    person = asked_about(country, country.units[0].unit_code, 0, 1)
    for _ in range(45):
        assert 1 in register.verify([person])
    register.close()

    assert waits == [1.0]


def test_it_wants_its_own_credential_and_a_question(
    country: Country, server: CountryServer
) -> None:
    register = ours(server, "another", [])
    with pytest.raises(SourceRejectedError, match="401"):
        register.verify([asked_about(country, country.units[0].unit_code, 0, 1)])
    register.close()
    desk = PopulationDesk(country)
    headers = {"authorization": f"Bearer {population_secret(country)}"}

    assert desk.answer(Asked("GET", "/doi-chieu", "", headers)).status == 404
    assert desk.answer(Asked("POST", "/khac", "", headers)).status == 404
    for body in (b"", b"[]", b'{"yeu_cau":[{"ref":"a"}]}', b'{"yeu_cau":7}'):
        assert desk.answer(Asked("POST", "/doi-chieu", "", headers, body)).status == 400
