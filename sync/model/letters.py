"""What notices say: codes, counts and links in both languages, never a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sync.model.notice import one_line

# level -> (Vietnamese, English); PAGES.md keeps the words.
LEVELS: Mapping[int, tuple[str, str]] = {
    0: ("đã đăng ký", "registered"),
    1: ("đã kết nối", "reachable"),
    2: ("đúng chuẩn", "conformant"),
    3: ("đã đối soát", "reconciled"),
    4: ("đầy đủ", "complete"),
    5: ("kịp thời", "current"),
}
HIDDEN = (
    "Số liệu của đơn vị này không gửi qua thư điện tử; hãy đăng nhập để xem.",
    "Figures of this unit are not sent by mail; sign in to see them.",
)
CLOSING = (
    "Thư do hệ thống tự động gửi, không có thông tin cá nhân; xin không trả lời thư này.",
    "Sent automatically and without anybody's personal data; please do not reply.",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice's subject and its text in Vietnamese and English."""

    subject: str
    body_vi: str
    body_en: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """The unit a letter goes to; a link to its page, or ''."""

    unit_code: str
    name_vi: str
    name_en: str
    is_restricted: bool
    link: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for a unit's officers, what its last delivery fixed, where it stands."""

    blocking: int
    to_review: int
    due_today: int
    overdue: int
    waiting: int
    fixed: int
    delivered_at: datetime | None
    level: int | None
    measured_on: date | None
    reason_vi: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Fall:
    """A level now and before, each with its day, and what is missing now."""

    level: int
    level_before: int
    before_on: date
    reason_vi: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery on hold; instants are those of Vietnam."""

    snapshot_id: int
    sealed_at: datetime
    reason_vi: str
    reason_en: str


def digest_letter(unit: Addressee, desk: Desk, day: date) -> Letter:
    """Once a day: what waits, what was fixed, what is missing for the next level."""
    counts = (
        ("Chặn", "Blocking", desk.blocking),
        ("Cần xem lại", "To review", desk.to_review),
        ("Trong đó đến hạn hôm nay", "Of these due today", desk.due_today),
        ("Trong đó quá hạn", "Of these overdue", desk.overdue),
        ("Chờ phê duyệt", "Waiting for approval", desk.waiting),
    )
    said: list[list[str]] = []
    for english in (False, True):
        lines = [f"- {row[english]}: {_number(row[2], english)}" for row in counts]
        lines += _fixed(desk, english)
        lines = [HIDDEN[english]] if unit.is_restricted else lines
        said.append([_heading(day, english), *lines, "", *_standing(unit, desk, english)])
    return _letter(unit, f"việc cần xử lý ngày {_day(day)}", said)


def _heading(day: date, english: bool) -> str:
    return f"To do on {_day(day, english)}:" if english else f"Việc cần xử lý ngày {_day(day)}:"


def _fixed(desk: Desk, english: bool) -> list[str]:
    at, number = desk.delivered_at, _number(desk.fixed, english)
    if at is None:
        return []
    moment = f"{at:%H:%M} {_day(at.date(), english)}"
    if english:
        return [f"- Fixed at source by the last delivery ({moment}): {number}"]
    return [f"- Đã sửa tại hệ thống nguồn ở lần gửi gần nhất ({moment}): {number}"]


def _standing(unit: Addressee, desk: Desk, english: bool) -> list[str]:
    if desk.level is None or desk.measured_on is None:
        return ["Level: not measured yet." if english else "Mức: chưa được đo."]
    name, day = LEVELS[desk.level][english], _day(desk.measured_on, english)
    first = (
        f"Level {desk.level} ({name}), measured on {day}."
        if english
        else f"Mức {desk.level} ({name}), đo ngày {day}."
    )
    reason = "" if unit.is_restricted else (desk.reason_en if english else desk.reason_vi)
    if not reason:
        return [first]
    missing = "Missing for the next level" if english else "Còn thiếu để lên mức tiếp theo"
    return [first, f"{missing}: {reason}"]


def level_letter(unit: Addressee, fall: Fall, day: date) -> Letter:
    """The unit stands lower than on the day measured before."""
    said: list[list[str]] = []
    for english in (False, True):
        now, before = LEVELS[fall.level][english], LEVELS[fall.level_before][english]
        since, today = _day(fall.before_on, english), _day(day, english)
        line = (
            f"The unit fell from level {fall.level_before} ({before}, {since})"
            f" to level {fall.level} ({now}, {today})."
            if english
            else f"Đơn vị giảm từ mức {fall.level_before} ({before}, ngày {since})"
            f" xuống mức {fall.level} ({now}, ngày {today})."
        )
        reason = fall.reason_en if english else fall.reason_vi
        said.append([line, *_because(unit, reason, english)])
    return _letter(unit, f"giảm từ mức {fall.level_before} xuống mức {fall.level}", said)


def hold_letter(unit: Addressee, held: Held) -> Letter:
    """A delivery is on hold: why, with both numbers, and what to do."""
    at, number = held.sealed_at, held.snapshot_id
    vietnamese = [
        f"Lần gửi dữ liệu số {number} (nhận lúc {at:%H:%M} {_day(at.date())}) đang tạm giữ.",
        *_because(unit, held.reason_vi, False),
        "Dữ liệu tốt gần nhất của đơn vị vẫn được dùng.",
        "Hãy kiểm tra rồi gửi lại; nếu dữ liệu đúng, báo kỹ sư trực để cho qua.",
    ]
    english = [
        f"Delivery {number} (received at {at:%H:%M}, {_day(at.date(), True)}) is on hold.",
        *_because(unit, held.reason_en, True),
        "The unit's last good data stay in use.",
        "Check it and send again; if it is right, ask the engineer on duty to release it.",
    ]
    return _letter(unit, f"lần gửi dữ liệu số {number} đang tạm giữ", [vietnamese, english])


def _because(unit: Addressee, reason: str, english: bool) -> list[str]:
    if unit.is_restricted:
        return [HIDDEN[english]]
    return [f"Why: {reason}" if english else f"Lý do: {reason}"] if reason else []


def _letter(unit: Addressee, about: str, said: list[list[str]]) -> Letter:
    names = one_line(unit.name_vi), one_line(unit.name_en)
    bodies = []
    for english in (False, True):
        opening = f"{'To' if english else 'Kính gửi'} {names[english]} ({unit.unit_code}),"
        link = [f"{'Open' if english else 'Xem và xử lý'}: {unit.link}"] if unit.link else []
        lines = [opening, "", *said[english], "", *link, CLOSING[english]]
        bodies.append("\n".join(lines) + "\n")
    return Letter(f"{names[0]} ({unit.unit_code}): {about}", bodies[0], bodies[1])


def _number(value: int, english: bool) -> str:
    grouped = f"{value:,}"
    return grouped if english else grouped.replace(",", ".")


def _day(value: date, english: bool = False) -> str:
    return (
        f"{value.day} {MONTHS[value.month - 1]} {value.year}"
        if english
        else f"{value:%d/%m/%Y}"
    )


MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
