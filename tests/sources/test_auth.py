"""Credentials that expire, and those that cannot be sent."""

from pathlib import Path
from urllib.parse import parse_qs

import pytest

from sync.model.errors import ConfigurationError, SourceRejectedError, UnreadableAnswerError
from sync.model.source import Source
from sync.sources.auth import ExpiringToken
from sync.sources.connect import open_connector
from sync.sources.profiles import load_profile
from tests.sources.servers import Reply, Request, by_cursor, json_reply, serving
from tests.sources.vendors import Vendor, all_vendors


@pytest.fixture
def vendor() -> Vendor:
    return all_vendors(Path())["hrm_con_tro"]


def test_a_token_that_ends_in_the_middle_is_renewed(vendor: Vendor) -> None:
    raws = [vendor.document(f"K-{number}") for number in range(7)]
    with serving(by_cursor(raws, 7, token_uses=1)) as server:
        connector = vendor.connect(server.address, "id:word")
        keys = [d.local_key for page in connector.pages() for d in page.documents]
        connector.close()
        tokens = [r for r in server.requests if r.method == "POST"]
    assert keys == [f"K-{number}" for number in range(7)]
    assert len(tokens) == 4


def test_a_source_that_refuses_every_token_is_asked_twice_only(vendor: Vendor) -> None:
    with serving(by_cursor([], 0, token_uses=0)) as server:
        connector = vendor.connect(server.address, "id:word")
        with pytest.raises(SourceRejectedError, match="401 to /v2/employees"):
            list(connector.pages())
        connector.close()
        assert [r.method for r in server.requests] == ["POST", "GET", "POST", "GET"]


def test_a_token_is_fetched_anew_before_its_end() -> None:
    now = [0.0]
    given = iter(["one", "two", "three"])
    token = ExpiringToken(lambda: (next(given), 100.0), lambda: now[0])
    assert token.headers() == {"Authorization": "Bearer one"}
    now[0] = 94.0
    assert token.headers() == {"Authorization": "Bearer one"}
    now[0] = 95.0
    assert token.headers() == {"Authorization": "Bearer two"}
    assert token.renew()
    assert token.headers() == {"Authorization": "Bearer three"}


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": ""},
        {"access_token": "a\nplanted"},
        {"access_token": 5},
        {"token": "planted"},
        {"access_token": "ê"},
        ["planted"],
    ],
)
def test_a_token_office_that_gives_no_token_is_unreadable(
    vendor: Vendor, answer: object
) -> None:
    with serving(lambda _: json_reply(answer)) as server:
        connector = vendor.connect(server.address, "id:word")
        with pytest.raises(UnreadableAnswerError, match="access_token|JSON object") as failed:
            list(connector.pages())
        connector.close()
    assert "planted" not in str(failed.value)


@pytest.mark.parametrize("life", [0, -5, "soon"])
def test_a_token_without_life_is_refused(vendor: Vendor, life: object) -> None:
    with serving(lambda _: json_reply({"access_token": "t", "expires_in": life})) as server:
        connector = vendor.connect(server.address, "id:word")
        with pytest.raises(SourceRejectedError, match="no life"):
            list(connector.pages())
        connector.close()


@pytest.mark.parametrize("secret", [None, "", "  ", "planted\r\nX: y", "khóa"])
@pytest.mark.parametrize("name", ["hrm_trang", "hrm_con_tro", "thong_diep_bnv"])
def test_a_secret_no_header_can_carry_is_a_wrong_setting(name: str, secret: str | None) -> None:
    vendor = all_vendors(Path())[name]
    with pytest.raises(ConfigurationError, match="Source S1 needs a secret") as failed:
        vendor.connect("http://127.0.0.1:9", secret)
    assert "planted" not in str(failed.value)


@pytest.mark.parametrize("secret", ["planted", ":planted", "planted:"])
def test_a_pair_without_two_halves_is_a_wrong_setting(vendor: Vendor, secret: str) -> None:
    with pytest.raises(ConfigurationError, match="two parts") as failed:
        vendor.connect("http://127.0.0.1:9", secret)
    assert "planted" not in str(failed.value)


def test_a_bearer_token_is_sent_as_it_is() -> None:
    vendor = all_vendors(Path())["hrm_trang"]

    def talk(request: Request) -> Reply:
        good = request.headers.get("Authorization") == "Bearer abc"
        return json_reply({"data": {"items": [], "total": 0}}) if good else Reply(b"", 403)

    with serving(talk) as server:
        connector = vendor.connect(server.address, "abc", auth="bearer")
        assert connector.probe().is_ok
        connector.close()


@pytest.mark.parametrize("option", [{"auth": "magic"}, {"paging": "magic"}])
def test_an_unknown_way_is_a_wrong_setting(option: dict[str, object]) -> None:
    vendor = all_vendors(Path())["hrm_trang"]
    with pytest.raises(ConfigurationError, match="must be one of"):
        list(vendor.connect("http://127.0.0.1:9", "K", **option).pages())


def test_a_health_path_is_asked_instead_of_people() -> None:
    vendor = all_vendors(Path())["hrm_trang"]
    with serving(lambda _: Reply(b"ok")) as server:
        connector = vendor.connect(server.address, "K", health_path="/health")
        assert connector.probe().is_ok
        connector.close()
        assert [request.path for request in server.requests] == ["/health"]


def test_a_scope_of_the_profile_is_asked_for(vendor: Vendor) -> None:
    with serving(by_cursor([], 0)) as server:
        connector = vendor.connect(server.address, "id:word", scope="people.read")
        assert connector.probe().is_ok
        connector.close()
        form = parse_qs(server.requests[0].body.decode())
    assert form == {"grant_type": ["client_credentials"], "scope": ["people.read"]}


def test_a_source_open_to_everybody_needs_no_secret() -> None:
    vendor = all_vendors(Path())["hrm_trang"]
    answer = {"data": {"items": [], "total": 0}}
    with serving(lambda _: json_reply(answer)) as server:
        connector = vendor.connect(server.address, None, auth="none")
        assert connector.probe().is_ok
        connector.close()


def test_a_source_that_speaks_otherwise_than_its_profile_is_a_wrong_setting() -> None:
    source = Source("S1", "G01", "files", "hrm_trang", "/srv/x")
    with pytest.raises(ConfigurationError, match="Source S1 speaks files but its profile"):
        open_connector(source, load_profile("hrm_trang"), "K", timeout_s=1, attempts=1)
