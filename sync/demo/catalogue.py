"""Every kind of defect and every legal rarity, in one place."""

from random import Random

from sync.demo import (
    defects_beside,
    defects_career,
    defects_order,
    defects_other,
    defects_pay,
    defects_person,
    defects_population,
    mechanical,
)
from sync.demo.days import NEWCOMER
from sync.demo.defects_other import OFFICIAL
from sync.demo.defects_pay import LAST_STEP, MIDDLE, MIDDLE_EMPLOYEE, edit, old_step, term_over
from sync.demo.defects_pay import NOW as PAY
from sync.demo.defects_person import put
from sync.demo.kinds import Apply, Edge, Kind
from sync.demo.people import Person, one


def _nul(person: Person, _: Random) -> None:
    one(person, "person")["noi_sinh"] += "\0"


def _no_key(person: Person, _: Random) -> None:
    one(person, "person").pop("so_hieu_bndp")


def _spaced_key(person: Person, _: Random) -> None:
    main = one(person, "person")
    main["so_hieu_bndp"] = spaced(main["so_hieu_bndp"])


def spaced(local_key: str) -> str:
    """The key as a unit writes it that puts a space into it."""
    return local_key.replace("-", " ")


def _sent(code: str, rule: str, transport: str, apply: Apply | None = None) -> Kind:
    is_blocking = rule not in {"DOC004", "DOC007"}
    field = "so_hieu_bndp" if rule in {"DOC002", "DOC005", "DOC007", "ID013"} else ""
    kind = Kind(code, (rule,), "", field, is_blocking=is_blocking, transport=transport)
    if apply is None:
        return kind
    return Kind(code, (rule,), "", field, apply, is_blocking, transport=transport)


TRANSPORT = (
    _sent("nul_in_text", "DOC001", "nul", _nul),
    _sent("no_key", "DOC002", "no_key", _no_key),
    _sent("repeated_json_key", "DOC003", "repeated_key"),
    _sent("secret_field_sent", "DOC004", "secret"),
    _sent("key_twice_differing", "DOC005", "repeat_differs"),
    _sent("section_of_wrong_kind", "DOC006", "malformed"),
    _sent("key_twice_identical", "DOC007", "repeat_same"),
    _sent("key_with_space", "ID013", "spaced_key", _spaced_key),
)
TWO_UNITS = Kind(
    "person_in_two_units", ("XO001",), "person", "so_dinh_danh", traits={"status": "00"}
)
TWICE_IN_UNIT = Kind(
    "number_twice_in_unit",
    ("XO002",),
    "person",
    "so_dinh_danh",
    is_blocking=True,
    traits={"status": "00"},
)
TWINS, NAMESAKES = defects_beside.TWINS, defects_beside.NAMESAKES
YEAR_ONLY, LATE_RECRUIT = defects_beside.YEAR_ONLY, defects_beside.LATE_RECRUIT
OWN_CODE = defects_pay.OWN_CODE
KINDS: tuple[Kind, ...] = (
    *TRANSPORT,
    *defects_person.KINDS,
    *defects_pay.KINDS,
    *defects_career.KINDS,
    *defects_other.KINDS,
    *defects_order.KINDS,
    *defects_beside.KINDS,
    *mechanical.KINDS,
    *defects_population.KINDS,
)

# Every kind, however it is placed; the sides of a pair are one kind.
ALL_KINDS: tuple[Kind, ...] = (
    *KINDS,
    TWO_UNITS,
    TWICE_IN_UNIT,
    *(first for first, _ in TWINS),
    YEAR_ONLY,
    LATE_RECRUIT,
    OWN_CODE,
)

TRANSFER = (
    Edge("transferred_out", {"status": "12", "ended_days": "200"}),
    Edge("transferred_in", {"status": "00", "moved_from": "{other}", "moved_days": "199"}),
)


def _abolished_before(person: Person, _: Random) -> None:
    """A form of discipline that was law on its day."""
    main = one(person, "person")
    rows = person["discipline"]
    if main["phan_loai_ho_so"] == "CC" and isinstance(rows, list):
        row = {"dc_hinh_thuc": "HBL", "dc_ngay_qd": "2019-08-01", "dc_ngay_het": "2020-08-01"}
        rows.append(row)


def _bracketed(person: Person, _: Random) -> None:
    main = one(person, "person")
    main["ten_goi_khac"] = f"{main['ho_va_ten']} (Thích Minh Tâm)"


EDGES = (
    *defects_beside.EDGES,
    Edge("last_step_beyond_frame", LAST_STEP),
    Edge("seconded", {"status": "01"}),
    Edge("career_level", {**defects_pay.CAREER_LEVEL}),
    Edge("on_old_scale", {"category": "VC", "group": "A2.2", "status": "00"}),
    Edge("one_day_gaps", {**MIDDLE, "gap": "1"}),
    Edge("early_retirement", {"status": "10", "movement": "NHTT", "age_from": "52"}),
    Edge("retired", {"status": "10", "age": "retirement"}),
    Edge("left", {"status": "11"}),
    Edge("deceased", {"status": "14", "movement": "TT"}),
    Edge("name_hmong", {"ethnic": "08"}),
    Edge("name_jrai", {"ethnic": "10"}),
    Edge("name_ede", {"ethnic": "12"}),
    Edge("name_sedang", {"ethnic": "14"}),
    Edge("name_koho", {"ethnic": "16"}),
    Edge("commune_before_2025", {"commune": "1", "age_from": "36", "status": "00"}),
    Edge("born_on_new_year", {"birth_0101": "1"}),
    Edge("recruited_at_18", {"recruited": "18", "group": "B", "age_to": "40", "status": "00"}),
    Edge("recruited_lately", NEWCOMER),
    Edge("first_child", {"married": "1", "sex": "2", "age_from": "30", "age_to": "34"}),
    Edge("old_discipline", {**MIDDLE, "category": "CC"}, _abolished_before),
    Edge("reprimanded", {**MIDDLE, "category": "CC", "discipline": "KT"}),
    Edge("other_name", {}, _bracketed),
    Edge("professor", {"category": "VC", "group": "A3.1", "doctor": "1", "title": "1"}),
    Edge("kept_allowance", MIDDLE_EMPLOYEE, put("sal_hs_pccv", "0.50", PAY)),
    Edge("suspended_on_half_pay", {"status": "05"}, put("sal_phan_tram", "50", PAY)),
    Edge("elected_long_ago", {**MIDDLE, "category": "CB"}, term_over),
    Edge("wait_after_discipline", OFFICIAL, edit(PAY, old_step)),
    *defects_population.EDGES,
)
