"""The next day: who changed, who left, who joined. Only among people without a defect."""

from datetime import date, timedelta
from enum import StrEnum

from sync.demo.people import Person, many, one

JOINING = 250  # one person joins for so many
NEWCOMER = {"recruited": "new", "group": "A1", "age_to": "30"}


class Change(StrEnum):
    """What happened to a person overnight."""

    NONE = ""
    CHANGED = "changed"
    LEFT = "left"


def change_of(number: int, day: int) -> Change:
    """About ten of a thousand change and three leave on each later day."""
    for past in range(1, day + 1):
        lot = (number * 2_654_435_761 + past * 40_503) % 4_294_967_296 % 1000
        if lot < 10:
            return Change.CHANGED
        if lot < 13:
            return Change.LEFT
    return Change.NONE


def joined_count(size: int, day: int) -> int:
    """How many people more the unit has, `day` days on."""
    return day * (size // JOINING + (1 if size >= 50 else 0))


def change(person: Person, as_of: date) -> None:
    """A new telephone number and a commendation."""
    main = one(person, "person")
    main["dien_thoai"] = "08" + main["dien_thoai"][2:]
    main["updated_at"] = f"{as_of.isoformat()}T06:00:00+07:00"
    reward = {
        "rw_hinh_thuc": "GK",
        "rw_ngay_qd": as_of.isoformat(),
        "rw_cap_qd": main["ten_don_vi"],
    }
    many(person, "reward").append(reward)


def leave(person: Person, as_of: date) -> None:
    """Left the service yesterday, by decision; every open row is closed."""
    main, last = one(person, "person"), (as_of - timedelta(days=1)).isoformat()
    main["trang_thai"] = "11"
    main["updated_at"] = f"{as_of.isoformat()}T06:00:00+07:00"
    posts = many(person, "work_history")
    for row in posts:
        row.setdefault("wh_den_ngay", (as_of - timedelta(days=2)).isoformat())
    posts.append(
        {
            "wh_tu_ngay": last,
            "wh_den_ngay": last,
            "wh_ma_co_quan": main["ma_don_vi"],
            "wh_ten_co_quan": main["ten_don_vi"],
            "wh_vtvl": "CMNV",
            "wh_loai_bien_dong": "TV",
            "wh_so_quyet_dinh": f"11/QĐ-{main['ma_don_vi']}",
            "wh_ngay_quyet_dinh": last,
        }
    )
    for row in many(person, "salary_history"):
        row.setdefault("sh_den_ngay", last)
    for row in many(person, "allowance_history"):
        row.setdefault("al_den_ngay", last)
