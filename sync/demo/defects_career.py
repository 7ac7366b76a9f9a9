"""Defects of recruitment, posts, end of service and retirement."""

from random import Random

from sync.demo.careers import Row
from sync.demo.defects_pay import MIDDLE, edit_rows, future, moved
from sync.demo.defects_person import drop, put
from sync.demo.kinds import Apply, Kind
from sync.demo.life import Traits
from sync.demo.people import Person, many, one

SERVING: Traits = {"status": "00"}
# Two posts at least, a year and more apart, and no leadership post.
POSTS: Traits = {**MIDDLE, "category": "VC", "posts": "2"}
LEFT: Traits = {"status": "11"}
SECONDED: Traits = {"status": "01"}
POST_ROWS, ENTRY = "work_history", "recruitment"


def _recruited_at(age: int) -> Apply:
    def apply(person: Person, _: Random) -> None:
        year = int(one(person, "person")["ngay_sinh"][:4]) + age
        one(person, ENTRY)["ngay_tuyen_dung"] = f"{year}-09-01"

    return apply


def _joined_before(person: Person, _: Random) -> None:
    entry = one(person, ENTRY)
    entry["ngay_vao_co_quan"] = moved(entry["ngay_tuyen_dung"], -30)


def _joined_in_future(person: Person, _: Random) -> None:
    one(person, ENTRY)["ngay_vao_co_quan"] = future(person)


def _backwards(rows: list[Row]) -> None:
    rows[-2]["wh_den_ngay"] = moved(rows[-2]["wh_tu_ngay"], -10)


def _no_open_post(person: Person, _: Random) -> None:
    many(person, POST_ROWS)[-1]["wh_den_ngay"] = future(person, 0)


def _two_open_posts(rows: list[Row]) -> None:
    rows[-2].pop("wh_den_ngay")


def _still_open(rows: list[Row]) -> None:
    rows[-1].pop("wh_den_ngay")


def _elsewhere(rows: list[Row]) -> None:
    rows[-1]["wh_ma_co_quan"] = "H26" if rows[-1]["wh_ma_co_quan"] != "H26" else "H29"


def _overlap(rows: list[Row]) -> None:
    rows[-1]["wh_tu_ngay"] = moved(rows[-2]["wh_den_ngay"], -60)


def _gap(rows: list[Row]) -> None:
    rows[-2]["wh_den_ngay"] = moved(rows[-2]["wh_den_ngay"], -150)


def _no_decision(rows: list[Row]) -> None:
    rows[-1].pop("wh_so_quyet_dinh")


def _five_years_away(rows: list[Row]) -> None:
    rows[-1]["wh_den_ngay"] = moved(rows[-1]["wh_tu_ngay"], 5 * 365)


def _endless(rows: list[Row]) -> None:
    rows[-1].pop("wh_den_ngay")


def _decided_in_future(person: Person, _: Random) -> None:
    many(person, POST_ROWS)[-1]["wh_ngay_quyet_dinh"] = future(person)


def _retires_later(person: Person, _: Random) -> None:
    entry = one(person, ENTRY)
    day = entry["ngay_nghi_huu_du_kien"]
    entry["ngay_nghi_huu_du_kien"] = f"{int(day[:4]) + 1}{day[4:]}"


def _kind(code: str, rules: str, field: str, apply: Apply, traits: Traits) -> Kind:
    group = POST_ROWS if field.startswith("wh_") else ENTRY
    if field == "trang_thai":
        group = "person"
    touches = frozenset({"posts"}) if traits is POSTS else frozenset()
    return Kind(code, tuple(rules.split()), group, field, apply, traits=traits, touches=touches)


UNTIL, SINCE, STATUS = "wh_den_ngay", "wh_tu_ngay", "trang_thai"
KINDS = (
    _kind("job_missing", "CR010", "vi_tri_viec_lam", drop("vi_tri_viec_lam", ENTRY), SERVING),
    _kind("recruited_at_16", "CA001b", "ngay_tuyen_dung", _recruited_at(16), SERVING),
    _kind("recruited_at_14", "CA001a CA001b", "ngay_tuyen_dung", _recruited_at(14), SERVING),
    _kind("joined_before", "CA002a", "ngay_vao_co_quan", _joined_before, SERVING),
    _kind("joined_in_future", "CA002b", "ngay_vao_co_quan", _joined_in_future, SERVING),
    _kind("post_backwards", "CA004a CA006b", UNTIL, edit_rows(POST_ROWS, _backwards), POSTS),
    _kind("no_open_post", "CA004b", STATUS, _no_open_post, SERVING),
    _kind(
        "two_open_posts", "CA004b CA006a", STATUS, edit_rows(POST_ROWS, _two_open_posts), POSTS
    ),
    _kind("left_with_open_post", "CA004c", STATUS, edit_rows(POST_ROWS, _still_open), LEFT),
    _kind(
        "post_elsewhere", "CA005", "wh_ma_co_quan", edit_rows(POST_ROWS, _elsewhere), SERVING
    ),
    _kind("posts_overlap", "CA006a", SINCE, edit_rows(POST_ROWS, _overlap), POSTS),
    _kind("posts_gap", "CA006b", SINCE, edit_rows(POST_ROWS, _gap), POSTS),
    _kind(
        "serving_at_65",
        "CA007",
        STATUS,
        put(STATUS, "00"),
        {"sex": "1", "age_from": "63", "age_to": "67", "status": "00"},
    ),
    _kind("retirement_off", "CA008", "ngay_nghi_huu_du_kien", _retires_later, SERVING),
    _kind("left_without_decision", "CA009", STATUS, edit_rows(POST_ROWS, _no_decision), LEFT),
    _kind("early_coded_as_usual", "CA010", STATUS, put(STATUS, "10"), {"status": "10"}),
    _kind(
        "seconded_five_years", "CA011", UNTIL, edit_rows(POST_ROWS, _five_years_away), SECONDED
    ),
    _kind("seconded_without_end", "CA011", UNTIL, edit_rows(POST_ROWS, _endless), SECONDED),
    _kind(
        "post_decided_in_future", "FUT003", "wh_ngay_quyet_dinh", _decided_in_future, SERVING
    ),
)
