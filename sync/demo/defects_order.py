"""Defects of order: a later thing before an earlier one, a row twice, an end not kept."""

from collections.abc import Callable
from random import Random

from sync.demo.careers import Row
from sync.demo.defects_career import LEFT, SERVING
from sync.demo.defects_other import DISCIPLINED, MEMBER
from sync.demo.defects_pay import LEADER, MIDDLE, edit_rows, future, moved
from sync.demo.defects_person import number_of, put
from sync.demo.kinds import Apply, Kind
from sync.demo.life import Traits
from sync.demo.people import Person, many, one

DOCTOR: Traits = {"category": "VC", "group": "A3.1", "doctor": "1", "title": "1"}
LEFT_LONG_AGO: Traits = {"status": "11", "ended_days": "800", "age_from": "36"}


def _year(person: Person) -> int:
    return int(one(person, "person")["ngay_sinh"][:4])


def _recruited(person: Person) -> str:
    return one(person, "recruitment")["ngay_tuyen_dung"]


def _aged(field: str, years: int, group: str) -> Apply:
    """The first day of the year in which the person is so old."""

    def apply(person: Person, _: Random) -> None:
        one(person, group)[field] = f"{_year(person) + years}-01-01"

    return apply


def _later(field: str, group: str, suffix: str = "") -> Apply:
    def apply(person: Person, _: Random) -> None:
        one(person, group)[field] = future(person) + suffix

    return apply


def _titled_before(person: Person, _: Random) -> None:
    row = one(person, "qualification")
    row["ql_ngay_phong"] = moved(row["ql_ngay_hoc_vi"], -100)


def _appointed_before(person: Person, _: Random) -> None:
    pay = one(person, "salary_current")
    pay.setdefault("sal_ngay_bn_lai", pay["sal_ngay_bn_lan_dau"])
    pay["sal_ngay_bn_lan_dau"] = moved(_recruited(person), -100)


def _on_probation(person: Person, _: Random) -> None:
    since = future(person, -800)
    one(person, "salary_current").update(sal_phan_tram="85", sal_tu_ngay_bac=since)


def _open_pay(rows: list[Row]) -> None:
    rows[-1].pop("sh_den_ngay")


def _member_in_future(person: Person, _: Random) -> None:
    row = one(person, "party")
    row.update(pt_ngay_vao=future(person, -200), pt_ngay_chinh_thuc=future(person))
    row["pt_so_the"] = "12345678"


def _discharged_in_future(person: Person, _: Random) -> None:
    person["military"] = {"nn_nhap_ngu": future(person, -300), "nn_xuat_ngu": future(person)}


def _trained_after(person: Person, _: Random) -> None:
    ended = many(person, "work_history")[-1]["wh_tu_ngay"]
    many(person, "training_history")[-1].update(
        tr_tu_ngay=moved(ended, 10), tr_den_ngay=moved(ended, 15)
    )


def _rated_after(person: Person, _: Random) -> None:
    ended = many(person, "work_history")[-1]["wh_tu_ngay"]
    row = {"ev_ket_qua": "HTT", "ev_nam": str(int(ended[:4]) + 1), "ev_diem": "75.0"}
    many(person, "evaluation").append(row)


def _disciplined_before(person: Person, _: Random) -> None:
    day = moved(_recruited(person), -100)
    row = {"dc_hinh_thuc": "KT", "dc_ngay_qd": day, "dc_ngay_het": moved(day, 365)}
    many(person, "discipline").append(row)


def _rewarded_twice(person: Person, _: Random) -> None:
    row = {"rw_hinh_thuc": "GK", "rw_ngay_qd": "2025-05-19", "rw_cap_qd": "Sở Nội vụ"}
    many(person, "reward").extend([row, dict(row)])


def _father_number(place: str, sex: str) -> Apply:
    def apply(person: Person, _: Random) -> None:
        father = many(person, "family")[0]
        year = int(father["fm_nam_sinh"]) % 100
        father["fm_dinh_danh"] = f"{place}{sex}{year:02d}{year + 200_000:06d}"

    return apply


def _relative(make: Callable[[Person], Row]) -> Apply:
    return lambda person, _: many(person, "family").append(make(person))


def _unborn(person: Person) -> Row:
    year = str(int(future(person)[:4]) + 1)
    return {"fm_quan_he": "CON", "fm_ho_ten": "Lê Văn An", "fm_nam_sinh": year}


def _with_own_number(person: Person) -> Row:
    row = {"fm_quan_he": "EM", "fm_ho_ten": "Lê An", "fm_nam_sinh": str(_year(person))}
    return {**row, "fm_dinh_danh": number_of(person)}


def _again(person: Person) -> Row:
    return dict(many(person, "family")[1])


def _kind(code: str, rule: str, place: str, apply: Apply, traits: Traits = MIDDLE) -> Kind:
    """`place`: group.field. Always alone, so that nothing else can be what is found."""
    group, _, field = place.partition(".")
    return Kind(code, (rule,), group, field, apply, traits=traits)


_CARD, _LEVELS, _FAMILY = "person.ngay_cap_cccd", "qualification.", "family."
_OFFICIAL, _NUMBER = "party.pt_ngay_chinh_thuc", "family.fm_dinh_danh"
_TRAINED = "training_history.tr_tu_ngay"
KINDS = (
    _kind("card_at_10", "CCC001", _CARD, _aged("ngay_cap_cccd", 10, "person"), SERVING),
    _kind("union_at_10", "DO001", "party.pt_ngay_doan", _aged("pt_ngay_doan", 10, "party")),
    _kind(
        "degree_at_17",
        "HV001",
        _LEVELS + "ql_ngay_hoc_vi",
        _aged("ql_ngay_hoc_vi", 17, "qualification"),
    ),
    _kind("title_before_degree", "HV002", _LEVELS + "ql_ngay_phong", _titled_before, DOCTOR),
    _kind(
        "appointed_before",
        "BN001",
        "salary_current.sal_ngay_bn_lan_dau",
        _appointed_before,
        LEADER,
    ),
    _kind("ended_otherwise", "CA013", "person.trang_thai", put("trang_thai", "13"), LEFT),
    _kind("probation_for_ever", "SA007c", "salary_current.sal_phan_tram", _on_probation),
    _kind(
        "left_with_open_pay",
        "SA016",
        "person.trang_thai",
        edit_rows("salary_history", _open_pay),
        LEFT,
    ),
    _kind(
        "degree_in_future",
        "FUT005",
        _LEVELS + "ql_ngay_hoc_vi",
        _later("ql_ngay_hoc_vi", "qualification"),
    ),
    _kind(
        "title_in_future",
        "FUT006",
        _LEVELS + "ql_ngay_phong",
        _later("ql_ngay_phong", "qualification"),
    ),
    _kind("official_in_future", "FUT007", _OFFICIAL, _member_in_future, MEMBER),
    _kind("discharged_in_future", "FUT008", "military.nn_xuat_ngu", _discharged_in_future),
    _kind("union_in_future", "FUT009", "party.pt_ngay_doan", _later("pt_ngay_doan", "party")),
    _kind(
        "approved_in_future",
        "FUT010",
        "person.approved_at",
        _later("approved_at", "person", "T08:00:00+07:00"),
    ),
    _kind("trained_after_leaving", "QU008", _TRAINED, _trained_after, LEFT),
    _kind("rated_after_leaving", "EV010", "evaluation.ev_nam", _rated_after, LEFT_LONG_AGO),
    _kind(
        "disciplined_before", "KL002", "discipline.dc_ngay_qd", _disciplined_before, DISCIPLINED
    ),
    _kind("rewarded_twice", "KT001", "reward.rw_hinh_thuc", _rewarded_twice),
    _kind("father_of_other_sex", "FM002c", _NUMBER, _father_number("001", "1")),
    _kind("father_no_province", "FM002d", _NUMBER, _father_number("003", "0")),
    _kind("relative_unborn", "FM004", _FAMILY + "fm_nam_sinh", _relative(_unborn)),
    _kind("relative_own_number", "FM005", _NUMBER, _relative(_with_own_number)),
    _kind("relative_twice", "FM006", _FAMILY + "fm_quan_he", _relative(_again)),
)
