"""The pretend systems over real sockets, asked by the real connectors."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sync.demo.country import Country, build_country
from sync.demo.files import write_all
from sync.demo.registry import (
    REFUSING_ADDRESS,
    demo_headcounts,
    demo_secrets,
    demo_sources,
    write_secrets,
)
from sync.demo.serve import CountryServer, serving
from sync.demo.units import PROFILES, Fault
from sync.model.errors import SourceRejectedError, SourceUnavailableError
from sync.model.source import Connector, Source
from sync.model.states import DocumentProblem
from sync.sources.connect import open_connector
from sync.sources.profiles import load_profile

PEOPLE = 12


@pytest.fixture(scope="module")
def country() -> Country:
    return build_country(5, people=PEOPLE)


@pytest.fixture(scope="module")
def files(country: Country, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_all(country, folder)
    return folder


@pytest.fixture(scope="module")
def server(country: Country) -> Iterator[CountryServer]:
    with serving(country, token_life_s=1.0) as running:
        yield running


@pytest.fixture(scope="module")
def sources(country: Country, server: CountryServer, files: Path) -> dict[str, Source]:
    return {s.unit_code: s for s in demo_sources(country, server.base_url, files)}


def _connector(country: Country, source: Source, attempts: int = 4) -> Connector:
    secret = demo_secrets(country).get(source.secret_name or "")
    profile = load_profile(source.profile_name)
    return open_connector(source, profile, secret, timeout_s=10, attempts=attempts)


def _of_fault(country: Country, fault: Fault) -> str:
    return next(unit.unit_code for unit in country.units if unit.fault is fault)


@pytest.mark.parametrize("profile_name", PROFILES)
def test_each_product_sends_what_it_announces(
    country: Country, sources: dict[str, Source], profile_name: str
) -> None:
    units = [u for u in country.units if u.profile_name == profile_name and u.is_answering]
    for unit in units[:4]:
        connector = _connector(country, sources[unit.unit_code])
        pages = list(connector.pages())
        connector.close()
        received = sum(len(page.documents) for page in pages)
        assert received == pages[-1].announced == country.announced(unit.unit_code)
        expected = [entry.local_key for entry in country.entries(unit.unit_code)]
        keyless = {x.local_key for x in country.truth() if x.is_keyless}
        sent = [d.local_key for page in pages for d in page.documents]
        assert sorted(filter(None, sent)) == sorted(k for k in expected if k not in keyless)


def test_asked_twice_every_document_is_the_same(
    country: Country, sources: dict[str, Source]
) -> None:
    unit = next(u for u in country.units if u.profile_name == "hrm_con_tro" and u.is_answering)
    answers = []
    for _ in range(2):
        connector = _connector(country, sources[unit.unit_code])
        answers.append([d.content_sha256 for page in connector.pages() for d in page.documents])
        connector.close()

    assert answers[0] == answers[1]


def test_what_only_the_sending_can_spoil_is_seen_by_the_connector(
    country: Country, sources: dict[str, Source]
) -> None:
    wanted = {
        "nul_in_text": DocumentProblem.NUL,
        "no_key": DocumentProblem.NO_KEY,
        "repeated_json_key": DocumentProblem.REPEATED_KEY,
        "secret_field_sent": DocumentProblem.SECRET_FIELD,
    }
    for kind, problem in wanted.items():
        lines = [x for x in country.truth() if x.kind == kind]
        for code in {line.unit_code for line in lines}:
            connector = _connector(country, sources[code])
            found = [d for page in connector.pages() for d in page.documents]
            connector.close()
            count = sum(1 for line in lines if line.unit_code == code)
            assert sum(1 for d in found if problem in d.problems) == count


def test_the_unit_that_is_down_refuses(country: Country, sources: dict[str, Source]) -> None:
    source = sources[_of_fault(country, Fault.DOWN)]
    connector = _connector(country, source, attempts=1)

    assert source.address.startswith(REFUSING_ADDRESS)
    with pytest.raises(SourceUnavailableError):
        list(connector.pages())
    connector.close()


def test_the_slow_unit_says_later_twice_and_then_answers(
    country: Country, sources: dict[str, Source]
) -> None:
    code = _of_fault(country, Fault.SLOW)
    connector = _connector(country, sources[code])
    began = time.monotonic()
    received = sum(len(page.documents) for page in connector.pages())
    connector.close()

    assert received == country.announced(code)
    assert time.monotonic() - began > 2


def test_the_expired_credential_is_refused(
    country: Country, sources: dict[str, Source]
) -> None:
    connector = _connector(country, sources[_of_fault(country, Fault.EXPIRED)])

    with pytest.raises(SourceRejectedError):
        list(connector.pages())
    connector.close()


def test_the_empty_unit_answers_completely_with_nobody(
    country: Country, sources: dict[str, Source]
) -> None:
    connector = _connector(country, sources[_of_fault(country, Fault.EMPTY)])
    pages = list(connector.pages())
    connector.close()

    assert sum(len(page.documents) for page in pages) == 0
    assert {page.announced for page in pages} <= {0}


def test_a_token_ends(country: Country, server: CountryServer) -> None:
    unit = next(u for u in country.units if u.profile_name == "hrm_con_tro" and u.is_answering)
    address = f"{server.base_url}/u/{unit.unit_code}"
    client, _, secret = demo_secrets(country)[f"demo_{unit.unit_code.lower()}"].partition(":")
    session = requests.Session()
    session.trust_env = False
    form = {"grant_type": "client_credentials"}
    token = session.post(
        f"{address}/oauth/token", data=form, auth=(client, secret), timeout=5
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    first = session.get(f"{address}/v2/employees?limit=1", headers=headers, timeout=5)
    time.sleep(1.2)
    later = session.get(f"{address}/v2/employees?limit=1", headers=headers, timeout=5)
    session.close()

    assert first.status_code == 200
    assert later.status_code == 401


def test_headcounts_are_near_the_people_in_service(country: Country) -> None:
    big = build_country(5, people=1000)
    stated = demo_headcounts(big)
    off = [code for code, count in stated.items() if count != big.serving(code)]

    assert len(stated) == 56
    assert 0 < len(off) < 15
    for code, count in stated.items():
        assert abs(count - big.serving(code)) <= 0.01 * big.unit(code).size


def test_secrets_are_for_their_owner_only(country: Country, tmp_path: Path) -> None:
    write_secrets(demo_secrets(country), tmp_path / "secrets")
    paths = list((tmp_path / "secrets").iterdir())

    assert len(paths) == len(demo_secrets(country))
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}


def test_the_process_says_when_it_is_ready_and_prints_no_request(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sync.demo.serve",
        "--people",
        "3",
        "--home",
        str(tmp_path),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    ready = tmp_path / "country" / "ready.json"
    deadline = time.monotonic() + 60
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    content = json.loads(ready.read_text("utf-8"))
    session = requests.Session()
    session.trust_env = False
    answer = session.get(f"{content['base_url']}/u/H26/api/v1/ho-so?key=SECRET", timeout=5)
    session.close()
    process.terminate()
    printed, _ = process.communicate(timeout=20)

    assert answer.status_code in {401, 404}
    assert printed == b""
    assert process.returncode == 0
    assert not ready.exists()
    assert Path(content["truth"]).is_file()
