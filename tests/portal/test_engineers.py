"""The engineers' pages: who sees them, what they count, and what a decision does."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from sync.model.desk import Role
from sync.model.errors import DatabaseRefusedError, NotFoundError
from sync.model.source import Source
from sync.portal.access import ensure_portal_secret
from sync.portal.app import Ways, create_app
from sync.portal.speech import ZONE
from sync.services import accounts, sessions
from sync.services.context import utc_now
from sync.services.hold import release_snapshot
from sync.services.permissions import operator
from sync.services.registry import load_registry, register_sources, set_credential_end
from sync.services.sync import finish_snapshot
from sync.settings import get_settings
from sync.store import ledger, registry, snapshots
from sync.store.database import Database, SignedInDatabase
from tests.portal import dispatch
from tests.portal.browsing import Reader, text_of, without_our_script
from tests.portal.conftest import running
from tests.services.village import A, Village

WHY = "Đã gọi điện hỏi đơn vị."
PASSWORD = "mot-mat-khau-du-dai"  # noqa: S105 - of these tests
ACCOUNTS = (
    ("ky.su", Role.ENGINEER, ""),
    ("can.bo", Role.HR_OFFICER, "H20"),
    ("nguoi.duyet", Role.HR_APPROVER, "H20"),
    ("uy.ban", Role.COMMITTEE, ""),
)
COUNTS = dict.fromkeys(ledger.COUNTS, 0)
PAGES = ("/dot", "/tam-giu", "/ket-noi", "/don-vi/H20/ky-thuat")


@pytest.fixture
def ways(urls: Callable[[str], str]) -> Iterator[Ways]:
    ways = Ways.open(urls)
    for login, role, unit in ACCOUNTS:
        accounts.ensure_account(
            accounts.Wanted(login, login, [(role, unit)]), PASSWORD, db=ways.keeper
        )
    yield ways
    for way in (ways.reader, ways.keeper, ways.desk, ways.checker):
        way.close()


@pytest.fixture
def app(ways: Ways, tmp_path: Path) -> FastAPI:
    ensure_portal_secret(tmp_path / "secrets")
    return create_app(ways, is_public=False, clock=utc_now, secrets_dir=tmp_path / "secrets")


@pytest.fixture
def portal(app: FastAPI) -> Iterator[str]:
    with running(app) as address:
        yield address


def signed_in(portal: str, login: str = "ky.su") -> Reader:
    reader = Reader(portal)
    answer = reader.sign_in(PASSWORD, account=login)
    assert answer.status_code == 303
    return reader


@pytest.fixture
def engineer(portal: str) -> Reader:
    return signed_in(portal)


@pytest.fixture
def registered(db: Database) -> Database:
    load_registry(db)
    return db


@pytest.fixture
def now() -> datetime:
    return utc_now().replace(microsecond=0)


@pytest.fixture
def keys(registered: Database, now: datetime) -> list[str]:
    """Three waves, newest first."""
    return dispatch.add_waves(registered, now, 3)


@pytest.fixture
def held(keys: list[str], db: Database) -> int:
    """The delivery on hold."""
    return int(_one(db, "SELECT snapshot_id FROM landing.snapshot WHERE state = 'held'"))


def _one(db: Database, statement: str, **values: object) -> object:
    with db.transaction() as conn:
        return conn.execute(text(statement), values).scalar_one()


def wave_path(key: str) -> str:
    return f"/dot/{quote(key, safe='')}"


def test_only_an_engineer_sees_the_pages_of_runs(portal: str, held: int) -> None:
    pages = (*PAGES, f"/lan-gui/{held}")
    for path in pages:
        assert Reader(portal).get(path).headers["location"].startswith("/dang-nhap?next="), path
    for login in ("can.bo", "nguoi.duyet", "uy.ban"):
        reader = signed_in(portal, login)
        assert [reader.get(path).status_code for path in pages] == [403] * len(pages), login
        assert 'href="/dot"' not in reader.get("/dinh-nghia").text


def test_an_engineer_finds_the_pages_in_the_menu_and_each_in_both_languages(
    engineer: Reader, keys: list[str], held: int
) -> None:
    assert 'href="/dot"' in engineer.get("/dinh-nghia").text
    for path in (*PAGES, wave_path(keys[0]), f"/lan-gui/{held}"):
        for language in ("vi", "en"):
            answer = engineer.get(f"{path}?lang={language}")
            assert answer.status_code == 200, path
            assert f'<html lang="{language}">' in answer.text
            assert "style=" not in answer.text
            assert "<script" not in without_our_script(answer.text)


def test_before_the_first_wave_every_page_says_what_to_expect(
    engineer: Reader, registered: Database
) -> None:
    assert "Chưa có đợt đồng bộ nào" in text_of(engineer.get("/dot"))
    assert "Không có lần gửi nào đang tạm giữ" in text_of(engineer.get("/tam-giu"))
    assert "Chưa khai báo hệ thống nguồn nào" in text_of(engineer.get("/ket-noi"))
    assert "Đơn vị chưa gửi lần nào" in text_of(engineer.get("/don-vi/H20/ky-thuat"))


def test_a_wave_is_a_row_with_the_numbers_of_its_strip(
    engineer: Reader, keys: list[str]
) -> None:
    page = engineer.get("/dot")
    rows = re.findall(r"<tr>.*?</tr>", page.text, re.DOTALL)[1:]
    shown = [re.sub(r"<[^>]+>", " ", row).split() for row in rows]

    assert len(rows) == len(keys)
    assert [cell for cell in shown[0] if "/4" in cell] == ["3/4", "3/4", "2/4"]
    assert [cell for cell in shown[1] if "/4" in cell] == ["3/4", "3/4", "3/4"]
    assert "1.530" in shown[0]
    assert "Lấy dữ liệu 3/4 đơn vị, kiểm tra 3/4, tiếp nhận 2/4." in page.text
    strip = re.findall(r'look-(\w+)" x="(\d+)" y="(\d+)" width="(\d+)"', rows[0])
    assert strip == [
        ("done", "0", "0", "3"), ("source", "3", "0", "1"),
        ("done", "0", "1", "3"), ("none", "3", "1", "1"),
        ("done", "0", "2", "1"), ("stopped", "1", "2", "1"), ("done", "2", "2", "1"),
        ("none", "3", "2", "1"),
    ]  # fmt: skip


def test_older_waves_are_a_page_away(
    engineer: Reader, registered: Database, now: datetime
) -> None:
    dispatch.add_waves(registered, now, 26)

    first = engineer.get("/dot").text
    older = re.search(r'href="(/dot\?before=[^"]+)"', first)
    assert older is not None
    second = engineer.get(older[1]).text

    assert first.count('class="strip"') == 24
    assert second.count('class="strip"') == 2
    assert "Các đợt mới nhất" in second
    assert "before=" not in second.replace("?before=", "", 1) or "lang=" in second


def test_a_wave_says_how_each_unit_fared_and_how_fast(
    engineer: Reader, keys: list[str], held: int
) -> None:
    page = engineer.get(wave_path(keys[0]))
    said = text_of(page)

    order = re.findall(r'<tr id="(\w+)">', page.text)
    assert order == ["H20", "H52", "G09", "H26"]
    assert "Lần gửi thiếu 481 người trong 500 hồ sơ hiện có (ngưỡng 25)" in said
    assert "Hệ thống nguồn không trả lời hoặc quá tải" in said
    assert "1 phút 30 giây 571 6,3" in said  # 571 records in 90 s
    assert f"cbccvc replay {held}" in said
    assert "cbccvc sync --unit H52" in said
    # pulls end, and reading begins, at second 95, when the dead unit was given up
    assert re.search(r"lấy dữ liệu \S+ \S+ 1 phút 35 giây 1\.530 16,1 ", said)
    assert re.search(r"đọc \S+ \S+ 5 giây 1\.530 306 ", said)


def test_waves_lead_to_airflow_and_only_where_it_is_known(
    app: FastAPI, engineer: Reader, keys: list[str]
) -> None:
    assert "/dags/" not in engineer.get("/dot").text
    app.state.airflow_url = "https://airflow.example/"
    run = f"https://airflow.example/dags/sync_wave/runs/{quote(dispatch.RUN, safe='')}"

    waves, wave = engineer.get("/dot").text, engineer.get(wave_path(keys[0])).text

    assert waves.count(f'href="{run}"') == len(keys)
    for number, unit in enumerate(dispatch.UNITS):
        row = wave.partition(f'<tr id="{unit}">')[2].partition("</tr>")[0]
        assert f'href="{run}/tasks/pull/mapped/{number}"' in row
    assert f'href="{run}/tasks/measure"' in wave


def test_a_hold_shows_both_numbers_of_every_brake_and_no_rule_that_only_counts(
    engineer: Reader, held: int
) -> None:
    for path in ("/tam-giu", f"/lan-gui/{held}"):
        said = text_of(engineer.get(path))
        assert "481 /500 Lần gửi thiếu 481 người trong 500 hồ sơ" in said
        assert "7 /90 Lần gửi vi phạm quy tắc SNP099 (7/90)" in said
        assert "SNP050" not in said
    said = text_of(engineer.get(f"/lan-gui/{held}?lang=en"))
    assert "The delivery lacks 481 of 500 live people (limit 25)" in said


def test_an_engineer_releases_with_a_reason_and_the_trace_bears_their_name(
    engineer: Reader, held: int, db: Database
) -> None:
    token = engineer.form_token("/tam-giu")

    answer = engineer.post(f"/lan-gui/{held}", token=token, decision="release", reason=WHY)

    assert answer.headers["location"] == f"/lan-gui/{held}?done=released"
    page = text_of(engineer.get(answer.headers["location"]))
    assert "Đã cho qua. Đợt sau sẽ đọc" in page
    assert f"“{WHY}”" in page
    assert "ky.su" in page
    assert "Đã cho qua, chờ tiếp nhận" in text_of(engineer.get("/tam-giu"))
    with db.transaction() as conn:
        released = conn.execute(
            text(
                "SELECT rule_code, part, part_of, actor FROM quality.release ORDER BY rule_code"
            )
        ).all()
        acts = conn.execute(
            text(
                "SELECT action, actor, figures ->> 'reason' AS reason FROM ledger.entry"
                " WHERE snapshot_id = :n"
            ),
            {"n": held},
        ).all()
    assert released == [("SNP002", 481, 500, "ky.su"), ("SNP099", 7, 90, "ky.su")]
    assert acts == [("snapshot_released", "ky.su", WHY)]


def test_an_engineer_returns_a_delivery(engineer: Reader, held: int, db: Database) -> None:
    token = engineer.form_token(f"/lan-gui/{held}")

    answer = engineer.post(f"/lan-gui/{held}", token=token, decision="reject", reason=WHY)

    assert "Đã trả lại" in text_of(engineer.get(answer.headers["location"]))
    assert _one(db, "SELECT count(*) FROM quality.release") == 0
    state = _one(db, "SELECT state FROM landing.snapshot WHERE snapshot_id = :n", n=held)
    assert state == "rejected"


def test_a_decision_is_made_once(engineer: Reader, held: int, db: Database) -> None:
    token = engineer.form_token(f"/lan-gui/{held}")
    fields = {"token": token, "decision": "release", "reason": WHY}
    engineer.post(f"/lan-gui/{held}", **fields)

    again = engineer.post(f"/lan-gui/{held}", **fields)

    english = engineer.post(f"/lan-gui/{held}?lang=en", **fields)

    assert (again.status_code, english.status_code) == (409, 409)
    assert "Trạng thái hiện nay: đã cho qua, chờ tiếp nhận." in text_of(again)
    assert "Bây giờ có thể: Chờ đợt đồng bộ tới đọc và tiếp nhận" in text_of(again)
    assert f'<a href="/lan-gui/{held}">Mở lại trang này</a>' in again.text
    assert "Wait for the next run to read and admit this delivery." in text_of(english)
    assert _one(db, "SELECT count(*) FROM ledger.entry WHERE snapshot_id = :n", n=held) == 1


def test_a_reason_that_will_not_do_is_asked_for_again(
    engineer: Reader, held: int, db: Database
) -> None:
    token = engineer.form_token(f"/lan-gui/{held}")
    for reason, said in (
        ("", "Hãy nêu lý do"),
        ("Ông 001099000123 đúng.", "có một dãy số có thể là của một người"),
    ):
        fields = {"token": token, "decision": "release", "reason": reason}
        answer = engineer.post(f"/lan-gui/{held}", **fields)
        assert answer.status_code == 422
        assert said in text_of(answer)
    state = _one(db, "SELECT state FROM landing.snapshot WHERE snapshot_id = :n", n=held)
    assert state == "held"


def test_a_forged_form_and_an_unknown_decision_change_nothing(
    engineer: Reader, portal: str, held: int, db: Database
) -> None:
    token = engineer.form_token(f"/lan-gui/{held}")
    officer = signed_in(portal, "can.bo")
    officers_token = officer.form_token("/dinh-nghia")
    fields = {"decision": "release", "reason": WHY}

    statuses = [
        engineer.post(f"/lan-gui/{held}", token="x", **fields).status_code,  # noqa: S106 - not even a token
        engineer.post(f"/lan-gui/{held}", token=officers_token, **fields).status_code,
        officer.post(f"/lan-gui/{held}", token=officers_token, **fields).status_code,
        Reader(portal).post(f"/lan-gui/{held}", token=token, **fields).status_code,
        engineer.post(f"/lan-gui/{held}", token=token, decision="x", reason=WHY).status_code,
    ]

    assert statuses == [403, 403, 403, 303, 400]
    state = _one(db, "SELECT state FROM landing.snapshot WHERE snapshot_id = :n", n=held)
    assert state == "held"


def test_the_database_lets_nobody_but_an_engineer_decide(ways: Ways, held: int) -> None:
    for login, _, _ in ACCOUNTS[1:]:
        token = sessions.sign_in(login, PASSWORD, "here", db=ways.keeper)
        desk = SignedInDatabase(ways.desk.engine, token or "")
        with pytest.raises((NotFoundError, DatabaseRefusedError)):
            release_snapshot(held, actor=login, reason=WHY, db=desk)
    with pytest.raises((NotFoundError, DatabaseRefusedError)):
        release_snapshot(held, actor="ky.su", reason=WHY, db=ways.desk)


def test_the_database_lets_an_engineer_sign_with_no_name_but_their_own(
    ways: Ways, held: int, db: Database
) -> None:
    token = sessions.sign_in("ky.su", PASSWORD, "here", db=ways.keeper)
    desk = SignedInDatabase(ways.desk.engine, token or "")

    with pytest.raises(DatabaseRefusedError, match="42501"):
        release_snapshot(held, actor="nguoi.khac", reason=WHY, db=desk)
    with pytest.raises(DatabaseRefusedError, match="42501"), desk.transaction() as conn:
        conn.execute(
            text("UPDATE landing.snapshot SET state = 'admitted' WHERE snapshot_id = :n"),
            {"n": held},
        )
    with desk.transaction() as conn:
        snapshot = snapshots.get(conn, held)
    entry = ledger.about(snapshot, "snapshot_admitted", utc_now(), actor="ky.su", counts=COUNTS)
    with pytest.raises(DatabaseRefusedError, match="42501"), desk.transaction() as conn:
        ledger.append(conn, entry)
    assert _one(db, "SELECT count(*) FROM ledger.entry WHERE snapshot_id = :n", n=held) == 0


@pytest.fixture
def village(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    monkeypatch.setenv("CBCCVC_HOME", str(tmp_path / "home"))
    get_settings.cache_clear()
    made = Village(db, tmp_path / "home")
    yield made
    made.close()
    get_settings.cache_clear()


def test_what_a_real_brake_stopped_is_released_by_the_page_and_admitted(
    village: Village, engineer: Reader
) -> None:
    house = village.add(A, 60)
    village.wave()
    del house.people[4:]
    village.wave()
    held, state = village.newest(A)
    assert state == "held"

    said = text_of(engineer.get("/tam-giu"))
    token = engineer.form_token("/tam-giu")
    engineer.post(f"/lan-gui/{held}", token=token, decision="release", reason=WHY)
    done = finish_snapshot(held, db=village.db, clock=village.clock)

    assert "56 /60" in said
    assert done["outcome"] == "admitted"
    page = text_of(engineer.get(f"/lan-gui/{held}"))
    assert "Đang quản lý: 60 → 4" in page


def test_a_certificate_is_shown_by_the_days_it_has_left(
    engineer: Reader, registered: Database, now: datetime
) -> None:
    dispatch.add_probe(registered, "H26", now - timedelta(minutes=1), ends_in=200)
    dispatch.add_probe(registered, "H20", now - timedelta(minutes=1), ends_in=12)
    dispatch.add_probe(registered, "G09", now - timedelta(minutes=1), ends_in=-3)
    dispatch.add_probe(registered, "H52", now - timedelta(hours=2))
    dispatch.add_probe(
        registered, "H52", now - timedelta(minutes=1), reason="Source H52-S refused us."
    )

    page = engineer.get("/ket-noi")
    due = re.findall(
        r'<li class="(late|soon|far)">\s*<span class="large">(\S+)</span>', page.text
    )
    said = text_of(page)

    assert due == [("late", "-3"), ("soon", "12"), ("far", "200")]
    assert "3/4 hệ thống nguồn trả lời" in said
    assert said.index("Source H52-S refused us.") < said.index("cbccvc probe --unit G09")
    assert "1/2" in said
    assert "12 ngày còn lại" in text_of(engineer.get("/don-vi/H20/ky-thuat"))


def test_a_credential_is_due_beside_the_certificates(
    engineer: Reader, registered: Database, now: datetime
) -> None:
    today = now.astimezone(ZONE).date()
    dispatch.add_probe(registered, "H26", now - timedelta(minutes=1), ends_in=20)
    for unit, days in (("H26", 5), ("H20", 0)):
        dispatch.add_probe(registered, unit, now - timedelta(minutes=2))
        ends_on = today + timedelta(days=days)
        set_credential_end(unit, ends_on, actor=operator("Mai"), db=registered)

    page = engineer.get("/ket-noi")
    due = re.findall(
        r'<li class="(late|soon|far)">\s*<span class="large">(\S+)</span>.*?quiet">([^<]+)<',
        page.text,
        re.DOTALL,
    )
    unit = text_of(engineer.get("/don-vi/H26/ky-thuat?lang=en"))

    assert [(look, left, said[:5]) for look, left, said in due] == [
        ("soon", "0", "khóa "),
        ("soon", "5", "khóa "),
        ("soon", "20", "chứng"),
    ]
    assert "5 days left" in unit.partition("Credential")[2]
    with registered.transaction() as conn:
        told = conn.execute(
            text(
                "SELECT unit_code, actor, figures FROM ledger.entry"
                " WHERE action = 'credential_end_set' ORDER BY entry_id"
            )
        ).all()
    assert [(row.unit_code, row.actor, row.figures["source"]) for row in told] == [
        ("H26", "Mai", "H26-S"),
        ("H20", "Mai", "H20-S"),
    ]


def test_who_registers_a_source_again_without_an_end_does_not_unsay_it(
    registered: Database,
) -> None:
    ends_on = date(2027, 1, 31)
    source = Source("H26-S", "H26", "rest_page", "hrm_trang", "https://x", "key")
    for each in (replace(source, credential_ends_on=ends_on), source):
        register_sources([each], {"H26": 5}, valid_from=ends_on, stated_by="s", db=registered)

    with registered.transaction() as conn:
        assert registry.get_source(conn, "H26", ends_on).credential_ends_on == ends_on


def test_why_a_probe_failed_is_said_in_the_readers_language(
    engineer: Reader, registered: Database, now: datetime
) -> None:
    told = "Source H52-S answered 401 to /people."
    dispatch.add_probe(registered, "H52", now, reason=told, code="source_rejected")
    dispatch.add_probe(registered, "H20", now, reason="From before we kept codes.")

    for path in ("/ket-noi", "/don-vi/H52/ky-thuat"):
        vietnamese = text_of(engineer.get(f"{path}?lang=vi"))
        english = text_of(engineer.get(f"{path}?lang=en"))
        assert "từ chối kết nối; hãy kiểm tra khóa kết nối" in vietnamese
        assert "The source system refuses us; check the credential" in english
        assert told in vietnamese
    assert "From before we kept codes." in text_of(engineer.get("/ket-noi"))


def test_the_slowest_pulls_come_first(engineer: Reader, keys: list[str]) -> None:
    said = text_of(engineer.get("/ket-noi")).partition("Lấy dữ liệu lâu nhất")[2]

    durations = re.findall(r"(1 phút 30 giây|20 giây|4 giây)", said)
    assert durations == ["1 phút 30 giây"] * 3 + ["20 giây"] * 3 + ["4 giây"] * 3


def test_a_unit_shows_thirty_days_as_bars_and_the_same_in_a_table(
    engineer: Reader, registered: Database, now: datetime
) -> None:
    dispatch.add_waves(registered, now - timedelta(days=2), 1)
    dispatch.add_waves(registered, now - timedelta(days=40), 1)

    page = engineer.get("/don-vi/H26/ky-thuat").text
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    days = [re.sub(r"<[^>]+>", " ", row).split()[1:] for row in body.split("<tr>")[1:]]

    assert page.count('class="bar-none"') == 29
    assert len(days) == 30
    assert days[2] == ["900", "891", "8", "1"]
    assert days[0] == days[29] == ["—"] * 4
    assert "nhận 900, tiếp nhận 891, chưa tiếp nhận 8" in page


NOWHERE = (
    "/dot/khong-co", "/dot/%00", "/dot/..%2Fdot", "/dot?before=x", "/dot?before=2026-01-01",
    "/lan-gui/0", "/lan-gui/99999999999999999999", "/lan-gui/4711", "/lan-gui/x",
    "/don-vi/Z99/ky-thuat", "/don-vi/h20/ky-thuat", "/don-vi/%27/ky-thuat",
)  # fmt: skip


def test_an_address_that_names_nothing_is_answered_calmly(
    engineer: Reader, registered: Database
) -> None:
    answers = {path: engineer.get(path).status_code for path in NOWHERE}

    assert set(answers.values()) <= {400, 404}, answers
