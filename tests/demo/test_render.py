"""A profile turned round: what is rendered reads back as it was."""

import pytest

from sync.contract.profile import DateFormat, Profile
from sync.contract.record import field as contract_field
from sync.demo.country import build_country
from sync.demo.people import Person
from sync.demo.render import Renderer
from sync.demo.units import PROFILES
from sync.sources.profiles import load_profile


def _read(value: object, code: str, profile: Profile) -> str:
    known, text = contract_field(code), str(value)
    if known.kind == "date":
        if profile.date_format in {DateFormat.DMY, DateFormat.DMY_DASH}:
            return f"{text[6:]}-{text[3:5]}-{text[:2]}"
        if profile.date_format is DateFormat.COMPACT:
            return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if known.kind == "decimal":
        return f"{float(text.replace(profile.decimal_mark, '.')):.2f}"
    return profile.codes.get(known.code_list, {}).get(text, text)


def _at(document: object, path: tuple[str, ...]) -> object:
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _wanted(value: str, code: str) -> str:
    return f"{float(value):.2f}" if contract_field(code).kind == "decimal" else value


@pytest.fixture(scope="module")
def people() -> list[Person]:
    country = build_country(4)
    unit = max(country.units, key=lambda known: known.size)
    found = [
        e
        for e in country.entries(unit.unit_code)
        if not country.plan.at(unit.unit_code, e.position)
    ]
    return [entry.person for entry in found[:60]]


@pytest.mark.parametrize("name", PROFILES)
def test_what_is_rendered_reads_back(name: str, people: list[Person]) -> None:
    profile = load_profile(name)
    renderer = Renderer(profile)
    for person in people:
        document = renderer.document(person)
        for mapping in profile.groups:
            content = person.get(mapping.group)
            if not content:
                continue
            place = _at(document, mapping.path)
            rows = content if isinstance(content, list) else [content]
            rows = [row for row in rows if row.keys() & mapping.fields.keys()]
            places = place if isinstance(place, list) else [place]
            assert len(places) == len(rows)
            for row, target in zip(rows, places, strict=True):
                for code in row.keys() & mapping.fields.keys():
                    sent = _at(target, mapping.fields[code])
                    assert _read(sent, code, profile) == _wanted(row[code], code)


def test_every_tag_of_a_message_is_text(people: list[Person]) -> None:
    document = Renderer(load_profile("thong_diep_bnv")).document(people[0])

    def check(part: object) -> None:
        if isinstance(part, dict):
            for value in part.values():
                check(value)
        elif isinstance(part, list):
            assert part
            for value in part:
                check(value)
        else:
            assert isinstance(part, str)

    check(document)
