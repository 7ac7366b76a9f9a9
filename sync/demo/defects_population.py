"""Where the pretend population register is itself wrong about people whom we hold rightly.

Such a defect shows only after people were verified and a further wave has run. What the
register says of everybody else is what their unit says.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from sync.demo.kinds import Edge, Kind

Said = dict[str, str]  # ho_ten, ngay_sinh, gioi_tinh
Wrong = Callable[[Said], Said | None]
LIVE = {"status": "00"}


def _plain(said: Said) -> Said:
    """Capitals without accents, as an old machine wrote."""
    letters = unicodedata.normalize("NFD", said["ho_ten"].replace("đ", "d").replace("Đ", "D"))
    name = "".join(letter for letter in letters if not unicodedata.combining(letter)).upper()
    return {**said, "ho_ten": name}


def _spaced(said: Said) -> Said:
    return {**said, "ho_ten": f"{said['ho_ten'].replace(' ', '  ', 1)} "}


def _other_name(said: Said) -> Said:
    """The same surname; nobody invented has this given name."""
    return {**said, "ho_ten": f"{said['ho_ten'].split()[0]} Đăng Ngoại"}


def _next_day(said: Said) -> Said:
    born = date.fromisoformat(said["ngay_sinh"]) + timedelta(days=1)
    return {**said, "ngay_sinh": born.isoformat()}


def _new_year(said: Said) -> Said:
    """A year taken for its first day; whoever is born on that day, for its second."""
    year, is_new_year = said["ngay_sinh"][:4], said["ngay_sinh"].endswith("-01-01")
    return {**said, "ngay_sinh": f"{year}-01-0{2 if is_new_year else 1}"}


def _other_sex(said: Said) -> Said:
    return {**said, "gioi_tinh": "2" if said["gioi_tinh"] == "1" else "1"}


def _nobody(said: Said) -> None:
    """The person was never entered there."""


def _year_only(said: Said) -> Said:
    """All that is known there; it agrees when the year does."""
    return {**said, "ngay_sinh": said["ngay_sinh"][:4]}


def _kind(code: str, rule: str, field: str) -> Kind:
    return Kind(code, (rule,), "person", field, traits=LIVE, is_elsewhere=True)


NAME, BIRTH = "ho_va_ten", "ngay_sinh"
KINDS = (
    _kind("register_name_plain", "ID016", NAME),
    _kind("register_name_spaced", "ID016", NAME),
    _kind("register_other_name", "ID015a", NAME),
    _kind("register_born_next_day", "ID015b", BIRTH),
    _kind("register_born_new_year", "ID015b", BIRTH),
    _kind("register_other_sex", "ID015c", "gioi_tinh"),
    _kind("register_nobody", "ID015d", "so_dinh_danh"),
)
EDGES = (Edge("register_year_only", LIVE),)
SAYS: Mapping[str, Wrong] = {
    "register_name_plain": _plain,
    "register_name_spaced": _spaced,
    "register_other_name": _other_name,
    "register_born_next_day": _next_day,
    "register_born_new_year": _new_year,
    "register_other_sex": _other_sex,
    "register_nobody": _nobody,
    "register_year_only": _year_only,
}
