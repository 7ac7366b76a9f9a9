"""Defects any field can have: blank, unreadable, too long, other decimal mark, unknown code.

`data/mechanical.csv` says which rule finds which; each is rare.
"""

from collections.abc import Callable
from random import Random

from sync.demo.careers import Row
from sync.demo.defects_career import LEFT
from sync.demo.defects_pay import LEADER, MIDDLE, MIDDLE_EMPLOYEE
from sync.demo.kinds import Apply, Kind, read_table
from sync.demo.life import Traits
from sync.demo.people import Person, many, one

NO_DAY = "1980-02-31"
NO_NUMBER = "không rõ"
NO_CODE = "ZZ9"
LONG = "xem hồ sơ giấy; " * 80

_APPENDED: dict[str, Row] = {
    "reward": {"rw_hinh_thuc": "GK", "rw_ngay_qd": "2025-05-19"},
    "discipline": {
        "dc_hinh_thuc": "KT",
        "dc_ngay_qd": "2024-05-12",
        "dc_ngay_het": "2025-05-12",
        "dc_ly_do": "Vi phạm quy chế làm việc",
    },
    "family": {"fm_quan_he": "EM", "fm_ho_ten": "Lê Thị Hòa", "fm_nam_sinh": "1990"},
}
_FIRST = frozenset({"allowance_history", "language_it", "evaluation"})
_SINGLE = frozenset({"person", "recruitment", "salary_current", "qualification", "party"})
_LEADERS = frozenset({"sal_hs_pccv", "sal_ngay_bn_lan_dau", "sal_ngay_bn_lai"})
_ENDED = frozenset({"wh_den_ngay", "sh_den_ngay"})


def _row(person: Person, group: str, field: str, family: str) -> Row:
    """The row whose fault touches nothing else."""
    if group == "military":
        person["military"] = {}
        return one(person, group)
    if group in _SINGLE:
        return one(person, group)
    rows = many(person, group)
    if group in _APPENDED:
        rows.append(dict(_APPENDED[group]))
        return rows[-1]
    if (family, field) in {("code", "sh_ngach")}:
        return rows[0]
    if group in _FIRST and (family, field) != ("mark", "ev_diem"):
        return rows[0]
    return rows[-1]


def _other_mark(row: Row, field: str) -> str:
    """The value with the decimal mark its product does not use; a comma marks that here."""
    value = row.get(field, "500000" if field == "al_gia_tri" else "0.3")
    return value.replace(".", ",") if "." in value else f"{value},0"


def _prepare(row: Row, field: str, family: str) -> None:
    """What must stand beside the fault so that it is the only one."""
    if field in {"al_he_so", "al_gia_tri"}:
        row.pop("al_phan_tram", None)
    if field == "sal_chuc_vu":
        row["sal_hs_pccv"] = "0.50"
    if field == "sal_ngay_bn_lai":
        row["sal_ngay_bn_lan_dau"] = row["sal_tu_ngay_bac"]


_VALUES: dict[str, Callable[[Row, str], str]] = {
    "blank": lambda _row, _field: "",
    "day": lambda _row, _field: NO_DAY,
    "number": lambda _row, _field: NO_NUMBER,
    "long": lambda _row, _field: LONG,
    "code": lambda _row, _field: NO_CODE,
    "mark": _other_mark,
}


def _apply(family: str, group: str, field: str) -> Apply:
    def apply(person: Person, _: Random) -> None:
        row = _row(person, group, field, family)
        _prepare(row, field, family)
        value = _VALUES[family](row, field)
        if value:
            row[field] = value
        else:
            row.pop(field, None)

    return apply


def _traits(family: str, group: str, field: str) -> Traits:
    if field in _LEADERS:
        return LEADER
    if field in _ENDED:
        return LEFT
    if (family, field) == ("code", "ql_chuyen_mon"):
        return {"group": "B", "status": "00"}
    if group == "party":
        return {**MIDDLE, "party": "1"}
    return MIDDLE_EMPLOYEE


def _kinds() -> tuple[Kind, ...]:
    return tuple(
        Kind(
            code=f"{row['family']}:{row['field']}",
            rules=(row["rule"],),
            group=row["group"],
            field="" if row["family"] == "long" else row["field"],
            apply=_apply(row["family"], row["group"], row["field"]),
            is_blocking=row["is_blocking"] == "Y",
            traits=_traits(row["family"], row["group"], row["field"]),
            is_rare=True,
        )
        for row in read_table("mechanical.csv")
    )


KINDS = _kinds()
