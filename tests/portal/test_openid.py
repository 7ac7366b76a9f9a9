"""Another system proves who somebody is: tried against a public provider implementation."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import text

from sync.model.desk import Role
from sync.model.errors import ConfigurationError, SourceRejectedError
from sync.portal.access import ensure_first_accounts
from sync.portal.app import Ways, create_app
from sync.portal.main import hosts_of, provider_of
from sync.portal.openid import Begun, Provider
from sync.services import accounts
from sync.services.permissions import operator
from sync.settings import Settings
from tests.portal.browsing import Reader, text_of
from tests.portal.conftest import running

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SUBJECT, CLIENT = "6f1c-lan", ("portal", "a-client-secret-of-a-test")
CALLBACK = "/dang-nhap/tra-loi"


def real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the provider looks at the clock itself


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from oidc_provider_mock import run_server_in_thread

        with run_server_in_thread(require_nonce=True) as provider:
            yield f"http://localhost:{provider.server_port}"


@dataclass(frozen=True, slots=True)
class Scene:
    """A portal that a provider vouches to."""

    address: str
    provider: Provider
    ways: Ways

    def reader(self) -> Reader:
        return Reader(self.address)


@pytest.fixture
def scene(urls: Callable[[str], str], secrets_dir: Path, issuer: str) -> Iterator[Scene]:
    ways = Ways.open(urls)
    ensure_first_accounts(secrets_dir, ways.keeper, real_now)
    app = create_app(ways, is_public=False, clock=real_now, secrets_dir=secrets_dir)
    root = operator("root")
    wanted = accounts.Wanted("lan", "Lan", [(Role.COMMITTEE, "")], "lan@example.vn")
    accounts.add_account(wanted, actor=root, db=ways.keeper)
    accounts.link_account("lan", (issuer, SUBJECT), actor=root, db=ways.keeper)
    with running(app) as address:
        app.state.openid = Provider(issuer, CLIENT, address + CALLBACK)
        yield Scene(address, app.state.openid, ways)
    ways.close()


def vouch(away: str, subject: str = SUBJECT, **form: str) -> str:
    """Sign in at the provider; the address it sends the reader back to."""
    answer = requests.post(
        away, data={"sub": subject} | form, allow_redirects=False, timeout=10
    )
    return answer.headers["location"]


def back(scene: Scene, reader: Reader, location: str) -> requests.Response:
    assert location.startswith(scene.address + CALLBACK)
    return reader.get(location.removeprefix(scene.address))


def away_of(reader: Reader, target: str = "") -> str:
    answer = reader.get(f"/dang-nhap/dinh-danh?next={target}")
    assert answer.status_code == 303
    return answer.headers["location"]


def test_a_linked_person_signs_in_and_goes_where_they_wanted(scene: Scene) -> None:
    reader = scene.reader()
    assert "/dang-nhap/dinh-danh" in reader.get("/dang-nhap").text
    away = away_of(reader, "/dinh-nghia")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}

    answer = back(scene, reader, vouch(away))

    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43
    assert asked["redirect_uri"] == scene.address + CALLBACK
    assert "secret" not in away
    assert answer.status_code == 303
    assert answer.headers["location"] == "/dinh-nghia"
    assert reader.get("/dinh-nghia").status_code == 200
    assert reader.get("/tai-khoan").status_code == 403


def test_whom_nobody_linked_gets_no_account_and_learns_what_to_do(scene: Scene) -> None:
    reader = scene.reader()

    answer = back(scene, reader, vouch(away_of(reader), "ai-do-<b>"))

    assert answer.status_code == 401
    assert "ai-do-&lt;b&gt;" in answer.text
    assert "Hãy gửi mã sau cho quản trị viên" in text_of(answer)
    assert reader.get("/dinh-nghia").status_code == 303
    names = {each["login"] for each in accounts.list_accounts(db=scene.ways.keeper)}
    assert names == {"uyban", "quantri", "lan"}


def test_an_address_of_mail_alone_opens_nothing(scene: Scene) -> None:
    reader = scene.reader()

    answer = back(scene, reader, vouch(away_of(reader), "lan@example.vn"))

    assert answer.status_code == 401
    assert reader.get("/dinh-nghia").status_code == 303


def test_an_answer_counts_once_and_only_for_the_browser_that_asked(scene: Scene) -> None:
    reader, stranger = scene.reader(), scene.reader()
    location = vouch(away_of(reader))
    query = urlsplit(location).query

    forged = stranger.get(f"{CALLBACK}?{query}")
    jar = dict(reader.session.cookies)
    first = back(scene, reader, location)
    again = back(scene, reader, location)
    replayed = scene.reader().get(f"{CALLBACK}?{query}", cookies=jar)

    assert forged.status_code == 401
    assert "quá hạn hoặc đã dùng" in forged.text
    assert first.status_code == 303
    for answer in (again, replayed):
        assert answer.status_code == 401
        assert "cbccvc_session" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("query", ["", "state=", "state=x&code=y", "code=y"])
def test_an_answer_to_nothing_opens_nothing(scene: Scene, query: str) -> None:
    reader = scene.reader()
    away_of(reader)

    assert reader.get(f"{CALLBACK}?{query}").status_code == 401
    assert reader.get("/dinh-nghia").status_code == 303


def test_an_attempt_is_forgotten_after_ten_minutes(scene: Scene) -> None:
    reader = scene.reader()
    location = vouch(away_of(reader))
    with scene.ways.keeper.transaction() as conn:
        conn.execute(
            text("UPDATE portal.sign_in_attempt SET expires_at = now() - interval '1 s'")
        )

    assert back(scene, reader, location).status_code == 401


def test_whom_the_provider_refuses_stays_outside(scene: Scene) -> None:
    reader = scene.reader()

    answer = back(scene, reader, vouch(away_of(reader), action="deny") + "&state=x")
    denied = scene.reader()
    state = parse_qs(urlsplit(away_of(denied)).query)["state"][0]
    told = denied.get(f"{CALLBACK}?error=access_denied&state={state}")

    assert answer.status_code == 401
    assert told.status_code == 401
    assert "không cho đăng nhập" in told.text


def test_a_closed_account_is_not_opened_by_a_provider(scene: Scene) -> None:
    accounts.close_account("lan", actor=operator("root"), db=scene.ways.keeper)
    reader = scene.reader()

    assert back(scene, reader, vouch(away_of(reader))).status_code == 401


def test_a_provider_that_is_gone_or_another_is_said_so(scene: Scene, issuer: str) -> None:
    reader = scene.reader()
    gone = Provider("http://127.0.0.1:1", CLIENT, scene.address + CALLBACK)
    other = Provider(issuer.replace("localhost", "127.0.0.1") + "/", CLIENT, scene.address)

    with pytest.raises(SourceRejectedError, match="another issuer"):
        other.begin()
    app_state = scene.provider
    assert app_state.issuer == issuer
    with pytest.raises(Exception, match="does not answer"):
        gone.begin()
    assert reader.get("/dang-nhap").status_code == 200


def begun_and_code(scene: Scene) -> tuple[Begun, str]:
    begun = scene.provider.begin()
    return begun, parse_qs(urlsplit(vouch(begun.address)).query)["code"][0]


def test_a_code_needs_its_verifier_and_its_nonce(scene: Scene) -> None:
    begun, code = begun_and_code(scene)
    assert scene.provider.subject_of(code, begun.nonce, begun.verifier, real_now) == SUBJECT
    with pytest.raises(SourceRejectedError):
        scene.provider.subject_of(code, begun.nonce, begun.verifier, real_now)

    begun, code = begun_and_code(scene)
    with pytest.raises(SourceRejectedError, match="refused"):
        scene.provider.subject_of(code, "another nonce", begun.verifier, real_now)


def test_an_expired_token_is_refused(scene: Scene) -> None:
    begun, code = begun_and_code(scene)

    with pytest.raises(SourceRejectedError, match="ExpiredTokenError"):
        scene.provider.subject_of(
            code, begun.nonce, begun.verifier, lambda: real_now() + timedelta(hours=2)
        )


def token_and_keys(scene: Scene, client_id: str) -> tuple[str, dict[str, Any], str]:
    """A real ID token that the provider gave to some client, its keys, its nonce."""
    callback = scene.address + CALLBACK
    session = OAuth2Session(client_id, "x", scope="openid", redirect_uri=callback)
    issuer = scene.provider.issuer
    address, _ = session.create_authorization_url(f"{issuer}/oauth2/authorize", nonce="n-1")
    code = parse_qs(urlsplit(vouch(address)).query)["code"][0]
    answer = session.fetch_token(f"{issuer}/oauth2/token", code=code)
    keys = session.get(f"{issuer}/jwks", withhold_token=True).json()
    return answer["id_token"], keys, "n-1"


def test_a_token_for_another_client_from_another_issuer_or_unsigned_is_refused(
    scene: Scene,
) -> None:
    mine, keys, nonce = token_and_keys(scene, CLIENT[0])
    others, _, _ = token_and_keys(scene, "another-client")
    check = scene.provider._checked
    elsewhere = Provider("https://login.example", CLIENT, "https://portal.example/x")
    claims = dict(jwt.decode(mine, RSAKey.import_key(keys["keys"][0])).claims)
    own_key = RSAKey.generate_key(2048)
    kid = {"alg": "RS256", "kid": keys["keys"][0].get("kid")}
    secret_key = OctKey.import_key("s" * 32)
    forged = {
        "signed by another": jwt.encode(kid, claims, own_key),
        "signed with our secret": jwt.encode({"alg": "HS256"}, claims, secret_key),
        "unsigned": mine.rpartition(".")[0] + ".",
        "nothing": "x.y.z",
    }

    assert check(mine, keys, nonce, real_now) == SUBJECT
    with pytest.raises(JoseError):
        check(others, keys, nonce, real_now)
    with pytest.raises(JoseError):
        elsewhere._checked(mine, keys, nonce, real_now)
    for token in forged.values():
        with pytest.raises((JoseError, ValueError)):
            check(token, keys, nonce, real_now)


def test_without_a_provider_there_is_no_such_door(portal: str) -> None:
    reader = Reader(portal)

    assert reader.get("/dang-nhap/dinh-danh").status_code == 404
    assert reader.get(CALLBACK + "?state=x&code=y").status_code == 404
    assert "dinh-danh" not in reader.get("/dang-nhap").text


def test_the_settings_name_the_provider_or_say_what_is_missing(tmp_path: Path) -> None:
    named = {
        "oidc_issuer": "https://login.example",
        "oidc_client_id": "portal",
        "portal_url": "https://portal.example/sync/",
        "secrets_dir": tmp_path,
    }
    assert provider_of(Settings()) is None
    with pytest.raises(ConfigurationError, match="oidc_client"):
        provider_of(Settings(**named))
    (tmp_path / "oidc_client").write_text("s")
    provider = provider_of(Settings(**named))
    assert provider is not None
    assert provider._callback == "https://portal.example/sync/dang-nhap/tra-loi"
    for wrong in (
        {"portal_url": ""},
        {"oidc_issuer": "http://login.example"},
        {"oidc_client_id": ""},
    ):
        with pytest.raises(ConfigurationError, match="CBCCVC_"):
            provider_of(Settings(**named | wrong))
    assert hosts_of(Settings(portal_hosts="A.example, b.example")) == {"a.example", "b.example"}
