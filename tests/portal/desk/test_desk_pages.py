"""Every page of the desk over real records: what it shows, to whom, and how it is said."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from sync.demo.people import one
from tests.portal.browsing import Reader, text_of, without_our_script
from tests.portal.desk.conftest import (
    APPROVER,
    BOTH,
    HOSTILE,
    IDLE,
    OFFICER,
    OTHER,
    STAFF,
    STEWARD,
    UNKNOWN_RANK,
)
from tests.services.village import A, B, Village

SignIn = Callable[[str], Reader]
Records = Callable[[str], list[int]]
PAGES = ("/viec", "/tim", "/phe-duyet", "/gan-ma")


def cause_address(village: Village, unit_code: str, rule_code: str) -> str:
    """The page of the unit's only cause of a rule."""
    cause = village.one(
        "SELECT encode(cause_hmac, 'hex') FROM quality.cause"
        " WHERE unit_code = :u AND rule_code = :r",
        u=unit_code,
        r=rule_code,
    )
    return f"/viec/nguyen-nhan?unit={unit_code}&rule={rule_code}&cause={cause}"


def search(reader: Reader, **asked: str) -> str:
    token = reader.form_token("/tim")
    return text_of(reader.post("/tim", token=token, **asked))


def test_the_queue_shows_what_blocks_first_and_its_counts_add_up(signed_in: SignIn) -> None:
    page = text_of(signed_in(OFFICER).get("/viec"))
    said = re.search(
        r"Tổng (\d+) việc = chưa xử lý (\d+) \+ chờ phê duyệt (\d+)"
        r" \+ đã duyệt, chờ đợt đồng bộ (\d+) \+ chấp nhận có thời hạn (\d+)",
        page,
    )

    assert said is not None
    total, *parts = (int(each) for each in said.groups())
    assert total == sum(parts) > 0
    causes = page.split("đến hạn trước")[1]
    assert causes.index("Chặn") < causes.index("Cần xem lại")
    assert causes.index(UNKNOWN_RANK) < causes.index("Ngày vào cơ quan hiện nay")


def test_a_cause_shows_its_people_with_masked_numbers_and_what_was_sent(
    signed_in: SignIn, desk_village: Village
) -> None:
    answer = signed_in(OFFICER).get(cause_address(desk_village, A, "CR006"))
    people = desk_village.houses[A].people[:4]
    page = text_of(answer)

    assert answer.status_code == 200
    for person in people:
        own = one(person, "person")
        assert own["ho_va_ten"] in page
        assert own["so_dinh_danh"] not in page
        assert f"••••••••{own['so_dinh_danh'][-4:]}" in page
    assert page.count(UNKNOWN_RANK) >= 5


def test_a_number_with_blanks_gets_its_suggestion(
    signed_in: SignIn, desk_village: Village
) -> None:
    page = text_of(signed_in(OFFICER).get(cause_address(desk_village, A, "ID001b")))

    assert re.search(r"Gợi ý: \d{12}", page)


def test_a_record_says_as_sent_as_read_and_held_and_the_question_at_its_field(
    signed_in: SignIn, records_of: Records
) -> None:
    rank, blocked = records_of(A)[0], records_of(A)[4]
    reader = signed_in(OFFICER)

    admitted, outside = (
        text_of(reader.get(f"/ho-so/{rank}")),
        text_of(reader.get(f"/ho-so/{blocked}")),
    )

    assert (
        f"Mã ngạch / chức danh nghề nghiệp {UNKNOWN_RANK} {UNKNOWN_RANK} {UNKNOWN_RANK}"
        in admitted
    )
    assert "Mã ngạch, chức danh không có trong danh mục" in admitted
    assert "Quy tắc CR006 · Căn cứ: Pháp điển ghi cả hai dạng" in admitted
    assert "codified law writes both forms" not in admitted
    assert "codified law writes both forms" in text_of(reader.get(f"/ho-so/{rank}?lang=en"))
    reader.get(f"/ho-so/{rank}?lang=vi")
    assert "Đã tiếp nhận" in admitted
    assert "Tiếp nhận lần đầu." in admitted
    assert "Chưa tiếp nhận" in outside
    assert "Hồ sơ chưa từng được tiếp nhận." in outside
    assert re.search(r"(\d{3} \d{3} \d{6}) \1 chưa tiếp nhận", outside)


def test_sensitive_fields_are_masked_until_a_reason_is_given_and_that_is_in_the_ledger(
    signed_in: SignIn, desk_village: Village, records_of: Records
) -> None:
    record, reader = records_of(A)[8], signed_in(OFFICER)
    path = f"/ho-so/{record}"
    token = reader.form_token(path)
    before = text_of(reader.get(path))

    refused = reader.post(path, token=token, reason="Người có số 001085 " + "123456")
    (name,) = desk_village.rows(
        "SELECT ho_va_ten FROM register.directory WHERE record_id = :r", r=record
    )[0]
    naming = reader.post(path, token=token, reason=f"Xem của {name.upper()}")
    shown = reader.post(path, token=token, reason="Đối chiếu với hồ sơ giấy")
    after = text_of(reader.get(path))
    entries = desk_village.rows(
        "SELECT actor, figures ->> 'record_id', figures ->> 'reason' FROM ledger.entry"
        " WHERE action = 'record_uncovered'"
    )

    assert "Tôn giáo ZZ" not in before
    assert (refused.status_code, "dãy số dài" in refused.text) == (422, True)
    assert "Tôn giáo ZZ" not in text_of(refused)
    assert (naming.status_code, 'href="#reason"' in naming.text) == (422, True)
    assert "Tôn giáo ZZ ZZ ZZ" in text_of(shown)
    assert "Tôn giáo ZZ" not in after
    assert "đã xem các trường nhạy cảm" in after
    assert entries == [(OFFICER, str(record), "Đối chiếu với hồ sơ giấy")]


def test_what_a_source_sends_is_shown_as_text_everywhere(
    signed_in: SignIn, desk_village: Village, records_of: Records
) -> None:
    reader = signed_in(OFFICER)
    pages = [
        reader.get(f"/ho-so/{records_of(A)[5]}"),
        reader.get(cause_address(desk_village, A, "ID008c")),
        reader.post("/tim", token=reader.form_token("/tim"), name="nguyen <script"),
    ]

    for answer in pages:
        assert answer.status_code == 200
        assert "<script" not in without_our_script(answer.text)
        assert HOSTILE in unescape(answer.text)


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "%"},
        {"name": "_"},
        {"name": "' OR 1=1 --"},
        {"name": "\\"},
        {"digits": "0000'; DROP TABLE register.person; --"},
        {"rule": "' OR '1'='1"},
    ],
)
def test_signs_that_mean_something_in_sql_find_nobody(
    signed_in: SignIn, asked: dict[str, str]
) -> None:
    assert "Không tìm thấy ai" in search(signed_in(OFFICER), **asked)


def test_people_are_found_without_marks_by_digits_by_rule_and_by_age(
    signed_in: SignIn, desk_village: Village
) -> None:
    reader = signed_in(OFFICER)
    directory = desk_village.rows(
        "SELECT ho_va_ten, so_dinh_danh, plain_name FROM register.directory"
        " WHERE unit_code = :u ORDER BY sort_key",
        u=A,
    )
    name, number, plain = directory[1]

    by_name = search(reader, name=plain.strip())
    by_digits = search(reader, digits=number[-5:])
    by_rule = search(reader, rule="CA002a")
    by_age = search(reader, age="90")

    assert name in by_name
    assert name in by_digits
    assert number not in by_name + by_digits
    assert "2 người, xếp theo tên." in by_rule
    assert "Không tìm thấy ai" in by_age
    assert "Hãy nhập ít nhất 4 số cuối." in search(reader, digits="123")
    assert "Hãy nhập họ tên" in search(reader)


def test_nobody_of_another_unit_is_found_not_even_by_asking_for_that_unit(
    signed_in: SignIn, desk_village: Village
) -> None:
    reader = signed_in(OFFICER)
    (number,) = desk_village.rows(
        "SELECT so_dinh_danh FROM register.directory WHERE unit_code = :u LIMIT 1", u=B
    )[0]
    token = reader.form_token("/tim")

    own = reader.post("/tim", token=token, digits=number[-6:])
    theirs = reader.post(f"/tim?unit={B}", token=token, digits=number[-6:])

    assert "Không tìm thấy ai" in own.text
    assert theirs.status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_english_too(signed_in: SignIn, path: str) -> None:
    reader = signed_in(APPROVER)

    answer = reader.get(f"{path}?lang=en")
    reader.get(f"{path}?lang=vi")

    assert answer.status_code == 200
    assert 'lang="en"' in answer.text
    assert "Your unit's tasks" in text_of(answer)
    assert ("personal data of your unit" in answer.text) == (path != "/gan-ma")


def test_an_officer_of_two_units_chooses_one(signed_in: SignIn) -> None:
    reader = signed_in(BOTH)

    first, second = reader.get("/viec"), reader.get(f"/viec?unit={B}")

    assert f'<option value="{A}" selected>' in first.text
    assert f'<option value="{B}" selected>' in second.text


def test_an_empty_desk_says_when_the_last_delivery_came_and_when_the_next_will(
    signed_in: SignIn,
) -> None:
    reader = signed_in(IDLE)
    desk, approvals = text_of(reader.get("/viec")), text_of(reader.get("/phe-duyet"))

    assert "Không còn việc nào." in desk
    assert "Lần gửi dữ liệu gần nhất: 12:00 23/11/2026." in desk
    assert "Đợt đồng bộ tiếp theo bắt đầu vào đầu giờ tới" in desk
    assert "Không có đề nghị nào chờ phê duyệt." in approvals


@pytest.mark.parametrize("login", [STAFF, STEWARD])
def test_who_is_no_officer_is_refused(
    signed_in: SignIn, records_of: Records, login: str
) -> None:
    reader = signed_in(login)
    paths = ["/viec", "/tim", "/phe-duyet", f"/ho-so/{records_of(A)[0]}", "/viec/nguyen-nhan"]
    paths += [
        "/viec/xong/de-nghi?ids=1",
        f"/ho-so/{records_of(A)[0]}/sua?group=person&field=email",
    ]

    assert {reader.get(path).status_code for path in paths} == {403}


def test_a_steward_sees_codes_and_counts_and_no_person(
    signed_in: SignIn, desk_village: Village
) -> None:
    page = text_of(signed_in(STEWARD).get("/gan-ma"))
    names = desk_village.rows("SELECT ho_va_ten FROM register.directory")

    assert "Gán mã của đơn vị với mã quốc gia" in page
    assert not [name for (name,) in names if name in page]
    assert signed_in(STAFF).get("/gan-ma").status_code == 403


def test_another_units_officer_meets_nothing_of_this_unit_by_guessed_ids(
    signed_in: SignIn, desk_village: Village, records_of: Records
) -> None:
    reader, record = signed_in(OTHER), records_of(A)[0]
    own = cause_address(desk_village, A, "CR006")
    paths = {
        f"/ho-so/{record}": 404,
        f"/ho-so/{record}/sua?group=person&row=1&field=email": 404,
        own: 403,
        own.replace(f"unit={A}", f"unit={B}"): 200,  # the same question, of their own people
        f"/viec?unit={A}": 403,
        f"/phe-duyet?unit={A}": 403,
        f"/tim?unit={A}": 403,
    }
    names = desk_village.rows(
        "SELECT ho_va_ten FROM register.directory WHERE unit_code = :u"
        " EXCEPT SELECT ho_va_ten FROM register.directory WHERE unit_code = :other",
        u=A,
        other=B,
    )

    for path, status in paths.items():
        answer = reader.get(path)
        assert answer.status_code == status, path
        assert not [name for (name,) in names if name in unescape(answer.text)], path


def test_a_place_the_record_does_not_have_is_not_found(
    signed_in: SignIn, records_of: Records
) -> None:
    reader, record = signed_in(OFFICER), records_of(A)[0]

    for query in (
        "group=person&row=1&field=khong_co",
        "group=health&row=1&field=sk_can_nang",
        "group=party&row=1&field=email",
        "group=person&row=0&field=email",
    ):
        assert reader.get(f"/ho-so/{record}/sua?{query}").status_code in (400, 404), query
    assert reader.get("/ho-so/999999").status_code == 404
    assert reader.get("/viec/nguyen-nhan?rule=XX&cause=zz").status_code == 404
    assert reader.get("/viec/xong/gi-do").status_code == 404
