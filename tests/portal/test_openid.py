"""Another system proves who somebody is: tried against a public provider implementation."""

import re
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

from sync.model.desk import Actor, Role
from sync.model.errors import (
    ConfigurationError,
    DatabaseRefusedError,
    PermissionDeniedError,
    SourceRejectedError,
)
from sync.portal.access import ensure_first_accounts
from sync.portal.app import Ways, create_app
from sync.portal.main import hosts_of, provider_of
from sync.portal.openid import Begun, Provider
from sync.services import accounts, links
from sync.services.permissions import operator
from sync.settings import Settings
from sync.store.database import Database
from tests.portal.browsing import TOKEN, Reader, text_of
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
    links.link_account("lan", (issuer, SUBJECT), actor=root, db=ways.keeper)
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


CODE_FORM = "/dang-nhap/ma-lien-ket"


def back(scene: Scene, reader: Reader, location: str) -> requests.Response:
    """What the provider's answer leads to; the form that asks for a code has its own page."""
    assert location.startswith(scene.address + CALLBACK)
    answer = reader.get(location.removeprefix(scene.address))
    is_asked = answer.headers.get("location") == CODE_FORM
    return reader.get(CODE_FORM) if is_asked else answer


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


def ask_to_bind(scene: Scene, subject: str) -> Reader:
    """A browser that a provider vouched for, before the form that asks for a code."""
    reader = scene.reader()
    answer = back(scene, reader, vouch(away_of(reader, "/dinh-nghia"), subject))
    assert answer.status_code == 401
    assert 'name="code"' in answer.text
    token = TOKEN.findall(answer.text)[-1]
    reader.session.headers["x-form"] = token  # kept for `typed`
    return reader


def test_the_form_for_a_code_may_be_opened_again_in_the_other_language(scene: Scene) -> None:
    reader = ask_to_bind(scene, "minh-1")

    again = reader.get(f"{CODE_FORM}?lang=en")
    nobody = scene.reader().get(CODE_FORM)

    assert again.status_code == 401
    assert "minh-1" in again.text
    assert '<html lang="en"' in again.text
    assert typed(reader, "not-a-code").status_code == 422
    assert "minh-1" in reader.get(CODE_FORM).text
    assert 'name="password"' in nobody.text


def test_who_is_shown_the_sign_in_form_elsewhere_signs_in_by_it(scene: Scene) -> None:
    reader = ask_to_bind(scene, "minh-1")
    with scene.ways.keeper.transaction() as conn:
        conn.execute(text("UPDATE portal.vouched SET expires_at = now()"))

    late = typed(reader, "not-a-code")
    action = re.search(r'<form method="post" action="([^"]+)"', late.text)

    assert late.status_code == 401
    assert action is not None
    assert action[1].split("?")[0] == "/dang-nhap"


def typed(reader: Reader, code: str) -> requests.Response:
    token = str(reader.session.headers["x-form"])
    return reader.post("/dang-nhap/ma-lien-ket", code=code, token=token)


def given_code(scene: Scene, login: str = "minh") -> str:
    wanted = accounts.Wanted(login, login, [(Role.COMMITTEE, "")])
    accounts.ensure_account(wanted, "mat-khau-that-dai", db=scene.ways.keeper)
    return links.issue_code(login, actor=operator("root"), db=scene.ways.keeper)


def entries(scene: Scene, db: Database) -> list[tuple[str, str, str]]:
    with db.transaction() as conn:
        rows = conn.execute(
            text(
                "SELECT action, actor, figures ->> 'account' FROM ledger.entry"
                " WHERE action LIKE 'account\\_link%' ORDER BY entry_id"
            )
        )
        return [tuple(row) for row in rows]


def test_a_link_code_ties_an_outside_identity_to_its_account_once(
    scene: Scene, db: Database
) -> None:
    code = given_code(scene)
    first, second = ask_to_bind(scene, "minh-1"), ask_to_bind(scene, "thief-1")

    bound = typed(first, code.lower().replace("-", " "))
    again = typed(second, code)

    assert bound.status_code == 303
    assert bound.headers["location"] == "/dinh-nghia"
    assert first.get("/dinh-nghia").status_code == 200
    assert again.status_code == 422
    assert "đã dùng hoặc đã quá hạn" in again.text
    assert second.get("/dinh-nghia").status_code == 303
    later = scene.reader()
    assert back(scene, later, vouch(away_of(later), "minh-1")).status_code == 303
    assert scene.reader().sign_in("mat-khau-that-dai", account="minh").status_code == 401
    assert entries(scene, db) == [
        ("account_linked", "root", "lan"),
        ("account_link_code_issued", "root", "minh"),
        ("account_linked", "minh", "minh"),
    ]


def test_a_link_code_is_kept_hashed_and_only_by_the_keeper(
    scene: Scene, db: Database, urls: Callable[[str], str]
) -> None:
    code = given_code(scene)
    ask_to_bind(scene, "minh-1")
    with scene.ways.keeper.transaction() as conn:
        kept = conn.execute(text("SELECT * FROM portal.link_code")).all()
        waiting = conn.execute(text("SELECT visit_sha256 FROM portal.vouched")).scalars().all()
        signed = conn.execute(text("SELECT count(*) FROM portal.link_code")).scalar_one()

    assert len(kept) == len(waiting) == signed == 1
    assert code not in str(kept)
    assert code.replace("-", "") not in str(kept)
    for role in ("portal_writer", "committee_reader", "auditor", "desk_checker", "sync_writer"):
        other = Database.connect(urls(role))
        for table in ("portal.link_code", "portal.vouched"):
            with pytest.raises(DatabaseRefusedError) as refused, other.transaction() as conn:
                conn.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - names above
            assert refused.value.sqlstate == "42501"
        other.close()


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE portal.link_code SET expires_at = now()",
        "UPDATE portal.account SET closed_at = now() WHERE login = 'minh'",
    ],
)
def test_a_link_code_that_is_too_old_or_of_a_closed_account_binds_nothing(
    scene: Scene, ended: str
) -> None:
    code = given_code(scene)
    reader = ask_to_bind(scene, "minh-1")
    with scene.ways.keeper.transaction() as conn:
        hours = conn.execute(
            text("SELECT extract(epoch FROM expires_at - created_at) FROM portal.link_code")
        ).scalar_one()
        conn.execute(text(ended))

    assert hours == 72 * 3600
    assert typed(reader, code).status_code == 422
    assert reader.get("/dinh-nghia").status_code == 303


def test_a_newer_code_a_new_password_and_a_closing_end_a_link_code(scene: Scene) -> None:
    keeper, root = scene.ways.keeper, operator("root")
    older = given_code(scene)
    newer = links.issue_code("minh", actor=root, db=keeper)
    reader = ask_to_bind(scene, "minh-1")
    assert typed(reader, older).status_code == 422
    accounts.reset_password("minh", actor=root, db=keeper)
    assert typed(reader, newer).status_code == 422
    last = links.issue_code("minh", actor=root, db=keeper)
    accounts.close_account("minh", actor=root, db=keeper)
    assert typed(reader, last).status_code == 422
    with pytest.raises(ConfigurationError, match="closed"):
        links.issue_code("minh", actor=root, db=keeper)
    with pytest.raises(PermissionDeniedError):
        links.issue_code("uyban", actor=Actor("lan"), db=keeper)


def test_guessing_link_codes_is_braked_like_passwords(scene: Scene) -> None:
    code = given_code(scene)
    reader = ask_to_bind(scene, "minh-1")

    told = [typed(reader, f"AAAA-{n}").status_code for n in range(10)]

    assert told == [422] * 10
    assert typed(reader, code).status_code == 429
    assert reader.get("/dinh-nghia").status_code == 303


def test_a_link_code_counts_only_in_the_browser_that_was_vouched_for(scene: Scene) -> None:
    code = given_code(scene)
    vouched, stranger = ask_to_bind(scene, "minh-1"), scene.reader()
    own = stranger.form_token("/dang-nhap")

    unvouched = stranger.post("/dang-nhap/ma-lien-ket", code=code, token=own)
    forged = vouched.post("/dang-nhap/ma-lien-ket", code=code, token="x" * 43)
    with scene.ways.keeper.transaction() as conn:
        conn.execute(text("UPDATE portal.vouched SET expires_at = now()"))
    too_late = typed(vouched, code)

    assert (unvouched.status_code, forged.status_code, too_late.status_code) == (401, 403, 401)
    for reader in (vouched, stranger):
        assert reader.get("/dinh-nghia").status_code == 303


def test_an_administrator_issues_a_link_code_on_the_accounts_page(
    scene: Scene, secrets_dir: Path
) -> None:
    admin = scene.reader()
    admin.sign_in((secrets_dir / "portal_administrator").read_text().strip(), account="quantri")
    given_code(scene)
    page = "/tai-khoan/minh"

    answer = admin.post(f"{page}/ma-lien-ket", token=admin.form_token(page))
    forged = admin.post(f"{page}/ma-lien-ket")
    code = re.search(r'<code class="secret">([A-Z2-9-]{19})</code>', answer.text)

    assert code is not None
    assert code[1] not in admin.get(page).text
    assert forged.status_code == 403
    assert typed(ask_to_bind(scene, "minh-1"), code[1]).status_code == 303


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
