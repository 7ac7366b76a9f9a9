"""The queue and a cause as CSV: whom it shows, what it hides, what no program runs."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from sync.demo.people import one
from sync.portal.masks import DOTS
from sync.store.server import EmbeddedServer
from tests.portal.browsing import Reader
from tests.portal.desk.conftest import APPROVER, GRANTS, OFFICER, OTHER, STAFF, STEWARD, spoil
from tests.portal.furnished import Furnished, furnished
from tests.services.village import A, B, Village

SignIn = Callable[[str], Reader]
FORMULA = "=cmd|' /C calc'!A0"
FULL_WIDTH = "\uff1dSUM(A1)"
PATH = "/viec/danh-sach.csv"
UNKNOWN_CODE, RELIGION = "CR006", "ton_giao"


def fill(village: Village) -> None:
    """Two units with spoiled records; names in one that look like formulas."""
    ours = village.add(A, 11).people
    spoil(ours)
    one(ours[9], "person")["ho_va_ten"] = FORMULA
    one(ours[10], "person")["ho_va_ten"] = FULL_WIDTH
    spoil(village.add(B, 9, "hrm_con_tro").people)
    village.wave()


@pytest.fixture(scope="module")
def place(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    with furnished(server, tmp_path_factory.mktemp("portal-list"), fill, GRANTS) as place:
        yield place


def take(reader: Reader, query: str = "", page: str = "/viec") -> requests.Response:
    return reader.post(PATH + query, token=reader.form_token(page))


def lines(answer: requests.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in answer.content
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def open_flags(village: Village, unit: str, effect: str = "") -> int:
    found = village.rows(
        "SELECT count(*) FROM quality.flag WHERE unit_code = :unit AND closed_at IS NULL"
        " AND (:effect = '' OR effect = :effect)",
        unit=unit,
        effect=effect,
    )
    return int(found[0][0])


def test_the_list_has_a_line_for_every_question_of_the_unit_and_no_other(
    signed_in: SignIn, desk_village: Village
) -> None:
    answer = take(signed_in(OFFICER))
    found = lines(answer)
    kinds = [line["Mức"] for line in found]
    names = {row[0] for row in desk_village.rows(
        "SELECT ho_va_ten FROM register.directory WHERE unit_code = :u", u=A)}  # fmt: skip

    assert len(found) == open_flags(desk_village, A) > 10
    assert {line["Họ và tên"].lstrip("'") for line in found} <= names
    assert kinds == sorted(kinds, key=lambda kind: kind != "chặn")
    assert f'filename="viec-{A}-20' in answer.headers["content-disposition"]
    assert (
        "private" in answer.headers["cache-control"]
        or "no-store" in answer.headers["cache-control"]
    )
    for line in found:
        assert not any(
            cell.startswith(("=", "+", "-", "@", "\uff1d")) for cell in line.values()
        )


def test_a_name_that_looks_like_a_formula_is_text_for_every_program(
    signed_in: SignIn,
) -> None:
    names = {line["Họ và tên"] for line in lines(take(signed_in(OFFICER)))}

    assert {f"'{FORMULA}", f"'{FULL_WIDTH}"} <= names
    assert names.isdisjoint({FORMULA, FULL_WIDTH})


def test_the_list_of_a_cause_a_rule_or_an_effect_has_only_those(
    signed_in: SignIn, desk_village: Village
) -> None:
    reader = signed_in(OFFICER)
    (cause,) = desk_village.rows(
        "SELECT encode(cause_hmac, 'hex') FROM quality.cause WHERE unit_code = :u"
        " AND rule_code = :r",
        u=A,
        r=UNKNOWN_CODE,
    )[0]
    page = f"/viec/nguyen-nhan?unit={A}&rule={UNKNOWN_CODE}&cause={cause}"

    of_cause = lines(take(reader, f"?unit={A}&rule={UNKNOWN_CODE}&cause={cause}", page))
    of_rule = lines(take(reader, f"?rule={UNKNOWN_CODE}"))
    of_effect = lines(take(reader, "?effect=block"))

    assert PATH in reader.get(page).text
    assert len(of_cause) == len(of_rule) == 4
    assert {line["Nguồn gửi"] for line in of_cause} == {"CV-01"}
    assert {line["Quy tắc"] for line in of_rule} == {UNKNOWN_CODE}
    assert len(of_effect) == open_flags(desk_village, A, effect="block") > 0
    assert lines(take(reader, f"?rule={UNKNOWN_CODE}&cause=00")) == []


def test_sensitive_values_and_whole_numbers_stay_behind(
    signed_in: SignIn, desk_village: Village
) -> None:
    found = lines(take(signed_in(OFFICER)))
    numbers = [row[0] for row in desk_village.rows(
        "SELECT so_dinh_danh FROM register.directory WHERE unit_code = :u", u=A)]  # fmt: skip
    religion = [line for line in found if line["Trường"] == "Tôn giáo"]

    assert [line["Nguồn gửi"] for line in religion] == [DOTS]
    assert "ZZ" not in {line["Nguồn gửi"] for line in found}
    shown = {line["Số định danh (che bớt)"] for line in found}
    assert shown
    assert shown.isdisjoint(numbers)
    assert all(number.startswith("•") or number == "—" for number in shown)


def test_who_took_how_many_is_in_the_ledger_without_a_person(
    signed_in: SignIn, desk_village: Village
) -> None:
    before = len(entries(desk_village))
    found = lines(take(signed_in(APPROVER), f"?rule={UNKNOWN_CODE}"))
    unit, actor, figures = entries(desk_village)[-1]

    assert len(entries(desk_village)) == before + 1
    assert (unit, actor) == (A, APPROVER)
    assert figures == {
        "row_count": len(found),
        "record_count": 4,
        "fields": ["sal_ma_ngach"],
        "rule_code": UNKNOWN_CODE,
    }


def entries(village: Village) -> list[tuple[str, str, dict[str, object]]]:
    return [
        tuple(row)
        for row in village.rows(
            "SELECT unit_code, actor, figures FROM ledger.entry"
            " WHERE action = 'list_exported' ORDER BY entry_id"
        )
    ]


def test_another_units_officer_a_steward_and_the_committee_are_refused(
    signed_in: SignIn, desk_village: Village
) -> None:
    before = len(entries(desk_village))
    other = signed_in(OTHER)

    refused = take(other, f"?unit={A}")
    own = lines(take(other))

    assert refused.status_code == 403
    assert FORMULA not in refused.text
    assert len(own) == open_flags(desk_village, B)
    assert FORMULA not in str(own)
    for login in (STEWARD, STAFF):
        reader = signed_in(login)
        assert take(reader, f"?unit={A}", page="/dinh-nghia").status_code == 403
    assert len(entries(desk_village)) == before + 1


def test_only_a_form_of_ours_takes_a_list(
    signed_in: SignIn, place: Furnished, tmp_path: Path
) -> None:
    reader = signed_in(OFFICER)

    assert reader.get(PATH).status_code == 405
    assert reader.post(PATH).status_code == 403
    assert Reader(place.address).post(PATH).status_code == 303
    for query in ("?rule=x'--", "?effect=count", "?cause=zz", "?unit=%27"):
        assert take(reader, query).status_code in (400, 403, 404), query
