"""One invented person as canonical text values: ISO days, decimal point, national codes."""

from sync.demo import calendar, careers, reference
from sync.demo.calendar import iso
from sync.demo.careers import Row
from sync.demo.life import YEAR, Life
from sync.demo.names import FEMALE, MALE, SURNAMES, phrases

Person = dict[str, Row | list[Row]]


def one(person: Person, group: str) -> Row:
    """The row of a single group."""
    row = person[group]
    if not isinstance(row, dict):
        raise TypeError(group)
    return row


def many(person: Person, group: str) -> list[Row]:
    """The rows of a list group."""
    rows = person[group]
    if not isinstance(rows, list):
        raise TypeError(group)
    return rows


_COMMUNES = phrases(
    "Xã Tân Lập|Xã Hòa Bình|Phường Trung Tâm|Xã Minh Tiến|Phường Đông Hải|Xã Phú Lộc|"
    "Xã Bình Minh|Phường Quang Trung|Xã Thanh Sơn|Phường An Hòa|Xã Yên Thịnh|Xã Long Phú"
)
_RELIGIONS = ("00",) * 20 + ("01", "01", "02", "08", "03", "05")
_SCHOOLS = phrases(
    "Đại học Quốc gia Hà Nội|Đại học Cần Thơ|Đại học Huế|Đại học Vinh|Đại học Đà Nẵng|"
    "Học viện Hành chính Quốc gia|Đại học Sư phạm Hà Nội|Đại học Luật Hà Nội"
)
_MAJORS = ("7380101", "7340101", "7140201", "7310205", "7480201", "7720101", "7620105")
_LANGUAGES = ("ANH", "ANH", "ANH", "ANH", "PHAP", "TRUNG", "NGA")
_LANGUAGE_LEVELS = ("A2", "B1", "B1", "B2", "CCB", "CCC")
_IT_LEVELS = ("CB", "CB", "CB", "NC", "CCA", "CCB")
_THEORY = {"A3.1": "2", "A3.2": "2", "A2.1": "3", "A2.2": "3"}
_MANAGEMENT = {"A3.1": "1", "A3.2": "1", "A2.1": "2", "A2.2": "2", "A1": "3"}
_GRADES = ("Giỏi", "Khá", "Khá", "Trung bình khá")
_DEGREES = {"02": "TS", "03": "ThS"}


def build_person(life: Life, local_key: str) -> Person:
    """Every group of the record for one life; at least nine rows in list groups."""
    posts = careers.work_history(life)
    level = _level(life)
    person: Person = {
        "person": _person(life, local_key),
        "recruitment": _recruitment(life, posts),
        "work_history": posts,
        "salary_current": careers.salary_current(life),
        "salary_history": careers.salary_history(life),
        "allowance_history": careers.allowances(life),
        "qualification": _qualification(life, level),
        "language_it": _languages(life),
        "training_history": _trainings(life, level),
        "party": _party(life),
        "evaluation": careers.evaluations(life),
        "reward": careers.rewards(life),
        "discipline": careers.disciplines(life),
        "family": _family(life),
    }
    if life.is_male and life.chance() < 0.1 and life.recruited - life.birth > 20 * YEAR:
        person["military"] = _military(life)
    return person


def _place(life: Life, province: str) -> str:
    return f"{_COMMUNES[int(life.chance() * len(_COMMUNES))]}, {province}"


def _person(life: Life, local_key: str) -> Row:
    unit, number, chance = life.unit, life.number, life.chance
    code = unit.unit_code
    native = reference.PLACE_OF_PREFIX[life.prefix]
    home = _place(life, native)
    row = {
        "so_hieu_bndp": local_key,
        "so_hieu": f"{life.category}{number:08d}",
        "ma_ho_so": life.identity,
        "phan_loai_ho_so": life.category,
        "ma_don_vi": code,
        "ten_don_vi": unit.name_vi,
        "ma_don_vi_su_dung": code,
        "ma_don_vi_quan_ly": code,
        "ho_va_ten": life.name,
        "gioi_tinh": "1" if life.is_male else "2",
        "ngay_sinh": iso(life.birth),
        "noi_sinh": home,
        "que_quan": _place(life, native),
        "dan_toc": life.ethnic,
        "ton_giao": _RELIGIONS[int(chance() * len(_RELIGIONS))],
        "so_dinh_danh": life.identity,
        "ngay_cap_cccd": iso(max(life.birth + 6000, life.as_of - 1900 + number % 1500)),
        "noi_cap_cccd": "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
        "so_bhxh": f"{number * 7 % 10_000_000_000:010d}",
        "dien_thoai": f"09{number * 61 % 100_000_000:08d}",
        "email": f"cb{number}@{code.lower()}.gov.vn",
        "thuong_tru": home,
        "noi_o": home,
        "hon_nhan": "2" if life.is_married else "1",
        "thanh_phan_xuat_than": "01",
        "trang_thai": life.status,
        "updated_at": f"{iso(life.as_of - 1 - number % 25)}T{8 + number % 9:02d}:15:00+07:00",
    }
    if number % 3 == 0 and row["ngay_sinh"] < "1998":
        row["so_cmnd"] = f"{100_000_000 + number * 37 % 800_000_000:09d}"
    if number % 4 == 0:
        row["approved_at"] = f"{iso(life.as_of - 1)}T17:00:00+07:00"
    return row


def _recruitment(life: Life, posts: list[Row]) -> Row:
    form = ("thi", "xét", "tiếp nhận")[int(life.chance() * 3)]
    return {
        "ngay_tuyen_dung": iso(life.recruited),
        "co_quan_tuyen_dung": posts[0]["wh_ma_co_quan"],
        "vi_tri_tuyen_dung": "CMNV",
        "hinh_thuc_tuyen_dung": form,
        "ngay_vao_co_quan": careers.joined_on(life, posts),
        "vi_tri_viec_lam": "LDQL" if life.post else "CMNV",
        "ngay_nghi_huu_du_kien": iso(calendar.retirement_day(life.is_male, life.birth)),
    }


def _level(life: Life) -> str:
    """The highest education: what the rank asks for, or more."""
    group = life.grade.group
    if "doctor" in life.traits or (group.startswith("A3") and life.chance() < 0.4):
        return "02"
    if group.startswith(("A1", "A2", "A3")):
        is_grown = life.as_of - life.recruited > 2500
        return "03" if is_grown and life.chance() < 0.3 else "07"
    return "08" if group == "A0" else "09"


def _qualification(life: Life, level: str) -> Row:
    group = life.grade.group
    row = {
        "ql_gdpt": "12/12" if life.birth > 722_000 else "10/10",
        "ql_chuyen_mon": level,
        "ql_llct": _THEORY.get(group, "34"[int(life.chance() * 2)]),
        "ql_qlnn": _MANAGEMENT.get(group, "4"),
        "ql_qpan": "1",
    }
    if level in _DEGREES:
        row["ql_hoc_vi"] = _DEGREES[level]
        row["ql_ngay_hoc_vi"] = iso(min(life.recruited + 2200, life.until - 20))
    if level == "02" and ("title" in life.traits or life.chance() < 0.3):
        row["ql_chuc_danh_kh"] = "PGS"
        row["ql_ngay_phong"] = iso(min(life.recruited + 4000, life.until - 10))
    return row


def _trainings(life: Life, level: str) -> list[Row]:
    """The first degree, a later one where the level says so, and one short course."""
    chance = life.chance
    first = level if level in {"07", "08", "09"} else "07"
    begun = life.birth + int(15.1 * YEAR if first == "09" else 18.1 * YEAR)
    ended = min(begun + {"07": 1430, "08": 1060, "09": 700}[first], life.recruited - 1)
    major = _MAJORS[int(chance() * len(_MAJORS))]
    rows = [_training(life, begun, ended, first, major)]
    if level != first:
        begun = min(life.recruited + 1400, life.until - 820)
        rows.append(_training(life, begun, begun + 790, level, major))
    course = life.between(life.recruited + 20, life.until - 60)
    row = _training(life, course, course + 30, "10", major)
    row["tr_hinh_thuc"] = "07"
    rows.append(row)
    return rows


def _training(life: Life, begun: int, ended: int, level: str, major: str) -> Row:
    chance = life.chance()
    return {
        "tr_tu_ngay": iso(begun),
        "tr_den_ngay": iso(ended),
        "tr_nganh": major,
        "tr_trinh_do": level,
        "tr_co_so": _SCHOOLS[int(chance * len(_SCHOOLS))],
        "tr_xep_loai": _GRADES[int(chance * len(_GRADES))],
        "tr_nuoc": "VN",
        "tr_hinh_thuc": "01",
        "tr_van_bang": f"{level}{life.number:07d}",
    }


def _languages(life: Life) -> list[Row]:
    chance = life.chance()
    return [
        {"ql_tin_hoc": _IT_LEVELS[int(chance * 6)]},
        {
            "ql_nn_ma": _LANGUAGES[int(chance * 7)],
            "ql_nn_trinh_do": _LANGUAGE_LEVELS[life.number % 6],
        },
    ]


def _party(life: Life) -> Row:
    row = {"pt_ngay_doan": iso(life.birth + int(16.2 * YEAR))}
    if not life.is_member:
        return row
    joined = life.between(life.recruited + 30, life.until - 800)
    row["pt_ngay_vao"] = iso(joined)
    row["pt_ngay_chinh_thuc"] = iso(calendar.years_after(joined, 1))
    if life.until - joined < 370:  # recruited lately: still a probationary member
        del row["pt_ngay_chinh_thuc"]
        return row
    row["pt_so_the"] = f"{life.number % 99_999_989 + 1:08d}"
    row["pt_chuc_vu"] = "DV" if life.number % 9 else "CUV"
    return row


def _family(life: Life) -> list[Row]:
    """Both parents; husband or wife; one or two children of those old enough."""
    chance, year = life.chance, calendar.year_of(life.birth)
    surname = SURNAMES[int(chance() * len(SURNAMES))]
    rows = [
        _relative(life, "BO", f"{surname} {MALE[life.number * 7 % len(MALE)]}", year - 24),
        _relative(life, "ME", f"{surname} {FEMALE[life.number * 11 % len(FEMALE)]}", year - 22),
    ]
    if not life.is_married:
        return rows
    spouse = "VO" if life.is_male else "CHONG"
    given = (FEMALE if life.is_male else MALE)[life.number * 13 % 4000]
    rows.append(_relative(life, spouse, f"{surname} {given}", year + 1))
    born = year + 23 + int(chance() * 6)
    this_year = calendar.year_of(life.as_of)
    for n in range(2 if chance() < 0.6 else 1):
        if born + 3 * n < this_year:
            name = f"{surname} {MALE[life.number * 17 % 4000 + n]}"
            rows.append(_relative(life, "CON", name, born + 3 * n))
    if life.number % 2 and this_year > born >= 2010:
        # who is born from 2010 on serves nowhere yet: never a servant's number
        serial = f"{life.number % 999_000 + 1:06d}"
        rows[3]["fm_dinh_danh"] = f"{life.prefix}2{born % 100:02d}{serial}"
    return rows


def _relative(life: Life, relation: str, name: str, year: int) -> Row:
    return {
        "fm_quan_he": relation,
        "fm_ho_ten": name,
        "fm_nam_sinh": str(year),
        "fm_nghe_nghiep": "Cán bộ" if life.number % 2 else "Làm nông nghiệp",
        "fm_noi_o": reference.PLACE_OF_PREFIX[life.prefix],
    }


def _military(life: Life) -> Row:
    enlisted = life.birth + int(18.3 * YEAR)
    return {
        "nn_nhap_ngu": iso(enlisted),
        "nn_xuat_ngu": iso(min(enlisted + 540, life.recruited - 1)),
        "nn_quan_ham": "Hạ sĩ",
    }
