"""Defects of identity, name, contact and organisation."""

import unicodedata
from random import Random

from sync.demo.careers import Row
from sync.demo.kinds import Apply, Kind
from sync.demo.people import Person, many, one

TCVN3 = dict(
    zip(
        "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđĐ",
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ®§",
        strict=True,
    )
)
_VNI = {"ă": "aê", "ầ": "aà", "ấ": "aá", "ậ": "aä", "ễ": "eã", "ế": "eá", "ê": "eâ", "ô": "oâ"}
A_CLOSED_PROVINCE = "H02"


def number_of(person: Person) -> str:
    """The person's identity number."""
    return one(person, "person")["so_dinh_danh"]


def renumber(person: Person, number: str) -> None:
    """Another number, and the dossier id that must equal it."""
    main = one(person, "person")
    main["so_dinh_danh"] = main["ma_ho_so"] = number


def put(field: str, value: str, group: str = "person") -> Apply:
    """One field of a single group says something else."""

    def apply(person: Person, _: Random) -> None:
        one(person, group)[field] = value

    return apply


def drop(field: str, group: str = "person") -> Apply:
    """One field of a single group says nothing."""

    def apply(person: Person, _: Random) -> None:
        one(person, group).pop(field, None)

    return apply


def _letter(person: Person, _: Random) -> None:
    number = number_of(person)
    renumber(person, f"{number[:6]}O{number[7:]}")


def _lost_zero(person: Person, _: Random) -> None:
    one(person, "person")["so_dinh_danh"] = number_of(person)[1:]


def _old_number(person: Person, random: Random) -> None:
    one(person, "person")["so_dinh_danh"] = f"{random.randrange(10**8, 10**9)}"


def _prefix(person: Person, random: Random) -> None:
    renumber(person, random.choice(("003", "097")) + number_of(person)[3:])


def _sex(person: Person, _: Random) -> None:
    """The other sex, and nothing that would tell of the old one but the number."""
    main = one(person, "person")
    main["gioi_tinh"] = "2" if main["gioi_tinh"] == "1" else "1"
    one(person, "recruitment").pop("ngay_nghi_huu_du_kien")
    relatives = many(person, "family")
    relatives[:] = [row for row in relatives if row["fm_quan_he"] not in {"VO", "CHONG"}]


def _century(person: Person, _: Random) -> None:
    number = number_of(person)
    digit = (int(number[3]) + 2) % 4
    renumber(person, f"{number[:3]}{digit}{number[4:]}")


def _birth_year(person: Person, _: Random) -> None:
    number = number_of(person)
    year = (int(number[4:6]) + 5) % 100
    renumber(person, f"{number[:4]}{year:02d}{number[6:]}")


def _serial(person: Person, random: Random) -> None:
    # a country code, so that two such numbers are not one
    renumber(person, f"{random.randrange(100, 999)}{number_of(person)[3:6]}000000")


def _dossier(person: Person, _: Random) -> None:
    number = number_of(person)
    one(person, "person")["ma_ho_so"] = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"


def _rename(person: Person, name: str) -> None:
    one(person, "person")["ho_va_ten"] = name


def _name(person: Person) -> str:
    return one(person, "person")["ho_va_ten"]


def _digit(person: Person, _: Random) -> None:
    _rename(person, f"{_name(person)} 2")


def _hidden_space(person: Person, _: Random) -> None:
    _rename(person, _name(person).replace(" ", " \u200b", 1))


def _cyrillic(person: Person, _: Random) -> None:
    """A letter that looks like the Latin one."""
    _rename(person, f"{_name(person)} \u0410nh")


def _decomposed(person: Person, _: Random) -> None:
    _rename(person, unicodedata.normalize("NFD", f"{_name(person)} Hồng"))


def _tcvn3(person: Person, _: Random) -> None:
    _rename(person, "".join(TCVN3.get(letter, letter) for letter in f"{_name(person)} Đăng"))


def _vni(person: Person, _: Random) -> None:
    _rename(person, "".join(_VNI.get(letter, letter) for letter in f"{_name(person)} Văn"))


def _spaces(person: Person, _: Random) -> None:
    _rename(person, _name(person).replace(" ", "  ", 1))


def _lower(person: Person, _: Random) -> None:
    _rename(person, _name(person).lower())


def _young(person: Person, _: Random) -> None:
    """Fifteen years old, in a record that is otherwise as thin as such a typing error needs."""
    main, number = one(person, "person"), number_of(person)
    year = int(main["updated_at"][:4]) - 15
    main["ngay_sinh"] = f"{year}-06-15"
    renumber(person, f"{number[:3]}{int(number[3]) % 2 + 2}{year % 100:02d}{number[6:]}")
    main.pop("ngay_cap_cccd")
    for field in ("ql_ngay_hoc_vi", "ql_ngay_phong"):
        one(person, "qualification").pop(field, None)
    one(person, "recruitment").pop("ngay_nghi_huu_du_kien")
    many(person, "family")[:] = many(person, "family")[:2]
    many(person, "training_history").clear()
    person.pop("party")
    person.pop("military", None)


def _foreign_host(person: Person, _: Random) -> None:
    one(person, "person")["ma_don_vi_su_dung"] = "Z99.001"
    many(person, "work_history")[-1]["wh_ma_co_quan"] = "Z99.001"


def _other_manager(person: Person, _: Random) -> None:
    main = one(person, "person")
    main["ma_don_vi_quan_ly"] = "H26" if main["ma_don_vi"] != "H26" else "H29"


def _district(person: Person, _: Random) -> None:
    main: Row = one(person, "person")
    main["thuong_tru"] = main["thuong_tru"].replace(", ", ", huyện Bình An, ", 1)


def _kind(
    code: str, rules: str, field: str, apply: Apply, touches: str = "", **traits: str
) -> Kind:
    area = frozenset({touches}) if touches else frozenset()
    return Kind(code, tuple(rules.split()), "person", field, apply, False, traits, area)


def _block(code: str, rules: str, field: str, apply: Apply, touches: str = "") -> Kind:
    area = frozenset({touches}) if touches else frozenset()
    return Kind(code, tuple(rules.split()), "person", field, apply, True, touches=area)


NUMBER, NAME = "so_dinh_danh", "ho_va_ten"
KINDS = (
    _block("number_missing", "ID001a", NUMBER, drop(NUMBER), "number"),
    _block("number_with_letter", "ID001b", NUMBER, _letter, "number"),
    _block("number_lost_zero", "ID001b ID006", NUMBER, _lost_zero, "number"),
    _block("number_of_old_card", "ID001b ID006", NUMBER, _old_number, "number"),
    _block("number_unknown_province", "ID002", NUMBER, _prefix, "number"),
    Kind(
        "swapped_sex",
        ("ID003",),
        "person",
        "gioi_tinh",
        _sex,
        is_blocking=True,
        traits={"age_to": "50", "status": "00", "group": "A1"},
    ),
    _block("wrong_century", "ID004", NUMBER, _century, "number"),
    _block("wrong_birth_year", "ID004", NUMBER, _birth_year, "number"),
    _block("number_dummy", "ID005", NUMBER, _serial),
    _block("name_missing", "ID008a", NAME, drop(NAME), "name"),
    _kind("old_number_short", "ID007", "so_cmnd", put("so_cmnd", "12345678"), "cmnd"),
    _kind("name_single_word", "ID008b", NAME, put(NAME, "Thông"), "name"),
    _kind("name_with_digit", "ID008c", NAME, _digit, "name"),
    _kind("name_hidden_space", "ID008c", NAME, _hidden_space, "name"),
    _kind("name_in_cyrillic", "ID008c", NAME, _cyrillic, "name"),
    _kind("name_decomposed", "ID008d", NAME, _decomposed, "name"),
    _kind("name_in_tcvn3", "ID009a", NAME, _tcvn3, "name"),
    _kind("name_in_vni", "ID009a", NAME, _vni, "name"),
    _kind("name_double_space", "ID009b", NAME, _spaces, "name"),
    _kind("name_lower_case", "ID009c", NAME, _lower, "name"),
    _kind("too_young", "CA001a CA001b ID010", "ngay_sinh", _young, status="00"),
    _kind("sex_unknown_code", "ID012a", "gioi_tinh", put("gioi_tinh", "X")),
    _kind("ethnic_unknown_code", "ID012b", "dan_toc", put("dan_toc", "77"), "ethnic"),
    _kind("religion_unknown_code", "ID012c", "ton_giao", put("ton_giao", "77"), "religion"),
    _kind("insurance_short", "ID014", "so_bhxh", put("so_bhxh", "123456789"), "insurance"),
    _kind("phone_short", "ID017a", "dien_thoai", put("dien_thoai", "091234567"), "phone"),
    _kind("mail_without_at", "ID017b", "email", put("email", "vanthu.gov.vn"), "mail"),
    _kind("dossier_other_number", "HSO001", "ma_ho_so", _dossier),
    _kind("category_missing", "CR001a", "phan_loai_ho_so", drop("phan_loai_ho_so")),
    _kind("category_unknown", "CR001b", "phan_loai_ho_so", put("phan_loai_ho_so", "QQ")),
    _kind(
        "category_commune",
        "CR002",
        "phan_loai_ho_so",
        put("phan_loai_ho_so", "CX-CC"),
        category="CC",
        status="00",
    ),
    _kind("host_missing", "CR003a", "ma_don_vi_su_dung", drop("ma_don_vi_su_dung"), "host"),
    _kind(
        "manager_missing", "CR003b", "ma_don_vi_quan_ly", drop("ma_don_vi_quan_ly"), "manager"
    ),
    _kind("manager_other_unit", "CR003c", "ma_don_vi_quan_ly", _other_manager, "manager"),
    _kind("host_unknown", "CR003d", "ma_don_vi_su_dung", _foreign_host, status="00"),
    _kind("unit_closed", "CR004", "ma_don_vi", put("ma_don_vi", A_CLOSED_PROVINCE), "unit"),
    _kind("address_with_district", "CR005", "thuong_tru", _district, "address"),
)
