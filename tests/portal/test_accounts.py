"""The administrator's and the auditor's pages, and what a first password opens."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from fastapi import FastAPI
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Mount

from sync.model.desk import Role
from sync.portal.access import ADMINISTRATOR, FIRST_ACCOUNTS, ensure_first_accounts
from sync.portal.app import Ways, create_app
from sync.portal.audit_words import ACTIONS
from sync.services import accounts
from sync.services.permissions import operator
from sync.store.database import Database
from tests.portal.browsing import TOKEN, Reader, text_of
from tests.portal.conftest import running
from tests.units import know_units

ROOT = operator("root")
SECRET = re.compile(r'<code class="secret">([^<]+)</code>')
NEW = "mat-khau-moi-that-dai"
PAGES = ("/", "/dinh-nghia", "/don-vi/H26", "/tai-khoan", "/tai-khoan/lan", "/nhat-ky")


def real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - row-level security looks at the server's clock


@dataclass(frozen=True, slots=True)
class Scene:
    """A portal of its own database, so that accounts may come and go."""

    address: str
    app: FastAPI
    ways: Ways
    passwords: dict[str, str]

    def signed_in(self, login: str, password: str = "") -> Reader:
        reader = Reader(self.address)
        answer = reader.sign_in(password or self.passwords[login], account=login)
        assert answer.status_code == 303, login
        return reader

    def add(self, login: str, *grants: tuple[Role, str]) -> str:
        wanted = accounts.Wanted(login, login, list(grants))
        return accounts.add_account(wanted, actor=ROOT, db=self.ways.keeper)

    def person(self, login: str, *grants: tuple[Role, str]) -> Reader:
        wanted = accounts.Wanted(login, login, list(grants))
        accounts.ensure_account(wanted, NEW, db=self.ways.keeper)
        return self.signed_in(login, NEW)


@pytest.fixture
def scene(urls: Callable[[str], str], db: Database, secrets_dir: Path) -> Iterator[Scene]:
    know_units(db, "G01", "H26", "H29")
    ways = Ways.open(urls)
    ensure_first_accounts(secrets_dir, ways.keeper, real_now)
    passwords = {
        login: (secrets_dir / name).read_text(encoding="utf-8").strip()
        for login, _, name, _ in FIRST_ACCOUNTS
    }
    app = create_app(ways, is_public=True, clock=real_now, secrets_dir=secrets_dir)
    with running(app) as address:
        yield Scene(address, app, ways, passwords)
    ways.close()


def act(reader: Reader, page: str, path: str, **fields: str) -> requests.Response:
    return reader.post(path, token=reader.form_token(page), **fields)


def shown(answer: requests.Response) -> str:
    found = SECRET.search(answer.text)
    assert found is not None, text_of(answer)
    return unescape(found[1])


def test_a_first_password_opens_the_page_to_change_it_and_nothing_else(scene: Scene) -> None:
    roles = [(role, "H26" if role.startswith("hr_") else "") for role in Role]
    reader = scene.signed_in("lan", scene.add("lan", *roles))

    for path in PAGES:
        answer = reader.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/doi-mat-khau"), path
    told = act(reader, "/doi-mat-khau", "/tai-khoan", login="ba", name="Ba")
    assert told.status_code == 303
    assert told.headers["location"] == "/doi-mat-khau"
    assert len(accounts.list_accounts(db=scene.ways.keeper)) == 3


def test_a_changed_first_password_opens_the_pages_after_a_new_sign_in(scene: Scene) -> None:
    first = scene.add("lan", (Role.AUDITOR, ""))
    reader = scene.signed_in("lan", first)
    held = reader.session.cookies["cbccvc_session"]

    wrong = act(reader, "/doi-mat-khau", "/doi-mat-khau", old="x", new=NEW, again=NEW)
    apart = act(reader, "/doi-mat-khau", "/doi-mat-khau", old=first, new=NEW, again="y")
    short = act(reader, "/doi-mat-khau", "/doi-mat-khau", old=first, new="z", again="z")
    done = act(reader, "/doi-mat-khau", "/doi-mat-khau", old=first, new=NEW, again=NEW)

    assert [a.status_code for a in (wrong, apart, short)] == [422] * 3
    assert "không đúng" in wrong.text
    assert done.status_code == 303
    assert Reader(scene.address).get("/nhat-ky").status_code == 303
    stolen = Reader(scene.address).get("/nhat-ky", cookies={"cbccvc_session": held})
    assert stolen.status_code == 303
    assert scene.signed_in("lan", NEW).get("/nhat-ky").status_code == 200


def test_a_sign_in_ends_the_session_it_replaces(scene: Scene) -> None:
    reader = scene.signed_in(ADMINISTRATOR)
    held = reader.session.cookies["cbccvc_session"]

    form = TOKEN.findall(reader.get("/dang-nhap").text)[-1]  # the first signs out
    again = reader.post(
        "/dang-nhap",
        token=form,
        account=ADMINISTRATOR,
        password=scene.passwords[ADMINISTRATOR],
    )

    assert again.status_code == 303
    assert reader.session.cookies["cbccvc_session"] != held
    stolen = Reader(scene.address).get("/tai-khoan", cookies={"cbccvc_session": held})
    assert stolen.status_code == 303


def test_a_cookie_planted_before_the_sign_in_is_replaced(scene: Scene) -> None:
    reader = Reader(scene.address)
    planted = "planted-" + "x" * 40
    reader.session.cookies.set("cbccvc_session", planted, domain="127.0.0.1", path="/")

    reader.sign_in(scene.passwords[ADMINISTRATOR], account=ADMINISTRATOR)

    thief = Reader(scene.address).get("/tai-khoan", cookies={"cbccvc_session": planted})
    assert thief.status_code == 303


def test_an_administrator_adds_an_account_whose_password_is_shown_once(scene: Scene) -> None:
    reader = scene.signed_in(ADMINISTRATOR)

    answer = act(
        reader,
        "/tai-khoan",
        "/tai-khoan",
        login="lan",
        name="Nguyễn Thị Lan",
        roles="steward",
        officer_units="h26, G01",
    )
    password = shown(answer)

    listed = text_of(reader.get("/tai-khoan"))
    assert answer.headers["cache-control"] == "no-store"
    assert "Nguyễn Thị Lan" in listed
    assert "Cán bộ nhân sự G01, Cán bộ nhân sự H26, Quản lý danh mục" in listed
    assert password not in reader.get("/tai-khoan").text + reader.get("/tai-khoan/lan").text
    assert scene.signed_in("lan", password).get("/").headers["location"] == "/doi-mat-khau"


@pytest.mark.parametrize(
    "fields",
    [
        {"login": "quantri"},
        {"login": "Lan Anh"},
        {"login": "pipeline"},
        {"login": "ba", "roles": "boss"},
    ],
)
def test_an_account_that_cannot_be_added_says_why(scene: Scene, fields: dict[str, str]) -> None:
    reader = scene.signed_in(ADMINISTRATOR)

    answer = act(reader, "/tai-khoan", "/tai-khoan", name="Ba", **fields)

    assert answer.status_code == 422
    assert "Tên đăng nhập đã có hoặc chưa đúng dạng" in answer.text
    assert len(accounts.list_accounts(db=scene.ways.keeper)) == 2


def test_a_persons_name_is_text_on_the_page_and_never_markup(scene: Scene) -> None:
    reader = scene.signed_in(ADMINISTRATOR)

    act(reader, "/tai-khoan", "/tai-khoan", login="lan", name="<script>alert(1)</script>'--")

    for page in ("/tai-khoan", "/tai-khoan/lan"):
        assert "<script>" not in reader.get(page).text
        assert "&lt;script&gt;" in reader.get(page).text


def test_roles_are_set_and_the_accounts_sessions_end(scene: Scene) -> None:
    lan = scene.person("lan", (Role.AUDITOR, ""))
    admin = scene.signed_in(ADMINISTRATOR)
    assert lan.get("/nhat-ky").status_code == 200

    answer = act(
        admin,
        "/tai-khoan/lan",
        "/tai-khoan/lan/vai-tro",
        approver_units="H26",
        roles="engineer",
    )

    assert answer.headers["location"] == "/tai-khoan/lan"
    assert 'value="H26"' in admin.get("/tai-khoan/lan").text
    assert lan.get("/nhat-ky").status_code == 303
    assert scene.signed_in("lan", NEW).get("/nhat-ky").status_code == 403


def test_an_account_is_reset_and_closed(scene: Scene) -> None:
    lan = scene.person("lan", (Role.AUDITOR, ""))
    admin = scene.signed_in(ADMINISTRATOR)

    password = shown(act(admin, "/tai-khoan/lan", "/tai-khoan/lan/mat-khau"))
    assert lan.get("/nhat-ky").status_code == 303
    again = scene.signed_in("lan", password)
    closed = act(admin, "/tai-khoan/lan", "/tai-khoan/lan/dong")

    assert closed.headers["location"] == "/tai-khoan"
    assert again.get("/doi-mat-khau").status_code == 303
    assert Reader(scene.address).sign_in(password, account="lan").status_code == 401
    assert "đã đóng" in admin.get("/tai-khoan/lan").text


def test_an_administrator_does_not_lock_itself_out(scene: Scene) -> None:
    admin = scene.signed_in(ADMINISTRATOR)
    page = f"/tai-khoan/{ADMINISTRATOR}"

    for answer in (act(admin, page, page + "/dong"), act(admin, page, page + "/vai-tro")):
        assert answer.status_code == 422
        assert "hãy nhờ quản trị viên khác" in answer.text
    assert admin.get("/tai-khoan").status_code == 200


def test_a_token_is_issued_shown_once_and_revoked(scene: Scene) -> None:
    admin = scene.signed_in(ADMINISTRATOR)
    find = scene.app.state.find_token

    token = shown(
        act(admin, "/tai-khoan", "/ma-truy-cap", login="uyban", name="Trung tâm", days="30")
    )
    assert find(token) == {"scorecard"}
    page = admin.get("/tai-khoan").text
    path = re.search(r'action="(/ma-truy-cap/\d+/thu-hoi)"', page)
    assert path is not None
    assert token not in page
    act(admin, "/tai-khoan", path[1])

    assert find(token) is None
    wrong = act(admin, "/tai-khoan", "/ma-truy-cap", login="uyban", name=" ", days="30")
    assert wrong.status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_no_other_role_touches_accounts_or_learns_of_them(scene: Scene, role: Role) -> None:
    reader = scene.person("lan", (role, "H26" if role.startswith("hr_") else ""))
    token = reader.form_token("/doi-mat-khau")

    answers = [reader.get("/tai-khoan"), reader.get("/tai-khoan/uyban")]
    answers += [
        reader.post(path, token=token, login="ba", name="Ba", days="1")
        for path in (
            "/tai-khoan",
            "/tai-khoan/lan/vai-tro",
            "/tai-khoan/uyban/mat-khau",
            "/tai-khoan/uyban/dong",
            "/tai-khoan/uyban/lien-ket",
            "/ma-truy-cap",
            "/ma-truy-cap/1/thu-hoi",
        )
    ]

    assert {answer.status_code for answer in answers} == {403}
    own_address = "/tai-khoan/uyban?lang="  # of the same page in another language
    assert all("uyban" not in answer.text.replace(own_address, "") for answer in answers)
    assert 'href="/tai-khoan"' not in reader.get("/dinh-nghia").text


def test_a_forged_or_borrowed_form_changes_nothing(scene: Scene) -> None:
    admin, other = scene.signed_in(ADMINISTRATOR), scene.signed_in(ADMINISTRATOR)
    borrowed = other.form_token("/tai-khoan")

    for token in ("", "x", borrowed):
        answer = admin.post("/tai-khoan", token=token, login="ba", name="Ba")
        assert answer.status_code == 403
    assert len(accounts.list_accounts(db=scene.ways.keeper)) == 2


def test_a_unit_that_never_was_is_said_so_in_one_sentence(scene: Scene) -> None:
    admin = scene.signed_in(ADMINISTRATOR)
    scene.add("lan", (Role.HR_OFFICER, "H26"))
    page = "/tai-khoan/lan"

    added = act(admin, "/tai-khoan", "/tai-khoan", login="ba", name="Ba", approver_units="H99")
    changed = act(admin, page, f"{page}/vai-tro", officer_units="H26, H99")

    for answer in (added, changed):
        assert answer.status_code == 422
        assert "không nằm trong danh mục đơn vị" in text_of(answer)
    found = {each["login"]: each for each in accounts.list_accounts(db=scene.ways.keeper)}
    assert "ba" not in found
    assert found["lan"]["roles"] == ["hr_officer:H26"]


def fill_ledger(db: Database, count: int) -> None:
    with db.transaction() as conn:
        conn.execute(
            text(
                "INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of,"
                " figures) SELECT CASE n % 2 WHEN 0 THEN 'H26' ELSE 'H29' END,"
                " 'flag_waived', 'ai-do',"
                " TIMESTAMPTZ '2026-11-22 18:00+00' + n * interval '1 s',"
                " '2026-11-23', jsonb_build_object('flag_id', n)"
                " FROM generate_series(1, :count) AS n"
            ),
            {"count": count},
        )


def numbers(answer: requests.Response) -> list[int]:
    return [int(found) for found in re.findall(r"việc số: (\d+)", answer.text)]


def test_an_auditor_pages_through_the_whole_ledger_newest_first(
    scene: Scene, db: Database
) -> None:
    fill_ledger(db, 120)
    reader = scene.person("thu", (Role.AUDITOR, ""))
    path: str | None = "/nhat-ky?action=flag_waived"
    seen: list[int] = []
    pages = 0
    while path is not None:
        answer = reader.get(path)
        seen += numbers(answer)
        pages += 1
        older = re.search(r'href="([^"]+)">Cũ hơn', answer.text)
        path = unescape(older[1]) if older else None

    assert seen == list(range(120, 0, -1))
    assert pages == 3


def test_an_auditor_filters_by_unit_action_actor_and_day(scene: Scene, db: Database) -> None:
    fill_ledger(db, 10)
    reader = scene.person("thu", (Role.AUDITOR, ""))

    assert numbers(reader.get("/nhat-ky?unit=H26")) == [10, 8, 6, 4, 2]
    assert len(numbers(reader.get("/nhat-ky?actor=ai-do&action=flag_waived"))) == 10
    assert len(numbers(reader.get("/nhat-ky?as_of=2026-11-23&actor=ai-do"))) == 10
    assert numbers(reader.get("/nhat-ky?as_of=2026-11-22&actor=ai-do")) == []
    nothing = reader.get("/nhat-ky?unit=%27%20OR%20true--")
    assert nothing.status_code == 200
    assert numbers(nothing) == []
    assert "<td>thêm tài khoản.</td>" in reader.get("/nhat-ky").text
    assert reader.get("/nhat-ky?before=x").status_code == 400


def test_the_ledger_speaks_the_readers_language_and_its_filter_knows_every_action(
    scene: Scene, db: Database
) -> None:
    fill_ledger(db, 1)
    reader = scene.person("thu", (Role.AUDITOR, ""))

    said = {language: reader.get(f"/nhat-ky?lang={language}") for language in ("vi", "en")}

    words = {language: text_of(answer) for language, answer in said.items()}
    assert "thêm tài khoản." in words["vi"]
    assert "vai trò: Kiểm toán; tài khoản: thu" in words["vi"]
    assert "added an account." in words["en"]
    assert "roles: Auditor; account: thu" in words["en"]
    for answer in said.values():
        assert set(ACTIONS) <= set(re.findall(r'<option value="([a-z_]+)"', answer.text))
    chosen = reader.get("/nhat-ky?action=account_added&lang=vi").text
    assert '<option value="account_added" selected>thêm tài khoản.</option>' in chosen
    assert "flag_waived" not in chosen


def test_pages_that_name_people_do_not_say_that_they_hold_none(scene: Scene) -> None:
    auditor = scene.person("thu", (Role.AUDITOR, ""))
    administrator = scene.person("quan.tri", (Role.ADMINISTRATOR, ""))

    pages = [auditor.get("/nhat-ky"), *map(administrator.get, ("/tai-khoan", "/tai-khoan/thu"))]
    assert [answer.status_code for answer in pages] == [200, 200, 200]
    for answer in pages:
        assert "không có dữ liệu cá nhân" not in text_of(answer)
        assert "Trang này nêu tên người có tài khoản" in text_of(answer)
    assert "không có dữ liệu cá nhân" in text_of(auditor.get("/"))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_only_an_auditor_reads_the_ledger_page(scene: Scene, role: Role) -> None:
    reader = scene.person("lan", (role, "H26" if role.startswith("hr_") else ""))

    assert reader.get("/nhat-ky").status_code == 403


HOSTS = ("evil.example", "evil.example:1", "x/@evil.example", "a//evil.example/", "[", "")


@pytest.mark.parametrize("host", HOSTS)
def test_no_redirect_or_link_goes_where_a_host_header_says(scene: Scene, host: str) -> None:
    scene.app.state.is_public = False
    for path in ("/", "/don-vi/H26", "/don-vi/H26/", "/dang-nhap", "/tai-khoan"):
        status, location, page = asked_of(scene, host, path)
        assert status in (200, 303, 400, 404), path
        assert location.startswith("/")
        assert not location.startswith("//")
        assert "evil" not in page + location


def asked_of(scene: Scene, host: str, path: str) -> tuple[int, str, str]:
    """Status, where it leads, and the page, for a Host header that no library would send."""
    parts = urlsplit(scene.address)
    wire = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    wire.putrequest("GET", path, skip_host=True)
    wire.putheader("Host", host)
    wire.endheaders()
    answer = wire.getresponse()
    page = answer.read().decode()
    wire.close()
    return answer.status, answer.headers.get("location", "/"), page


def test_a_named_host_answers_and_any_other_is_refused(scene: Scene) -> None:
    scene.app.state.hosts = frozenset({"portal.example", "127.0.0.1"})

    statuses = {
        host: Reader(scene.address).get("/dang-nhap", headers={"Host": host}).status_code
        for host in ("portal.example", "PORTAL.example:8443", "127.0.0.1", "evil.example", "")
    }

    assert statuses == {
        "portal.example": 200,
        "PORTAL.example:8443": 200,
        "127.0.0.1": 200,
        "evil.example": 400,
        "": 400,
    }


PATHS = (
    "/sync/../tai-khoan",
    "/sync/%2e%2e/tai-khoan",
    "/sync//tai-khoan",
    "/sync/tai-khoan/",
    "/sync/tai-khoan%2f",
    "/sync/tai-khoan/..%2f..%2fetc",
    "/sync/static/..%2fapp.py",
    "/sync/static/%2e%2e/app.py",
    "/sync/tai-khoan;x",
    "/sync/TAI-KHOAN",
    "/sync/tai-khoan%00",
)


def test_below_a_mount_no_path_goes_round_the_gate(scene: Scene) -> None:
    with running(Starlette(routes=[Mount("/sync", scene.app)])) as address:
        for path in PATHS:
            request = requests.Request("GET", address + path).prepare()
            request.url = address + path  # as written, not as tidied up
            answer = Reader(address).session.send(request, allow_redirects=False, timeout=10)
            assert answer.status_code in (303, 404), path
            assert answer.headers.get("location", "/sync/").startswith("/sync/"), path
            assert "quantri" not in answer.text


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH"])
def test_other_methods_answer_nothing_of_a_page(scene: Scene, method: str) -> None:
    reader = Reader(scene.address)
    for path in ("/", "/tai-khoan", "/nhat-ky", "/dang-nhap", "/tai-khoan/uyban/dong"):
        answer = reader.session.request(method, scene.address + path, timeout=10)
        assert answer.status_code in (400, 405), path
        assert "uyban" not in answer.text


def test_over_https_the_session_cookie_belongs_to_this_host_alone(scene: Scene) -> None:
    session = requests.Session()
    session.trust_env = False
    https = {"X-Forwarded-Proto": "https"}
    form = session.get(scene.address + "/dang-nhap", headers=https, timeout=10)
    visit = form.headers["set-cookie"]
    token = re.search(r'name="token" value="([^"]+)"', form.text)
    assert token is not None
    answer = session.post(
        scene.address + "/dang-nhap",
        headers=https | {"Cookie": visit.partition(";")[0]},
        data={
            "account": ADMINISTRATOR,
            "password": scene.passwords[ADMINISTRATOR],
            "token": token[1],
        },
        allow_redirects=False,
        timeout=10,
    )
    cookie = answer.headers["set-cookie"]
    held = re.search(r"__Host-cbccvc_session=([^;]+)", cookie)

    assert visit.startswith("__Host-cbccvc_visit=")
    assert answer.status_code == 303
    assert held is not None
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert word in cookie
    assert "Domain" not in cookie
    plain = session.get(
        scene.address + "/tai-khoan",
        headers={"Cookie": f"cbccvc_session={held[1]}"} | https,
        allow_redirects=False,
        timeout=10,
    )
    assert plain.status_code == 303, "a plain cookie counts for nothing over https"
