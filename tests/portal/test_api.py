"""The JSON feed: with a token, as described, with the page's figures, and no more."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import requests
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from sync.portal.api import description, router
from tests.portal.browsing import Reader, text_of
from tests.portal.conftest import running
from tests.portal.figures import RESTRICTED_HEADCOUNT

OPEN_TO_ALL = "/api/v1/openapi.json"
GOOD, OTHER = "good-token", "other-token"
SCOPES = {GOOD: frozenset({"scorecard"}), OTHER: frozenset({"something"})}


@pytest.fixture
def feed(app: FastAPI) -> Iterator[str]:
    """The address of the feed of a portal that knows two tokens."""
    app.state.find_token = SCOPES.get
    with running(app) as address:
        yield f"{address}/api/v1"


def ask(address: str, token: str | None = GOOD, scheme: str = "Bearer") -> requests.Response:
    headers = {} if token is None else {"Authorization": f"{scheme} {token}"}
    return requests.request("GET", address, headers=headers, timeout=10, allow_redirects=False)


def check_as_described(answer: requests.Response, path: str) -> dict[str, Any]:
    """The answer, after it was compared with the published description."""
    described = description()
    operation = described["paths"][f"/api/v1{path}"]["get"]
    schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]
    jsonschema.Draft202012Validator(
        {**schema["schema"], "components": described["components"]},
        format_checker=jsonschema.FormatChecker(),
    ).validate(answer.json())
    found: dict[str, Any] = answer.json()
    return found


def test_the_scorecard_is_as_described_and_as_the_page(
    feed: str, app: FastAPI, password: str
) -> None:
    found = check_as_described(ask(f"{feed}/scorecard"), "/scorecard")
    page = Reader(feed.removesuffix("/api/v1"))
    page.sign_in(password)
    words = text_of(page.get("/"))

    assert found["as_of"] == "2026-11-23"
    assert found["connected"] == {"count": 53, "of": 56}
    assert found["synchronised"] == {"count": 47, "of": 56}
    assert "53 /56 đơn vị" in words
    assert "47 /56 đơn vị" in words
    assert found["earlier"]["month"]["synchronised"] == {"count": 42, "of": 56}
    assert len(found["units"]) == 56
    assert sum(kind["of"] for kind in found["by_kind"]) == 56
    assert found["causes"][0]["record_count"] == 20_033
    assert found["causes"][0]["waived_count"] == 401 + 117
    assert found["claimed"][0]["source"] == "tienphong.vn"
    assert found["levels_not_measured"] == []


def test_one_unit_is_as_described_with_whom_to_ask(feed: str) -> None:
    found = check_as_described(ask(f"{feed}/units/H35"), "/units/{code}")

    assert (found["unit"]["level"], found["unit"]["reason_code"]) == (2, "not_admitted")
    assert (found["unit"]["present"], found["unit"]["expected"]) == (22_858, 23_794)
    assert [contact["role"] for contact in found["contacts"]] == ["records", "technical"]


def test_a_token_sees_restricted_headcounts_as_a_signed_in_reader_does(feed: str) -> None:
    found = ask(f"{feed}/units/G01").json()

    assert found["unit"]["expected"] == RESTRICTED_HEADCOUNT


def test_any_measured_day_can_be_asked_for(feed: str) -> None:
    found = check_as_described(ask(f"{feed}/scorecard?as_of=2025-11-23"), "/scorecard")

    assert found["connected"] == {"count": 16, "of": 94}
    assert found["earlier"] == {"week": None, "month": None, "year": None}


@pytest.mark.parametrize(
    ("token", "scheme", "status"),
    [
        (None, "Bearer", 401),
        ("", "Bearer", 401),
        ("unknown", "Bearer", 401),
        (GOOD, "Basic", 401),
        (OTHER, "Bearer", 403),
    ],
)
def test_without_a_token_for_the_feed_nothing_is_said(
    feed: str, token: str | None, scheme: str, status: int
) -> None:
    for route in {route.path for route in router.routes} - {OPEN_TO_ALL}:
        path = route.removeprefix("/api/v1")
        answer = ask(feed + path.format(code="H35"), token, scheme)
        found = check_as_described(answer, path)

        assert (answer.status_code, found["status"]) == (status, status)
        assert ("www-authenticate" in answer.headers) == (status == 401)
        assert answer.headers["cache-control"] == "no-store"


def test_a_session_is_no_token_and_a_portal_without_tokens_answers_nobody(
    portal: str, public_portal: str, password: str
) -> None:
    reader = Reader(portal)
    reader.sign_in(password)

    assert reader.get("/api/v1/scorecard").status_code == 401
    assert ask(f"{public_portal}/api/v1/scorecard").status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/scorecard?as_of=yesterday", 400),
        ("/scorecard?as_of=2026-11-01", 404),
        ("/units/H99", 404),
        ("/units/%3Cscript%3E", 404),
        ("/nothing", 404),
    ],
)
def test_a_refusal_is_json_that_quotes_nothing(feed: str, path: str, status: int) -> None:
    answer = ask(feed + path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"status", "detail"}
    assert "yesterday" not in answer.text
    assert "script" not in answer.text


def test_only_reading_is_answered(feed: str) -> None:
    headers = {"Authorization": f"Bearer {GOOD}", "Content-Length": "0"}
    answer = requests.post(f"{feed}/scorecard", headers=headers, timeout=10)

    assert answer.status_code == 405
    assert answer.json()["status"] == 405


def test_the_description_is_open_and_names_the_feed_only(feed: str) -> None:
    answer = ask(f"{feed}/openapi.json", None)
    described = answer.json()

    assert answer.status_code == 200
    assert set(described["paths"]) == {"/api/v1/scorecard", "/api/v1/units/{code}"}
    assert described["openapi"].startswith("3.1")
    for path in described["paths"].values():
        assert path["get"]["security"] == [{"HTTPBearer": []}]
        assert set(path["get"]["responses"]) == {"200", "400", "401", "403", "404"}
    assert set(described["components"]["schemas"]) == {
        *("CauseSaid", "ClaimSaid", "ContactSaid", "DayRatios", "KindSaid", "Problem"),
        *("RatioSaid", "ScorecardSaid", "UnitAnswer", "UnitSaid"),
    }


def test_below_a_prefix_the_feed_refuses_as_json_too(app: FastAPI) -> None:
    app.state.find_token = SCOPES.get
    with running(Starlette(routes=[Mount("/sync", app)])) as address:
        good = ask(f"{address}/sync/api/v1/scorecard")
        refused = ask(f"{address}/sync/api/v1/scorecard", None)

    assert good.json()["connected"] == {"count": 53, "of": 56}
    assert refused.json()["status"] == 401
