"""Defects of education, Party, ratings, rewards, discipline, family and military service."""

from dataclasses import replace
from random import Random

from sync.demo.careers import Row
from sync.demo.defects_career import SERVING
from sync.demo.defects_pay import MIDDLE, MIDDLE_EMPLOYEE, edit, edit_rows, future, moved
from sync.demo.defects_person import put
from sync.demo.kinds import Apply, Kind
from sync.demo.life import Traits
from sync.demo.people import Person, many, one

STUDIES, LEVELS, SKILLS = "training_history", "qualification", "language_it"
MEMBER: Traits = {**MIDDLE, "party": "1"}
SENIOR: Traits = {"category": "CC", "group": "A3.1", "status": "00"}
PRINCIPAL: Traits = {"category": "CC", "group": "A2.1", "rank": "01.002", "status": "00"}
OFFICIAL: Traits = {**MIDDLE, "category": "CC", "discipline": "KT"}
DISCIPLINED: Traits = {**MIDDLE_EMPLOYEE, "discipline": "KT"}


def _born(person: Person) -> str:
    return one(person, "person")["ngay_sinh"]


def _year(person: Person) -> int:
    return int(_born(person)[:4])


def _studied_backwards(rows: list[Row]) -> None:
    rows[0]["tr_den_ngay"] = moved(rows[0]["tr_tu_ngay"], -100)


def _studied_at_nine(person: Person, _: Random) -> None:
    many(person, STUDIES)[0]["tr_tu_ngay"] = f"{_year(person) + 9}-09-05"


def _degree_not_told(person: Person, _: Random) -> None:
    one(person, LEVELS)["ql_chuyen_mon"] = "07"
    many(person, STUDIES)[0]["tr_trinh_do"] = "03"


def _no_degree(person: Person, _: Random) -> None:
    one(person, LEVELS)["ql_chuyen_mon"] = "09"
    for row in many(person, STUDIES):
        row["tr_trinh_do"] = max(row["tr_trinh_do"], "09")


def _skill(position: int, field: str, value: str) -> Apply:
    def apply(person: Person, _: Random) -> None:
        row = many(person, SKILLS)[position]
        if value:
            row[field] = value
        else:
            row.pop(field)

    return apply


def _admitted_at_16(person: Person, _: Random) -> None:
    year = _year(person) + 16
    joined = {"pt_ngay_vao": f"{year}-03-26", "pt_ngay_chinh_thuc": f"{year + 1}-03-26"}
    one(person, "party").update(joined)


def _admitted_in_future(person: Person, _: Random) -> None:
    party = one(person, "party")
    party["pt_ngay_vao"] = future(person)
    party.pop("pt_ngay_chinh_thuc")


def _official(days: int) -> Apply:
    def change(row: Row) -> None:
        row["pt_ngay_chinh_thuc"] = moved(row["pt_ngay_vao"], days)

    return edit("party", change)


def _no_card(row: Row) -> None:
    row.pop("pt_so_the")


def _rated_twice(rows: list[Row]) -> None:
    rows.append(dict(rows[-1]))


def _rated_early(person: Person, _: Random) -> None:
    rows = many(person, "evaluation")
    year = int(one(person, "recruitment")["ngay_tuyen_dung"][:4]) - 2
    rows.append({"ev_ket_qua": "HTT", "ev_nam": str(year)})


def _rated_too_soon(rows: list[Row]) -> None:
    year = str(int(rows[-1]["ev_nam"]) + 2)  # the last one rated is last year
    rows.append({"ev_ket_qua": "HT", "ev_nam": year, "ev_diem": "95.5"})


def _disciplined_lately(person: Person, form: str) -> str:
    """The decision's day: this year as a rule, and after every post began."""
    day = future(person, -20)
    row = many(person, "discipline")[0]
    row.update(dc_hinh_thuc=form, dc_ngay_qd=day, dc_ngay_het=moved(day, 365))
    return day


def _rated_good(person: Person, _: Random) -> None:
    year = _disciplined_lately(person, "KT")[:4]
    rated = {"ev_ket_qua": "HTT", "ev_nam": year, "ev_diem": "75.0"}
    many(person, "evaluation").append(rated)


def _removed(person: Person, _: Random) -> None:
    _disciplined_lately(person, "BN")


def _not_rated(rows: list[Row]) -> None:
    rows.pop()


def _abolished(person: Person, _: Random) -> None:
    row = many(person, "discipline")[0]
    row.update(dc_hinh_thuc="HBL", dc_ngay_qd="2025-09-01", dc_ngay_het="2026-09-01")
    for rated in many(person, "evaluation"):
        if rated["ev_nam"] == "2025":
            rated.update(ev_ket_qua="KHT", ev_diem="45.0")


def _discipline(field: str, value: str) -> Apply:
    def change(rows: list[Row]) -> None:
        rows[0][field] = value

    return edit_rows("discipline", change)


def _expired_before(rows: list[Row]) -> None:
    rows[0]["dc_ngay_het"] = moved(rows[0]["dc_ngay_qd"], -30)


def _disciplined_in_future(person: Person, _: Random) -> None:
    row = many(person, "discipline")[0]
    row.update(dc_ngay_qd=future(person), dc_ngay_het=future(person, 500))


def _reward(person: Person, day: str) -> None:
    many(person, "reward").append({"rw_hinh_thuc": "GK", "rw_ngay_qd": day})


def _rewarded_before(person: Person, _: Random) -> None:
    _reward(person, moved(one(person, "recruitment")["ngay_tuyen_dung"], -200))


def _rewarded_in_future(person: Person, _: Random) -> None:
    _reward(person, future(person))


def _relative(position: int, field: str, years: int) -> Apply:
    def apply(person: Person, _: Random) -> None:
        many(person, "family")[position][field] = str(_year(person) + years)

    return apply


def _old_child(person: Person, _: Random) -> None:
    child = {
        "fm_quan_he": "CON",
        "fm_ho_ten": "Lê Văn An",
        "fm_nam_sinh": str(_year(person) + 8),
    }
    many(person, "family").append(child)


def _same_sex_spouse(person: Person, _: Random) -> None:
    relation = "CHONG" if one(person, "person")["gioi_tinh"] == "1" else "VO"
    spouse = {"fm_quan_he": relation, "fm_ho_ten": "Lê An", "fm_nam_sinh": str(_year(person))}
    many(person, "family").append(spouse)


def _relative_number(person: Person, _: Random) -> None:
    father = many(person, "family")[0]
    year = (int(father["fm_nam_sinh"]) + 7) % 100
    father["fm_dinh_danh"] = f"0010{year:02d}{int(year) + 100_000:06d}"


def _short_relative_number(rows: list[Row]) -> None:
    rows[0]["fm_dinh_danh"] = "123456789"


def _no_mother(rows: list[Row]) -> None:
    rows.pop(1)


def _discharged_before(person: Person, _: Random) -> None:
    day = f"{_year(person) + 19}-02-20"
    person["military"] = {"nn_nhap_ngu": day, "nn_xuat_ngu": moved(day, -200)}


def _enlisted_at_14(person: Person, _: Random) -> None:
    year = _year(person) + 14
    person["military"] = {"nn_nhap_ngu": f"{year}-02-20", "nn_xuat_ngu": f"{year + 2}-02-20"}


def _card_in_future(person: Person, _: Random) -> None:
    one(person, "person")["ngay_cap_cccd"] = future(person)


def _updated_in_future(person: Person, _: Random) -> None:
    one(person, "person")["updated_at"] = f"{future(person)}T08:00:00+07:00"


_GROUP = {
    "tr": STUDIES,
    "pt": "party",
    "ev": "evaluation",
    "dc": "discipline",
    "rw": "reward",
    "fm": "family",
    "nn": "military",
}


def _kind(code: str, rules: str, field: str, apply: Apply, traits: Traits = MIDDLE) -> Kind:
    group = _GROUP.get(field.split("_")[0], LEVELS)
    if field in {"ql_nn_trinh_do", "ql_tin_hoc"}:
        group = SKILLS
    if field in {"ngay_cap_cccd", "updated_at", "trang_thai"}:
        group = "person"
    area = {LEVELS: STUDIES, "discipline": "evaluation"}.get(group, group)
    touches = frozenset() if group == "person" else frozenset({area})
    return Kind(code, tuple(rules.split()), group, field, apply, traits=traits, touches=touches)


FORM, RATING = "dc_hinh_thuc", "ev_ket_qua"
KINDS = (
    _kind("studied_backwards", "QU001a", "tr_den_ngay", edit_rows(STUDIES, _studied_backwards)),
    _kind("studied_at_9", "QU001b", "tr_tu_ngay", _studied_at_nine),
    _kind("degree_not_told", "QU002", "ql_chuyen_mon", _degree_not_told),
    replace(
        _kind("no_degree_for_rank", "QU003", "ql_chuyen_mon", _no_degree),
        touches=frozenset({STUDIES, "pay"}),  # of an unknown rank nobody can say what it needs
    ),
    _kind("theory_too_low", "QU004", "ql_llct", put("ql_llct", "3", LEVELS), SENIOR),
    _kind("management_too_low", "QU005", "ql_qlnn", put("ql_qlnn", "3", LEVELS), PRINCIPAL),
    _kind("title_no_doctor", "QU006", "ql_chuc_danh_kh", put("ql_chuc_danh_kh", "PGS", LEVELS)),
    _kind("language_no_level", "QU007a", "ql_nn_trinh_do", _skill(1, "ql_nn_trinh_do", "")),
    _kind("language_level", "QU007b", "ql_nn_trinh_do", _skill(1, "ql_nn_trinh_do", "Z9")),
    _kind("it_level", "QU007c", "ql_tin_hoc", _skill(0, "ql_tin_hoc", "ZZ")),
    _kind("party_at_16", "PT001a", "pt_ngay_vao", _admitted_at_16, MEMBER),
    _kind("party_in_future", "PT001b", "pt_ngay_vao", _admitted_in_future, MEMBER),
    _kind("party_official_before", "PT002a", "pt_ngay_chinh_thuc", _official(-30), MEMBER),
    _kind("party_official_soon", "PT002b", "pt_ngay_chinh_thuc", _official(180), MEMBER),
    _kind("party_no_card", "PT003a", "pt_so_the", edit("party", _no_card), MEMBER),
    _kind("party_card", "PT003b", "pt_so_the", put("pt_so_the", "AB123456", "party"), MEMBER),
    _kind("rated_twice", "EV001a", "ev_nam", edit_rows("evaluation", _rated_twice)),
    _kind("rated_before_recruited", "EV001b", "ev_nam", _rated_early),
    _kind(
        "rated_too_soon", "EV001b EV002", "ev_diem", edit_rows("evaluation", _rated_too_soon)
    ),
    _kind(
        "rated_good_disciplined",
        "EV004",
        RATING,
        _rated_good,
        OFFICIAL,
    ),
    _kind("not_rated", "EV005", "trang_thai", edit_rows("evaluation", _not_rated)),
    _kind("discipline_abolished", "EV006", FORM, _abolished, OFFICIAL),
    _kind("discipline_of_cadres", "EV007", FORM, _removed, DISCIPLINED),
    _kind("dismissed_and_serving", "EV008", FORM, _discipline(FORM, "BTV"), DISCIPLINED),
    _kind("rewarded_before", "EV009a", "rw_ngay_qd", _rewarded_before),
    _kind("rewarded_in_future", "EV009b", "rw_ngay_qd", _rewarded_in_future),
    _kind("father_too_young", "FM001a", "fm_nam_sinh", _relative(0, "fm_nam_sinh", -5)),
    _kind("child_too_old", "FM001b", "fm_nam_sinh", _old_child),
    _kind("spouse_of_same_sex", "FM001c", "fm_quan_he", _same_sex_spouse),
    _kind(
        "relative_number_short",
        "FM002a",
        "fm_dinh_danh",
        edit_rows("family", _short_relative_number),
    ),
    _kind("relative_number_year", "FM002b", "fm_dinh_danh", _relative_number),
    _kind("no_mother", "FM003", "", edit_rows("family", _no_mother)),
    _kind("discharged_before", "MIL001", "nn_xuat_ngu", _discharged_before, SERVING),
    _kind("enlisted_at_14", "MIL002", "nn_nhap_ngu", _enlisted_at_14, SERVING),
    _kind(
        "discipline_expired",
        "KL001",
        "dc_ngay_het",
        edit_rows("discipline", _expired_before),
        DISCIPLINED,
    ),
    _kind("card_in_future", "FUT001", "ngay_cap_cccd", _card_in_future),
    _kind("updated_in_future", "FUT002", "updated_at", _updated_in_future),
    _kind("disciplined_in_future", "FUT004", "dc_ngay_qd", _disciplined_in_future, DISCIPLINED),
)
