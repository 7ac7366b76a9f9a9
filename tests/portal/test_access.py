"""Nobody reads a page without a sign-in, unless the setting makes it public."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from fastapi import FastAPI

from sync.model.errors import ConfigurationError
from sync.portal.access import (
    COMMITTEE,
    FIRST_ACCOUNTS,
    ensure_first_accounts,
    ensure_portal_secret,
)
from sync.portal.app import Ways, create_app
from sync.store import accounts
from sync.store.database import Database
from tests.conftest import Urls
from tests.portal.browsing import Reader
from tests.portal.conftest import Clock
from tests.portal.figures import MEASURED_AT

OPEN_TO_ALL = {"/dang-nhap", "/dang-xuat", "/healthz", "/static/{file_name}"}
OF_A_PROVIDER = {"/dang-nhap/dinh-danh", "/dang-nhap/tra-loi", "/dang-nhap/ma-lien-ket"}


def test_every_route_but_the_doors_asks_for_a_sign_in(app: FastAPI, portal: str) -> None:
    shown = {route.path for route in app.routes if "GET" in route.methods}
    pages = {path for path in shown if not path.startswith("/api/")}
    guarded = pages - OPEN_TO_ALL - OF_A_PROVIDER  # the feed asks for a token: test_api.py

    answers = {path: Reader(portal).get(re.sub(r"{\w+}", "H26", path)) for path in guarded}

    assert pages >= OPEN_TO_ALL - {"/dang-xuat"} | OF_A_PROVIDER
    assert len(guarded) >= 7
    for path, answer in answers.items():
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/dang-nhap?next="), path
        assert not answer.text, path


def test_the_doors_show_no_figure_to_a_stranger(portal: str) -> None:
    reader = Reader(portal)

    assert reader.get("/healthz").text == "ok\n"
    assert reader.get("/static/portal.css").headers["content-type"].startswith("text/css")
    assert reader.get("/static/app.py").status_code == 404
    assert "/56" not in reader.get("/dang-nhap").text


def test_the_right_password_opens_the_page_that_was_asked_for(
    portal: str, password: str
) -> None:
    reader = Reader(portal)
    asked = reader.get("/don-vi/H26?as_of=2026-11-23").headers["location"]

    answer = reader.sign_in(password, path=asked)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/don-vi/H26?as_of=2026-11-23"
    assert "Thành phố Hà Nội" in reader.get(answer.headers["location"]).text


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(
    portal: str, password: str
) -> None:
    cookie = Reader(portal).sign_in(password).headers["set-cookie"].lower()

    assert "cbccvc_session=" in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert password.lower() not in cookie


@pytest.mark.parametrize(
    "target", ["https://example.org/", "//example.org/", "/\\example.org", "x"]
)
def test_a_sign_in_never_leads_to_another_site(portal: str, password: str, target: str) -> None:
    reader = Reader(portal)
    token = reader.form_token("/dang-nhap")

    answer = reader.session.post(
        portal + "/dang-nhap",
        params={"next": target},
        data={"account": "uyban", "password": password, "token": token},
        allow_redirects=False,
        timeout=10,
    )

    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(("account", "suffix"), [("uyban", "x"), ("ai-do", "")])
def test_a_wrong_account_or_password_opens_nothing_and_is_not_repeated_on_the_page(
    portal: str, password: str, account: str, suffix: str
) -> None:
    reader = Reader(portal)

    answer = reader.sign_in(password + suffix, account=account)

    assert answer.status_code == 401
    assert "Tài khoản hoặc mật khẩu chưa đúng" in answer.text
    assert password not in answer.text
    assert reader.get("/").status_code == 303


def test_a_form_that_is_not_ours_is_refused(portal: str, password: str) -> None:
    reader = Reader(portal)
    reader.get("/dang-nhap")

    without = reader.post("/dang-nhap", account="uyban", password=password)
    strange = reader.post(
        "/dang-nhap",
        account="uyban",
        password=password,
        token=Reader(portal).form_token("/dang-nhap"),
    )

    assert (without.status_code, strange.status_code) == (403, 403)
    assert reader.get("/").status_code == 303


def test_guessing_is_braked_and_lets_go_after_five_minutes(
    portal: str, password: str, clock: Clock
) -> None:
    reader = Reader(portal)
    guesses = [
        reader.sign_in("sai", account=f"ai-do-{number}").status_code for number in range(10)
    ]

    braked = reader.sign_in(password)
    clock.now += timedelta(minutes=5, seconds=1)

    assert guesses == [401] * 10
    assert braked.status_code == 429
    assert braked.headers["retry-after"] == "300"
    assert reader.sign_in(password).status_code == 303


def test_signing_out_ends_the_visit_and_needs_our_form(portal: str, password: str) -> None:
    reader = Reader(portal)
    reader.sign_in(password)

    kept = reader.session.cookies["cbccvc_session"]
    forged = reader.post("/dang-xuat")
    left = reader.post("/dang-xuat", token=reader.form_token("/"))

    assert forged.status_code == 403
    assert left.status_code == 303
    assert reader.get("/").status_code == 303
    stolen = reader.get("/", cookies={"cbccvc_session": kept})
    assert stolen.status_code == 303, "an ended session must not open again"


def test_set_up_makes_the_password_once_for_its_owner_only(tmp_path: Path) -> None:
    first = ensure_portal_secret(tmp_path / "secrets")[COMMITTEE]
    words = first.read_text(encoding="utf-8")

    assert (
        ensure_portal_secret(tmp_path / "secrets")[COMMITTEE].read_text(encoding="utf-8")
        == words
    )
    assert len(words.strip()) >= 20
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_without_its_secrets_the_portal_does_not_start(
    ways: Ways, clock: Clock, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="portal_session_key"):
        create_app(ways, is_public=True, clock=clock, secrets_dir=tmp_path)


def test_over_https_cookies_are_secure(app: FastAPI, portal: str) -> None:
    answer = requests.Session().get(
        portal + "/dang-nhap", headers={"X-Forwarded-Proto": "https"}, timeout=10
    )

    assert "secure" in answer.headers["set-cookie"].lower()
    assert "strict-transport-security" in answer.headers


def test_a_public_portal_shows_figures_but_no_restricted_headcount(public_portal: str) -> None:
    reader = Reader(public_portal)

    country, unit = reader.get("/"), reader.get("/don-vi/G01")

    for answer in (
        country,
        unit,
        reader.get("/?sort=expected&dir=desc"),
        reader.get("/?lang=en"),
    ):
        assert answer.status_code == 200
        for shown in ("98.761", "98,761", "98761"):
            assert shown not in answer.text
    assert "Bộ Công an" in country.text
    assert "Số người của đơn vị này không công khai" in unit.text


def test_a_signed_in_reader_sees_restricted_headcounts(
    public_portal: str, portal: str, password: str
) -> None:
    for address in (public_portal, portal):
        reader = Reader(address)
        reader.sign_in(password)

        assert "98.761" in reader.get("/").text
        assert "98.761" in reader.get("/don-vi/G11").text


def test_of_processes_that_start_at_once_one_makes_the_first_accounts(
    urls: Urls, secrets_dir: Path
) -> None:
    ways = [Database.connect(urls("portal_keeper")) for _ in range(4)]

    with ThreadPoolExecutor(len(ways)) as pool:
        list(
            pool.map(
                lambda way: ensure_first_accounts(secrets_dir, way, lambda: MEASURED_AT), ways
            )
        )

    with ways[0].transaction() as conn:
        made = {account.login for account in accounts.list_accounts(conn)}
    for way in ways:
        way.close()
    assert made == {login for login, *_ in FIRST_ACCOUNTS}
