"""Defects that only show beside other records: twins, lost transfers, news that come late."""

from datetime import date, timedelta
from random import Random

from sync.demo.defects_career import SERVING
from sync.demo.defects_pay import MIDDLE, MIDDLE_EMPLOYEE
from sync.demo.defects_person import number_of, renumber
from sync.demo.kinds import Apply, Edge, Happen, Kind, unchanged
from sync.demo.life import Traits
from sync.demo.people import Person, many, one

ABROAD = "219"  # a country's code, which nobody else's number begins with
CARD = "so_cmnd"
INSURANCE = "so_bhxh"
TOLD_LATE = 8  # the day on which late news come; the units answered on the day before
DECIDED = 1  # the day on which they were decided


def _abroad(person: Person) -> str:
    number = ABROAD + number_of(person)[3:]
    renumber(person, number)
    return number


def _first(person: Person, _: Random) -> None:
    """The side whose number is right; so made that no third person has one like it."""
    number = _abroad(person)
    one(person, "person")[CARD] = number[3:]


def _apart(person: Person) -> None:
    """Nothing but name, birth date and sex is shared."""
    main = one(person, "person")
    main.pop(CARD, None)
    main[INSURANCE] = f"{(int(main[INSURANCE]) + 5_000_000_000) % 10_000_000_000:010d}"


def _one_digit(person: Person, _: Random) -> None:
    number = _abroad(person)
    renumber(person, number[:11] + str((int(number[11]) + 1) % 10))
    _apart(person)


def _swapped(person: Person, _: Random) -> None:
    """The two last digits have changed places; where they are equal one is another."""
    number = _abroad(person)
    if number[10] == number[11]:
        _one_digit(person, _)
        return
    renumber(person, number[:10] + number[11] + number[10])
    _apart(person)


def _other_number(person: Person) -> None:
    """Three digits of the serial differ: no slip, another person's number."""
    number = _abroad(person)
    renumber(person, number[:9] + "".join(str((int(d) + 3) % 10) for d in number[9:]))


def _same_card(person: Person, _: Random) -> None:
    card = (ABROAD + number_of(person)[3:])[3:]
    _other_number(person)
    _apart(person)
    one(person, "person")[CARD] = card


def _same_insurance(person: Person, _: Random) -> None:
    _other_number(person)
    one(person, "person").pop(CARD, None)


def _namesake(person: Person, _: Random) -> None:
    _other_number(person)
    _apart(person)


def _twins(code: str, second: Apply) -> tuple[Kind, Kind]:
    """Both sides of one person under two numbers."""
    sides = (_first, second)
    a, b = (Kind(code, ("XO003",), "person", "so_dinh_danh", s, traits=SERVING) for s in sides)
    return a, b


TWINS = (
    _twins("number_one_digit_off", _one_digit),
    _twins("number_digits_swapped", _swapped),
    _twins("old_card_of_another", _same_card),
    _twins("insurance_of_another", _same_insurance),
)
NAMESAKES = (Edge("namesake", SERVING, _first), Edge("namesake", SERVING, _namesake))
YEAR_ONLY = Kind("birth_year_only", ("ID011",), "person", "ngay_sinh")


def _elsewhere(person: Person, _: Random) -> None:
    row = many(person, "work_history")[-1]
    row.update(wh_ma_co_quan="VPTWĐ", wh_ten_co_quan="Văn phòng Trung ương Đảng")


LEAVING: Traits = {"status": "12", "ended_days": "200", "age_from": "30"}
EDGES = (
    Edge("transferred_lately", {**LEAVING, "ended_days": "15"}),
    Edge("transferred_outside", LEAVING, _elsewhere),
)


def _fresh(person: Person, today: date) -> None:
    one(person, "person")["updated_at"] = f"{today.isoformat()}T06:30:00+07:00"


def _changed_long_ago(person: Person, first: date, _: date) -> None:
    """A new telephone, whose change the source dates before the last answer."""
    main = one(person, "person")
    main["dien_thoai"] = "07" + main["dien_thoai"][2:]
    main["updated_at"] = f"{first.isoformat()}T18:00:00+07:00"


def _day(first: date) -> str:
    return (first + timedelta(days=DECIDED)).isoformat()


def _rewarded(person: Person, first: date, today: date) -> None:
    many(person, "reward").append({"rw_hinh_thuc": "GK", "rw_ngay_qd": _day(first)})
    _fresh(person, today)


def _disciplined(person: Person, first: date, today: date) -> None:
    row = {"dc_hinh_thuc": "KT", "dc_ngay_qd": _day(first), "dc_ly_do": "Vi phạm quy chế"}
    many(person, "discipline").append(row)
    _fresh(person, today)


def _moved(person: Person, first: date, today: date) -> None:
    rows = many(person, "work_history")
    rows[-1]["wh_den_ngay"] = first.isoformat()
    last = {key: rows[-1][key] for key in ("wh_ma_co_quan", "wh_ten_co_quan", "wh_vtvl")}
    news = {
        "wh_tu_ngay": _day(first),
        "wh_loai_bien_dong": "DD",
        "wh_so_quyet_dinh": "12/QĐ",
        "wh_ngay_quyet_dinh": _day(first),
    }
    rows.append({**last, **news})
    _fresh(person, today)


def recruited_late(person: Person, first: date) -> None:
    """Recruited on the day after the first answer, and everything of the service since then."""
    day = _day(first)
    one(person, "recruitment").update(ngay_tuyen_dung=day, ngay_vao_co_quan=day)
    one(person, "salary_current").update(sal_tu_ngay_ngach=day, sal_tu_ngay_bac=day)
    starts: tuple[tuple[str, str], ...] = (
        ("work_history", "wh_tu_ngay"),
        ("work_history", "wh_ngay_quyet_dinh"),
        ("salary_history", "sh_tu_ngay"),
        ("allowance_history", "al_tu_ngay"),
    )
    for group, field in starts:
        for row in many(person, group):
            row[field] = day


LATE_RECRUIT = Kind("recruit_told_late", ("TM003",), "recruitment", "ngay_vao_co_quan")


def _late(code: str, rule: str, happen: Happen, traits: Traits) -> Kind:
    return Kind(
        code,
        (rule,),
        "person",
        "updated_at",
        unchanged,
        traits=traits,
        is_rare=True,
        happen=happen,
        from_day=TOLD_LATE,
    )


KINDS = (
    Kind("lost_in_transfer", ("XO004",), "person", "trang_thai", traits=LEAVING),
    _late("change_told_late", "TM001", _changed_long_ago, SERVING),
    _late("reward_told_late", "TM002a", _rewarded, MIDDLE),
    _late("discipline_told_late", "TM002b", _disciplined, MIDDLE_EMPLOYEE),
    _late("post_told_late", "TM002c", _moved, MIDDLE_EMPLOYEE),
)
