"""Whole loops at the desk, over the socket: propose, decide, accept, map, take back."""

import re
from collections.abc import Callable
from copy import deepcopy

import pytest
from requests import Response

from sync.demo.people import one
from tests.portal.browsing import Reader, text_of
from tests.portal.desk.conftest import (
    APPROVER,
    OFFICER,
    OTHER,
    STEWARD,
    UNKNOWN_RANK,
)
from tests.services.village import A, B, Village

SignIn = Callable[[str], Reader]
WHY = "Theo quyết định trong hồ sơ giấy"


def flags_of(village: Village, rule_code: str, unit_code: str = A) -> list[int]:
    """Flags of a rule that are not closed, in the order of the records."""
    rows = village.rows(
        "SELECT flag_id FROM quality.flag WHERE unit_code = :u AND rule_code = :r"
        " AND closed_at IS NULL ORDER BY record_id",
        u=unit_code,
        r=rule_code,
    )
    return [row[0] for row in rows]


def states(village: Village, flag_ids: list[int]) -> list[str]:
    rows = village.rows(
        "SELECT state FROM quality.flag WHERE flag_id = ANY(:ids) ORDER BY flag_id",
        ids=flag_ids,
    )
    return [row[0] for row in rows]


def cause_address(village: Village, rule_code: str, unit_code: str = A) -> str:
    cause = village.one(
        "SELECT encode(cause_hmac, 'hex') FROM quality.cause"
        " WHERE unit_code = :u AND rule_code = :r",
        u=unit_code,
        r=rule_code,
    )
    return f"/viec/nguyen-nhan?unit={unit_code}&rule={rule_code}&cause={cause}"


def send(reader: Reader, path: str, fields: list[tuple[str, str]]) -> Response:
    """A form of ours with these fields; a name may stand twice."""
    token = reader.form_token("/gan-ma")
    address, whole = reader.address + path, [("token", token), *fields]
    return reader.session.post(address, data=whole, timeout=30, allow_redirects=False)


def ids_in(answer: Response) -> list[int]:
    found = re.search(r"ids=([0-9,]+)", answer.headers["location"])
    assert found is not None
    return [int(each) for each in found[1].split(",")]


def decide(reader: Reader, act: str, correction_id: int, *more: tuple[str, str]) -> Response:
    fields = [("act", act), ("chosen", str(correction_id)), *more]
    return send(reader, f"/phe-duyet?unit={A}", fields)


def recruited_on(village: Village, flag_ids: list[int]) -> list[tuple[str, str]]:
    """The two people chosen, each with the day of their own recruitment, as people write it."""
    fields = [("flag", str(flag_id)) for flag_id in flag_ids]
    for flag_id, person in zip(flag_ids, village.houses[A].people[6:8], strict=True):
        day = one(person, "recruitment")["ngay_tuyen_dung"]
        fields.append((f"value_{flag_id}", "/".join(reversed(day.split("-")))))
    return fields


def record_of(village: Village) -> int:
    """The first record of the unit."""
    return int(
        village.one("SELECT min(record_id) FROM landing.record WHERE unit_code = :u", u=A)
    )


def test_a_form_with_something_wrong_keeps_what_was_typed_and_says_where(
    signed_in: SignIn, desk_village: Village
) -> None:
    path = cause_address(desk_village, "CA002a")
    (first, _) = flags_of(desk_village, "CA002a")
    reader = signed_in(OFFICER)

    nothing = send(reader, path, [("act", "propose")])
    no_day = send(
        reader,
        path,
        [("act", "propose"), ("flag", str(first)), ("value", "31/02/1999"), ("reason", WHY)],
    )
    quoting = send(
        reader,
        path,
        [("act", "propose"), ("flag", str(first)), ("value", "x"), ("reason", "0" * 12)],
    )

    for answer in (nothing, no_day, quoting):
        assert answer.status_code == 422
    assert 'href="#chosen"' in nothing.text
    assert 'href="#reason"' in nothing.text
    assert 'href="#value"' in no_day.text
    assert 'value="31/02/1999"' in no_day.text
    assert f'value="{WHY}"' in no_day.text
    assert re.search(rf'value="{first}" checked', no_day.text)
    assert "dãy số dài" in quoting.text
    assert states(desk_village, [first]) == ["open"]


def test_a_value_that_does_not_answer_the_rule_is_refused_with_its_sentence(
    signed_in: SignIn, desk_village: Village
) -> None:
    (first, second) = flags_of(desk_village, "CA002a")
    fields = [("act", "propose"), ("reason", WHY), ("value", "01/01/1971")]
    fields += [("flag", str(first)), ("flag", str(second)), (f"value_{second}", "2/1/1971")]

    answer = send(signed_in(OFFICER), cause_address(desk_village, "CA002a"), fields)

    assert answer.status_code == 422
    assert "Giá trị mới trái quy tắc CA002a" in text_of(answer)
    assert f'href="#value_{second}"' in answer.text
    assert states(desk_village, [first, second]) == ["open", "open"]


def test_proposed_approved_and_declined_until_the_wave_lays_the_value_over(
    signed_in: SignIn, desk_village: Village
) -> None:
    path = cause_address(desk_village, "CA002a")
    flag_ids = flags_of(desk_village, "CA002a")
    fields = [("act", "propose"), ("reason", WHY), *recruited_on(desk_village, flag_ids)]
    officer, approver = signed_in(OFFICER), signed_in(APPROVER)

    proposed = send(officer, path, fields)
    first, second = ids_in(proposed)
    done = text_of(officer.get(proposed.headers["location"]))
    replayed = send(officer, path, fields)
    by_officer = send(
        officer, f"/phe-duyet?unit={A}", [("act", "approve"), ("chosen", str(first))]
    )
    waiting = text_of(approver.get("/phe-duyet"))
    unexplained = decide(approver, "decline", second)
    approved = decide(approver, "approve", first)
    declined = decide(approver, "decline", second, ("reason", "Chưa có quyết định"))
    too_late = decide(approver, "approve", second)

    assert "Đã gửi đề nghị sửa" in done
    assert done.count("Chờ phê duyệt") >= 2
    assert (replayed.status_code, by_officer.status_code) == (422, 403)
    assert "Hãy chọn ít nhất một dòng chưa xử lý." in replayed.text
    assert "01/01/1970 → " in waiting
    assert WHY in waiting
    assert (unexplained.status_code, 'href="#reason"' in unexplained.text) == (422, True)
    assert approved.status_code == declined.status_code == 303
    assert "Bị từ chối" in text_of(approver.get(declined.headers["location"]))
    assert too_late.status_code == 409
    assert "Trạng thái hiện nay: đã bị từ chối" in text_of(too_late)
    assert states(desk_village, flag_ids) == ["approved", "open"]

    desk_village.day += 1
    desk_village.wave()

    assert states(desk_village, flag_ids) == ["corrected", "open"]
    assert "theo đề nghị 1" in text_of(officer.get("/viec"))


def test_who_proposes_does_not_approve_and_may_take_it_back(
    signed_in: SignIn, desk_village: Village
) -> None:
    (flag_id,) = flags_of(desk_village, "ID008c")
    approver = signed_in(APPROVER)
    fields = [("act", "propose"), ("reason", WHY), ("flag", str(flag_id))]
    fields.append(("value", "Nguyễn Văn Bình"))

    proposed = send(approver, cause_address(desk_village, "ID008c"), fields)
    (correction_id,) = ids_in(proposed)
    page = text_of(approver.get("/phe-duyet"))
    own = decide(approver, "approve", correction_id)
    withdrawn = send(approver, "/viec/rut-lai", [("chosen", str(correction_id))])
    again = send(approver, "/viec/rut-lai", [("chosen", str(correction_id))])

    assert "Đề nghị của chính bạn: cần một cán bộ khác phê duyệt." in page
    assert own.status_code == 403
    assert "Đã rút lại" in text_of(approver.get(withdrawn.headers["location"]))
    assert again.status_code == 409
    assert states(desk_village, [flag_id]) == ["open"]


def test_an_approver_accepts_until_a_day_and_takes_it_back(
    signed_in: SignIn, desk_village: Village
) -> None:
    flag_ids = flags_of(desk_village, "SA012")[:2]
    path = cause_address(desk_village, "SA012")
    fields = [("act", "waive"), ("waive_reason", WHY), *(("flag", str(f)) for f in flag_ids)]
    until = desk_village.one("SELECT (now() + interval '30 days')::date::text")
    late = desk_village.one("SELECT (now() + interval '400 days')::date::text")
    approver = signed_in(APPROVER)

    by_officer = send(signed_in(OFFICER), path, [*fields, ("until", until)])
    too_long = send(approver, path, [*fields, ("until", late)])
    waived = send(approver, path, [*fields, ("until", until)])
    first, _ = ids_in(waived)
    done = text_of(approver.get(waived.headers["location"]))
    states_then = states(desk_village, flag_ids)
    no_reason = send(approver, "/viec/thoi-chap-nhan", [("waiver_id", str(first))])
    ended = send(
        approver, "/viec/thoi-chap-nhan", [("waiver_id", str(first)), ("reason", "Đã xem lại")]
    )

    assert by_officer.status_code == 403
    assert (too_long.status_code, "trong vòng một năm" in too_long.text) == (422, True)
    assert "Đã chấp nhận có thời hạn" in done
    assert states_then == ["waived", "waived"]
    assert (no_reason.status_code, f'href="#reason_{first}"' in no_reason.text) == (422, True)
    assert ended.status_code == 303
    assert sorted(states(desk_village, flag_ids)) == ["open", "waived"]


def test_a_code_mapped_once_clears_its_flags(signed_in: SignIn, desk_village: Village) -> None:
    flag_ids = flags_of(desk_village, "CR006")
    cause = cause_address(desk_village, "CR006").replace("nguyen-nhan", "gan-ma")
    officer, steward = signed_in(OFFICER), signed_in(STEWARD)
    rank = desk_village.houses[A].people[0]["salary_history"][-1]["sh_ngach"]

    nothing = send(officer, cause, [("reason", WHY)])
    proposed = send(officer, cause, [("code", rank), ("reason", WHY)])
    again = send(officer, cause, [("code", rank), ("reason", WHY)])
    page = text_of(steward.get("/gan-ma"))
    mapping_id = str(desk_village.one("SELECT mapping_id FROM registry.code_mapping"))
    by_officer = send(officer, "/gan-ma", [("mapping_id", mapping_id), ("act", "approve")])
    unexplained = send(steward, "/gan-ma", [("mapping_id", mapping_id), ("act", "decline")])
    approved = send(steward, "/gan-ma", [("mapping_id", mapping_id), ("act", "approve")])
    too_late = send(steward, "/gan-ma", [("mapping_id", mapping_id), ("act", "approve")])

    assert (nothing.status_code, 'href="#code"' in nothing.text) == (422, True)
    assert proposed.status_code == 303
    assert again.status_code == 409
    assert "Rút lại" in text_of(again)
    assert f"{UNKNOWN_RANK} → {rank}" in page
    assert "4 hồ sơ" in page
    assert by_officer.status_code == 403
    assert (unexplained.status_code, "Hãy nêu lý do." in unexplained.text) == (422, True)
    assert approved.status_code == 303
    assert too_late.status_code == 409
    assert states(desk_village, flag_ids) == ["approved"] * 4

    desk_village.day += 1
    desk_village.wave()

    assert set(states(desk_village, flag_ids)) <= {"fixed", "corrected"}
    assert UNKNOWN_RANK not in text_of(officer.get("/viec"))


def test_one_field_of_one_record_is_proposed_from_its_page(
    signed_in: SignIn, desk_village: Village
) -> None:
    record = desk_village.one(
        "SELECT min(record_id) FROM landing.record WHERE unit_code = :u", u=A
    )
    path = f"/ho-so/{record}/sua?group=person&row=1&field=dien_thoai"
    officer = signed_in(OFFICER)

    empty = send(officer, path, [("reason", WHY)])
    proposed = send(officer, path, [("none", "1"), ("reason", WHY)])
    again = send(officer, path, [("none", "1"), ("reason", WHY)])
    page = text_of(officer.get(f"/ho-so/{record}"))
    send(officer, "/viec/rut-lai", [("chosen", str(ids_in(proposed)[0]))])

    assert (empty.status_code, 'href="#value"' in empty.text) == (422, True)
    assert proposed.status_code == 303
    assert again.status_code == 409
    assert "Đã có một đề nghị cho trường này" in again.text
    assert f"Đề nghị: — ({OFFICER}" in page


def test_another_units_officer_changes_nothing_by_a_forged_form(
    signed_in: SignIn, desk_village: Village
) -> None:
    (flag_id,) = flags_of(desk_village, "ID012c")
    officer, other = signed_in(OFFICER), signed_in(OTHER)
    fields = [("act", "propose"), ("reason", WHY), ("flag", str(flag_id)), ("value", "00")]
    path = cause_address(desk_village, "ID012c")
    (correction_id,) = ids_in(send(officer, path, fields))
    waiver_id = desk_village.one("SELECT min(waiver_id) FROM quality.waiver")
    mapping_id = desk_village.one("SELECT min(mapping_id) FROM registry.code_mapping")
    record = desk_village.one(
        "SELECT min(record_id) FROM landing.record WHERE unit_code = :u", u=A
    )
    chosen = [("chosen", str(correction_id))]
    count = "SELECT count(*) FROM ledger.entry WHERE actor = :login"
    before = desk_village.one(count, login=OTHER)

    answers = {
        "their unit": send(other, path, fields),
        "their flag": send(other, cause_address(desk_village, "ID012c", B), fields),
        "approve": send(other, f"/phe-duyet?unit={B}", [("act", "approve"), *chosen]),
        "decline": send(
            other, f"/phe-duyet?unit={B}", [("act", "decline"), ("reason", WHY), *chosen]
        ),
        "withdraw": send(other, "/viec/rut-lai", chosen),
        "end": send(
            other, "/viec/thoi-chap-nhan", [("waiver_id", str(waiver_id)), ("reason", WHY)]
        ),
        "map": send(
            other,
            "/gan-ma",
            [("mapping_id", str(mapping_id)), ("act", "withdraw"), ("reason", WHY)],
        ),
        "fix": send(
            other,
            f"/ho-so/{record}/sua?group=person&row=1&field=email",
            [("value", "a@b.gov.vn"), ("reason", WHY)],
        ),
        "uncover": send(other, f"/ho-so/{record}", [("reason", WHY)]),
    }
    done = text_of(other.get(f"/viec/xong/de-nghi?ids={correction_id}"))

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "their unit": 403,
        "their flag": 422,
        "approve": 404,
        "decline": 404,
        "withdraw": 404,
        "end": 404,
        "map": 404,
        "fix": 404,
        "uncover": 404,
    }
    assert "Tôn giáo" not in done
    assert desk_village.one(count, login=OTHER) == before
    assert states(desk_village, [flag_id]) == ["proposed"]


@pytest.mark.parametrize(
    "path",
    [
        "/viec/nguyen-nhan",
        "/viec/gan-ma",
        "/phe-duyet",
        "/gan-ma",
        "/viec/rut-lai",
        "/viec/thoi-chap-nhan",
        "/ho-so/1",
        "/ho-so/1/sua?group=person&row=1&field=email",
        "/tim",
    ],
)
def test_a_form_that_is_not_ours_is_refused(signed_in: SignIn, path: str) -> None:
    reader = signed_in(OFFICER)
    theirs = signed_in(APPROVER).form_token("/viec")

    assert reader.post(path, reason=WHY).status_code == 403
    assert reader.post(path, reason=WHY, token=theirs).status_code == 403


def test_a_records_page_tells_what_a_later_delivery_changed_and_which_version_is_in_use(
    signed_in: SignIn, desk_village: Village
) -> None:
    house, reader = desk_village.houses[A], signed_in(OFFICER)
    house.main(10)["que_quan"] = "Xã Mới, Hà Nội"
    house.main(11)["so_dinh_danh"] = "12"
    desk_village.day += 1
    desk_village.wave()
    first = record_of(desk_village)

    changed = text_of(reader.get(f"/ho-so/{first + 10}"))
    stale = text_of(reader.get(f"/ho-so/{first + 11}"))

    assert re.search(r"Quê quán: .* → Xã Mới, Hà Nội", changed)
    assert "Tiếp nhận lần đầu." in changed
    assert "Chưa tiếp nhận" in stale
    assert "đang dùng bản tốt gần nhất" in stale
    assert re.search(r"Số định danh cá nhân / CCCD 12 12 \d{12} ", stale)


def test_differing_documents_of_one_record_are_said_to_be_so(
    signed_in: SignIn, desk_village: Village
) -> None:
    house = desk_village.houses[A]
    other = deepcopy(house.people[12])
    one(other, "person")["que_quan"] = "Xã Khác, Hà Nội"
    house.more.append(house.document(other))
    desk_village.day += 1
    desk_village.wave()

    answer = signed_in(OFFICER).get(f"/ho-so/{record_of(desk_village) + 12}")

    assert answer.status_code == 200
    assert "Lần gửi gần nhất có 2 bản khác nhau của hồ sơ này" in text_of(answer)
    assert "chưa đọc được hồ sơ" in text_of(answer)
