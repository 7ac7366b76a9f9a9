"""People with a recognisable value in every field, sown so that it can be looked for later.

Words hold six letters that no language puts together; numbers are of 8 digits and more and
given once. What stays dull in clear text (a sex, a rank) is looked for by its plain hashes.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import cycle

from sync.contract.record import Field, all_fields, record_groups
from sync.contract.record import field as contract_field
from sync.demo.careers import Row
from sync.demo.country import Country
from sync.demo.people import Person, many, one

CORE = "zqkwvj"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = frozenset({"ho_va_ten", "ten_goi_khac", "fm_ho_ten"})
SENTENCES = frozenset(
    {
        *(
            "noi_sinh",
            "que_quan",
            "noi_cap_cccd",
            "thuong_tru",
            "noi_o",
            "nghe_truoc_td",
            "anh",
        ),
        *("wh_ten_co_quan", "wh_so_quyet_dinh", "tr_co_so", "tr_van_bang", "ev_tham_quyen"),
        *("fm_nghe_nghiep", "fm_noi_o", "rw_cap_qd", "sal_nhiem_ky", "ten_don_vi"),
    }
)
DIGITS = {"so_bhxh": 10, "so_cmnd": 9, "pt_so_the": 8}
ADDED = {"ten_goi_khac", "nghe_truoc_td", "anh", "so_cmnd"}  # nobody has them by himself
Loud = tuple[str, str]


@dataclass
class Sower:
    """Gives words and numbers that nobody else has; `mark` and `number` are a unit's own."""

    mark: str
    number: int
    given: list[str] = field(default_factory=list)
    _count: int = 0

    def word(self) -> str:
        """Ten letters: `Zqkwvj`, the unit's mark and three of its own."""
        count = self._next()
        tail = LETTERS[count // 676] + LETTERS[count // 26 % 26] + LETTERS[count % 26]
        return self._give(f"{CORE.capitalize()}{self.mark}{tail}")

    def digits(self, length: int) -> str:
        """A number of 8 to 13 digits."""
        return self._give("873947"[: length - 7] + f"{self.number:02d}{self._next():05d}")

    def serial(self, length: int) -> str:
        """The last digits of an identity number."""
        return f"{self.number:02d}{self._next():0{length - 2}d}"

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _give(self, value: str) -> str:
        self.given.append(value)
        return value


def clean_people(country: Country, unit_code: str, count: int) -> list[Person]:
    """People in service in whom the pretend country put no defect."""
    found: list[Person] = []
    for position in range(country.unit(unit_code).size):
        if not country.plan.at(unit_code, position):
            person = country.entry(unit_code, position).person
            if one(person, "person")["trang_thai"] == "00":
                found.append(person)
        if len(found) == count:
            return deepcopy(found)
    raise LookupError(unit_code)


def sow_quietly(person: Person, sower: Sower) -> None:
    """Values that no rule minds, so that the person is admitted with them."""
    main = one(person, "person")
    main.update(dict.fromkeys(ADDED, ""))
    many(person, "reward").append(
        {"rw_hinh_thuc": "GK", "rw_ngay_qd": "2025-05-19", "rw_cap_qd": ""}
    )
    number = main["so_dinh_danh"][:-6] + sower.serial(6)
    main["so_hieu_bndp"] = f"HS-{sower.word()}"
    main["so_dinh_danh"] = main["ma_ho_so"] = number
    main["email"] = f"{sower.word().lower()}@example.vn"
    main["dien_thoai"] = "0" + sower.digits(9)
    sower.given.append(number)
    for row in _rows(person):
        for code in row:
            if code in NAMES:
                row[code] = f"Nguyễn Thị {sower.word()}"
            elif code in SENTENCES:
                row[code] = f"Xã {sower.word()}"
            elif code in DIGITS:
                row[code] = sower.digits(DIGITS[code])


def sow_loudly(person: Person, sower: Sower, loud: Loud) -> None:
    """One field with a value that its rules refuse, or every field for field "*"."""
    code, kind = loud
    for known in fields() if code == "*" else [contract_field(code)]:
        row = _row_of(person, known)
        row[known.code] = _loud(known, kind, sower)


def fields() -> list[Field]:
    """Every field of the record that travels on the plain channel."""
    return [f for f in all_fields() if f.group in record_groups() and not f.is_secret]


def list_loud() -> list[Loud]:
    """Each field with each kind of value that is wrong for it."""
    kinds = [(f.code, kind) for kind in ("word", "digits") for f in fields()]
    long = [(f.code, "long") for f in fields() if f.kind == "text" and f.length]
    days = [(f.code, "day") for f in fields() if f.kind in ("date", "timestamp")]
    return [*kinds, *long, *days]


def sow(people: list[Person], sower: Sower, loud: Iterator[Loud] | None = None) -> None:
    """Quietly in everybody; loudly too in all but every fourth, when there is `loud`."""
    for position, person in enumerate(people):
        sow_quietly(person, sower)
        if loud is not None and position % 4:
            sow_loudly(person, sower, next(loud))
            sow_loudly(person, sower, next(loud))


def in_turn() -> Iterator[Loud]:
    """Every loud value after the other, without end."""
    return cycle([("*", "word"), ("*", "digits"), *list_loud()])


def _loud(known: Field, kind: str, sower: Sower) -> str:
    match kind:
        case "digits":
            return sower.digits(12)
        case "long":
            times = min(known.length or 0, 600) // 10 + 1
            return " ".join([sower.word()] * times)
        case "day":
            return f"{sower.digits(9)}-02-31"
    return sower.word()


def _row_of(person: Person, known: Field) -> Row:
    """The row of the field's group, made if the person has none."""
    if not record_groups()[known.group].is_list:
        person.setdefault(known.group, {})
        return one(person, known.group)
    person.setdefault(known.group, [])
    rows = many(person, known.group)
    if not rows:
        rows.append({})
    return rows[-1]


def _rows(person: Person) -> Iterator[Row]:
    for content in person.values():
        yield from content if isinstance(content, list) else [content]
