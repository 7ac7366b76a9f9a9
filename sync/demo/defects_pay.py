"""Defects of rank, step, coefficient, leadership post and allowances."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from sync.demo import calendar, reference
from sync.demo.careers import Row
from sync.demo.defects_person import drop, put
from sync.demo.kinds import Apply, Kind
from sync.demo.life import Traits
from sync.demo.people import Person, many, one

# In the middle of a pay group, on the road for years: at least three rows of history.
MIDDLE: Traits = {"group": "A1", "age_from": "36", "age_to": "41", "status": "00"}
MIDDLE_EMPLOYEE: Traits = {**MIDDLE, "category": "VC"}
LEADER: Traits = {**MIDDLE, "category": "CC", "leader": "1"}
LAST_STEP: Traits = {"group": "A1", "last_step": "1", "age_from": "48", "status": "00"}
NOW, PAST, ALLOWANCE = "salary_current", "salary_history", "allowance_history"

Edit = Callable[[Row], None]
EditRows = Callable[[list[Row]], None]


def moved(day: str, days: int) -> str:
    """The day so many days later (or before)."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def future(person: Person, days: int = 200) -> str:
    """A day that has not come yet."""
    return moved(one(person, "person")["updated_at"][:10], days)


def edit(group: str, change: Edit) -> Apply:
    """Change the row of a single group."""
    return lambda person, _: change(one(person, group))


def edit_rows(group: str, change: EditRows) -> Apply:
    """Change the rows of a list group."""
    return lambda person, _: change(many(person, group))


def _rank(code: str) -> Apply:
    """Another rank everywhere the present one stood."""

    def apply(person: Person, _: Random) -> None:
        pay = one(person, NOW)
        for row in many(person, PAST):
            if row["sh_ngach"] == pay["sal_ma_ngach"]:
                row["sh_ngach"] = code
        pay["sal_ma_ngach"] = code

    return apply


def _coefficient(group: str, ahead: int) -> Edit:
    table = reference.GRADES[reference.EMPLOYEE, group].coefficients

    def change(pay: Row) -> None:
        pay["sal_he_so"] = table[int(pay["sal_bac"]) - 1 + ahead]

    return change


def _next_step(pay: Row) -> None:
    _coefficient("A1", 1)(pay)
    pay["sal_bac"] = str(int(pay["sal_bac"]) + 1)


def _third_decimal(pay: Row) -> None:
    pay["sal_he_so"] += "1"


def old_step(pay: Row) -> None:
    """Three years and more on a step that was due after three."""
    since = date.fromisoformat(pay["sal_tu_ngay_bac"]).toordinal()
    pay["sal_tu_ngay_bac"] = calendar.iso(calendar.years_after(since, -3) - 40)


def _rank_after_step(pay: Row) -> None:
    pay["sal_tu_ngay_ngach"] = moved(pay["sal_tu_ngay_bac"], 30)


def _step_in_future(person: Person, _: Random) -> None:
    one(person, NOW)["sal_tu_ngay_bac"] = future(person)


def _rank_before_recruitment(person: Person, _: Random) -> None:
    recruited = one(person, "recruitment")["ngay_tuyen_dung"]
    one(person, NOW)["sal_tu_ngay_ngach"] = moved(recruited, -400)


def _first(field: str, value: str) -> EditRows:
    def change(rows: list[Row]) -> None:
        rows[0][field] = value

    return change


def _overlap(rows: list[Row]) -> None:
    rows[-1]["sh_tu_ngay"] = moved(rows[-2]["sh_den_ngay"], -40)


def _gap(rows: list[Row]) -> None:
    rows[-2]["sh_den_ngay"] = moved(rows[-2]["sh_den_ngay"], -90)


def _backwards(rows: list[Row]) -> None:
    rows[-2]["sh_den_ngay"] = moved(rows[-2]["sh_tu_ngay"], -10)


def _step_down(rows: list[Row]) -> None:
    """The first row a step above the second, with the coefficient that belongs to it."""
    step = int(rows[1]["sh_bac"]) + 1
    table = reference.GRADES[reference.EMPLOYEE, "A1"].coefficients
    rows[0]["sh_ngach"] = rows[1]["sh_ngach"]
    rows[0].update(sh_bac=str(step), sh_he_so=table[step - 1])


def _reappointed_before(pay: Row) -> None:
    latest = pay.get("sal_ngay_bn_lai", pay["sal_ngay_bn_lan_dau"])
    pay.update(sal_ngay_bn_lan_dau=latest, sal_ngay_bn_lai=moved(latest, -100))


def term_over(person: Person, _: Random) -> None:
    """The post was last given six years ago."""
    pay = one(person, NOW)
    pay["sal_ngay_bn_lan_dau"] = future(person, -2200)
    pay.pop("sal_ngay_bn_lai", None)


def _two_amounts(rows: list[Row]) -> None:
    rows[0]["al_gia_tri"] = "500000"


def _no_amount(rows: list[Row]) -> None:
    rows[0].pop("al_phan_tram")


def _allowance_backwards(rows: list[Row]) -> None:
    rows[0]["al_den_ngay"] = moved(rows[0]["al_tu_ngay"], -10)


def _pay(code: str, rules: str, field: str, apply: Apply, traits: Traits = MIDDLE) -> Kind:
    group = {"sal": NOW, "sh": PAST, "al": ALLOWANCE}[field.split("_")[0]]
    touches = frozenset(
        {"post" if traits is LEADER else "allowance" if group == ALLOWANCE else "pay"}
    )
    return Kind(code, tuple(rules.split()), group, field, apply, traits=traits, touches=touches)


_CAREER: Traits = {
    "category": "VC",
    "group": "A2.1",
    "rank": "BAC4",
    "career_level": "1",
    "from_group": "A2.2",
    "status": "00",
}
RANK, STEP, COEFFICIENT = "sal_ma_ngach", "sal_bac", "sal_he_so"
# A unit's own word for one rank: mapped once, all its records are in order.
OWN_RANK = "CV-01"
OWN_CODE = _pay(
    "rank_own_code",
    "CR006 SA012",
    RANK,
    put(RANK, OWN_RANK, NOW),
    {**MIDDLE, "category": "CC", "rank": "01.003"},
)
KINDS = (
    _pay("rank_unknown", "CR006 SA012", RANK, put(RANK, "99.999", NOW)),
    _pay("rank_of_2013", "CR007", RANK, _rank("15.111"), MIDDLE_EMPLOYEE),
    _pay("rank_closed_2021", "CR008", RANK, _rank("V.07.04.11"), MIDDLE_EMPLOYEE),
    _pay("rank_of_civil_servant", "CR009", RANK, _rank("01.003"), MIDDLE_EMPLOYEE),
    _pay("coefficient_three_decimals", "CR012h", COEFFICIENT, edit(NOW, _third_decimal)),
    _pay("step_beyond_group", "SA001a SA012", STEP, put(STEP, "13", NOW)),
    _pay(
        "old_step_beyond_group",
        "SA001b SA011",
        "sh_bac",
        edit_rows(PAST, _first("sh_bac", "13")),
    ),
    _pay("coefficient_unknown", "SA002a SA012", COEFFICIENT, put(COEFFICIENT, "9.99", NOW)),
    _pay(
        "coefficient_of_next_step",
        "SA002a SA003 SA012",
        COEFFICIENT,
        edit(NOW, _coefficient("A1", 1)),
    ),
    _pay("old_coefficient", "SA002b", "sh_he_so", edit_rows(PAST, _first("sh_he_so", "9.99"))),
    replace(  # alone in its record: beside a discipline a longer wait is lawful
        _pay("raise_overdue", "SA005", "sal_tu_ngay_bac", edit(NOW, old_step)),
        touches=frozenset(),
    ),
    _pay("beyond_frame_midway", "SA006a", "sal_vuot_khung", put("sal_vuot_khung", "5", NOW)),
    _pay(
        "beyond_frame_too_much",
        "SA006b",
        "sal_vuot_khung",
        put("sal_vuot_khung", "40", NOW),
        LAST_STEP,
    ),
    _pay("percent_unknown", "SA007a", "sal_phan_tram", put("sal_phan_tram", "90", NOW)),
    _pay(
        "old_percent_unknown",
        "SA007b",
        "sh_phan_tram",
        edit_rows(PAST, _first("sh_phan_tram", "90")),
    ),
    _pay("rank_after_step", "SA008a", "sal_tu_ngay_bac", edit(NOW, _rank_after_step)),
    _pay("step_in_future", "SA008b", "sal_tu_ngay_bac", _step_in_future),
    _pay("rank_before_recruitment", "SA008c", "sal_tu_ngay_ngach", _rank_before_recruitment),
    _pay(
        "allowance_above_all",
        "SA009b",
        "sal_hs_pccv",
        put("sal_hs_pccv", "1.50", NOW),
        MIDDLE_EMPLOYEE,
    ),
    _pay("post_without_allowance", "SA009a", "sal_hs_pccv", drop("sal_hs_pccv", NOW), LEADER),
    _pay(
        "allowance_below_the_post",
        "SA009b",
        "sal_hs_pccv",
        put("sal_hs_pccv", "0.05", NOW),
        LEADER,
    ),
    _pay("pay_overlap", "SA010a", "sh_tu_ngay", edit_rows(PAST, _overlap)),
    _pay("pay_gap", "SA010b", "sh_tu_ngay", edit_rows(PAST, _gap)),
    _pay("pay_backwards", "SA010b SA010c", "sh_den_ngay", edit_rows(PAST, _backwards)),
    _pay("step_down", "SA011", "sh_bac", edit_rows(PAST, _step_down)),
    _pay("pay_not_the_open_row", "SA012", STEP, edit(NOW, _next_step)),
    _pay("allowance_two_amounts", "SA013", "al_he_so", edit_rows(ALLOWANCE, _two_amounts)),
    _pay("allowance_no_amount", "SA013", "al_he_so", edit_rows(ALLOWANCE, _no_amount)),
    _pay(
        "allowance_backwards",
        "AL001",
        "al_den_ngay",
        edit_rows(ALLOWANCE, _allowance_backwards),
    ),
    _pay(
        "level_four_on_old_scale",
        "SA002a SA003 SA012 SA014",
        RANK,
        edit(NOW, _coefficient("A2.2", 0)),
        _CAREER,
    ),
    _pay(
        "reappointed_before",
        "CA003a",
        "sal_ngay_bn_lai",
        edit(NOW, _reappointed_before),
        LEADER,
    ),
    _pay("term_over", "CA003b", "sal_ngay_bn_lai", term_over, LEADER),
)
CAREER_LEVEL = _CAREER
