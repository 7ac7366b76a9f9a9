"""When something fails, a reader learns what to do, and nobody learns a value."""

from pathlib import Path

import pytest

from sync.portal.app import Ways, create_app
from tests.portal.browsing import Reader
from tests.portal.conftest import Clock, running

PLANTED = "planted-9X7Q-nguyen"


def test_a_page_that_does_not_exist_says_so_in_both_languages(
    portal: str, password: str
) -> None:
    reader = Reader(portal)
    reader.sign_in(password)

    for path in (f"/don-vi/{PLANTED}", f"/{PLANTED}"):
        answer = reader.get(path)
        assert answer.status_code == 404
        assert "Không có trang này" in answer.text
        assert '<section lang="en">' in answer.text
        assert "There is no such page" in answer.text
        assert PLANTED not in answer.text


def test_a_database_that_is_gone_is_an_error_page_without_address_or_password(
    secrets_dir: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    gone = Ways.open(lambda role: f"postgresql+psycopg2://{role}:{PLANTED}@127.0.0.1:1/none")
    app = create_app(gone, is_public=True, clock=clock, secrets_dir=secrets_dir)
    with running(app) as address:
        answer = Reader(address).get("/")
        health = Reader(address).get("/healthz")

    assert answer.status_code == 500
    assert "Hệ thống đang có lỗi" in answer.text
    assert "Something failed on our side" in answer.text
    assert health.status_code == 200
    for output in (answer.text, caplog.text):
        assert PLANTED not in output
        assert "127.0.0.1:1" not in output
    assert "DatabaseRefusedError" in caplog.text


def test_a_failure_of_ours_is_logged_by_kind_and_place_only(
    secrets_dir: Path, clock: Clock, ways: Ways, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(ways, is_public=True, clock=clock, secrets_dir=secrets_dir)

    @app.get("/vo")
    def break_down() -> str:
        raise RuntimeError(PLANTED)

    with running(app) as address:
        answer = Reader(address).get("/vo")

    assert answer.status_code == 500
    assert "Hệ thống đang có lỗi" in answer.text
    assert answer.headers["content-security-policy"]
    assert "portal_failed kind=RuntimeError at=test_errors.py:" in caplog.text
    assert PLANTED not in answer.text + caplog.text


def test_a_form_too_large_is_refused_without_repeating_it(portal: str) -> None:
    long_field = Reader(portal).post("/dang-nhap", password=PLANTED * 100)
    long_form = Reader(portal).post("/dang-nhap", password=PLANTED * 10_000)

    assert (long_field.status_code, long_form.status_code) == (400, 413)
    for answer in (long_field, long_form):
        assert PLANTED not in answer.text
    assert "Biểu mẫu gửi lên dài quá mức cho phép" in long_form.text
    assert "The form is longer than is allowed" in long_form.text
