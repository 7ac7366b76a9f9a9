"""A plausible country for the pages: 56 units, three days within a year."""

import csv
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Any

from sqlalchemy import Connection, text

TODAY = date(2026, 11, 23)
MONTH_AGO = date(2026, 10, 22)  # the day asked for is the 23rd; the newest before it counts
YEAR_AGO = date(2025, 11, 23)
MEASURED_AT = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
WEEK_AGO = date(2026, 11, 15)
BETWEEN = {
    date(2026, 1, 15): (21, 12),
    date(2026, 3, 2): (30, 18),
    date(2026, 5, 20): (37, 26),
    date(2026, 7, 1): (35, 24),
    date(2026, 9, 9): (46, 37),
    WEEK_AGO: (52, 44),
}
RESTRICTED = ("G01", "G11")
RESTRICTED_HEADCOUNT = 98_761
LEVEL_NAMES = ("registered", "reachable", "conformant", "reconciled", "complete", "current")
LEVEL_OF_UNIT = {
    "G27": (
        0,
        "credential_expired",
        "Tài khoản kết nối đã hết hạn ngày 20/11/2026; cần cấp lại.",
        "The credential expired on 20 November 2026; a new one is needed.",
    ),
    "H52": (
        0,
        "source_down",
        "Hệ thống nguồn không trả lời từ 21/11/2026.",
        "The source system has not answered since 21 November 2026.",
    ),
    "H12": (
        0,
        "source_down",
        "Hệ thống nguồn không trả lời từ 22/11/2026.",
        "The source system has not answered since 22 November 2026.",
    ),
    "H21": (
        1,
        "held",
        "Lần gửi dữ liệu gần nhất không có hồ sơ nào; đang tạm giữ chờ xác nhận.",
        "The last delivery held nobody; it is on hold until somebody confirms.",
    ),
    "G20": (
        1,
        "no_answer",
        "Chưa có lần gửi dữ liệu trọn vẹn trong 72 giờ qua.",
        "There was no complete delivery in the last 72 hours.",
    ),
    "H35": (
        2,
        "not_admitted",
        "8,4% hồ sơ chưa được tiếp nhận (giới hạn 5,0%).",
        "8.4% of the records are not admitted (the limit is 5.0%).",
    ),
    "H48": (
        2,
        "not_admitted",
        "6,1% hồ sơ chưa được tiếp nhận (giới hạn 5,0%).",
        "6.1% of the records are not admitted (the limit is 5.0%).",
    ),
    "H61": (
        2,
        "not_admitted",
        "5,3% hồ sơ chưa được tiếp nhận (giới hạn 5,0%).",
        "5.3% of the records are not admitted (the limit is 5.0%).",
    ),
    "G16": (
        2,
        "not_admitted",
        "7,7% hồ sơ chưa được tiếp nhận (giới hạn 5,0%).",
        "7.7% of the records are not admitted (the limit is 5.0%).",
    ),
}
LEVEL_3 = (
    "below_expected",
    "Hiện có {ratio_vi}% biên chế; cần ít nhất 98%.",
    "{ratio_en}% of the expected headcount is present; 98% is needed.",
)
LEVEL_4 = (
    "changes_unproved",
    "Chưa chứng minh được 95% thay đổi của 30 ngày qua đúng hạn.",
    "It is not yet proved that 95% of the last 30 days' changes came in time.",
)


def current_units() -> list[dict[str, str]]:
    """The 56 units of the packaged registry that are valid today."""
    path = resources.files("sync.contract") / "data" / "units.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if not row["valid_to"]]


def unit_day(unit: dict[str, str], number: int, as_of: date) -> dict[str, Any]:
    """Where one unit stands; the same numbers each time."""
    code = unit["code"]
    expected = RESTRICTED_HEADCOUNT if code in RESTRICTED else 900 + (number * 7919) % 61_000
    level, reason_code, reason_vi, reason_en = LEVEL_OF_UNIT.get(code) or _upper(number)
    live = (
        0
        if level == 0 and code == "G27"
        else expected * (995 if level >= 4 else 940 + number % 35) // 1000
    )
    stale = live // 180 if level >= 2 else 0
    quarantined = expected // 13 if level == 2 else expected // 90 if level > 2 else 0
    is_reached = level > 0
    return {
        "as_of": as_of,
        "unit_code": code,
        "name_vi": unit["name_vi"],
        "name_en": unit["name_en"],
        "kind": unit["kind"],
        "is_restricted": code in RESTRICTED,
        "level": level,
        "level_name": LEVEL_NAMES[level],
        "expected": None if code == "G32" else expected,
        "announced": live + quarantined if is_reached else None,
        "received": live + quarantined if is_reached else None,
        "live": live,
        "stale": stale,
        "quarantined": quarantined,
        "waiting": number % 4,
        "blocking_findings": quarantined + quarantined // 6,
        "other_findings": expected // 7,
        "waived_findings": expected // 210,
        "last_success_at": (MEASURED_AT - timedelta(minutes=number)) if is_reached else None,
        "reason_code": reason_code,
        "reason_vi": reason_vi.format(
            ratio_vi=f"{(live - stale) * 100 / expected:.1f}".replace(".", ",")
        ),
        "reason_en": reason_en.format(ratio_en=f"{(live - stale) * 100 / expected:.1f}"),
        "measured_at": MEASURED_AT,
    }


def _upper(number: int) -> tuple[int, str, str, str]:
    if number % 9 == 4:
        return (5, "", "", "")
    return (4, *LEVEL_4) if number % 3 else (3, *LEVEL_3)


def insert_country(conn: Connection) -> None:
    """All facts of the tests, as the pipeline would write them."""
    days = [unit_day(unit, number, TODAY) for number, unit in enumerate(current_units())]
    earlier = [day | {"as_of": YEAR_AGO, "level": 1} for day in days[:9]]
    _insert(conn, "facts.unit_day", days + earlier)
    connected = sum(day["level"] >= 1 for day in days)
    synchronised = sum(day["level"] >= 3 for day in days)
    _insert(
        conn,
        "facts.headline",
        [
            _headline(TODAY, connected, synchronised, 56),
            _headline(MONTH_AGO, connected - 2, synchronised - 5, 56),
            _headline(YEAR_AGO, 16, 9, 94),
            *(_headline(day, *counts, 56) for day, counts in BETWEEN.items()),
        ],
    )
    _insert(conn, "facts.cause_day", [_cause(*row) for row in CAUSES])
    _insert(conn, "facts.contact", CONTACTS)
    _insert(conn, "facts.unit_wave", [wave for day in days for wave in _waves(day)])
    _insert(conn, "facts.claimed", CLAIMS)


def _headline(as_of: date, connected: int, synchronised: int, of: int) -> dict[str, Any]:
    return {
        "as_of": as_of,
        "connected_count": connected,
        "synchronised_count": synchronised,
        "unit_count": of,
        "measured_at": MEASURED_AT - (TODAY - as_of),
    }


def _cause(  # the columns of the table, in its order
    rule: str, effect: str, said: tuple[str, str], counts: tuple[int, int, int], hidden: bool
) -> dict[str, Any]:
    return {
        "as_of": TODAY,
        "rule_code": rule,
        "is_restricted": hidden,
        "effect": effect,
        "sentence_vi": said[0],
        "sentence_en": said[1],
        "unit_count": counts[0],
        "record_count": counts[1],
        "finding_count": counts[2],
        "waived_count": counts[2] // 40,
    }


def _waves(day: dict[str, Any]) -> list[dict[str, Any]]:
    waves = []
    for back in range(6):
        at = MEASURED_AT - timedelta(hours=back)
        is_first, received = back == 5, day["received"]
        good = {
            "received": received,
            "added": day["live"] if is_first else 0,
            "changed": 0 if is_first else (received or 0) // 700,
            "quarantined": day["quarantined"],
            "waiting": 0,
            "unreadable": 0,
            "duplicate": 0,
            "live_after": day["live"],
        }
        good["unchanged"] = (received or 0) - sum(
            good[key] for key in ("added", "changed", "quarantined")
        )
        outcome = "admitted" if received else "unavailable"
        if day["reason_code"] == "held" and back == 0:
            outcome = "held"
        if outcome != "admitted":
            good = dict.fromkeys(good)
        waves.append(
            {
                "wave_key": f"{at:%Y-%m-%dT%H:%M}",
                "unit_code": day["unit_code"],
                "started_at": at,
                "outcome": outcome,
                "reason_vi": "" if outcome == "admitted" else day["reason_vi"],
                "reason_en": "" if outcome == "admitted" else day["reason_en"],
                **good,
            }
        )
    return waves


def _insert(conn: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    bound = ", ".join(f":{name}" for name in names)
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({bound})"  # noqa: S608 - names are the test's own
    conn.execute(text(statement), rows)


CLAIMS = [
    {
        "claimed_on": date(2023, 1, 31),
        "claim_vi": "96 bộ, ngành, địa phương đã triển khai; 35 đã đồng bộ.",
        "claim_en": "96 ministries and provinces had deployed; 35 had synchronised.",
        "connected_count": 96,
        "synchronised_count": 35,
        "unit_count": 96,
        "stated_by": "Bộ Nội vụ",
        "source": "english.mic.gov.vn",
    },
    {
        "claimed_on": date(2025, 9, 8),
        "claim_vi": "Mới có 16 cơ quan báo cáo, 9 cơ quan đã đồng bộ.",
        "claim_en": "Only 16 agencies had reported, 9 had synchronised.",
        "connected_count": None,
        "synchronised_count": 9,
        "unit_count": None,
        "stated_by": "Bộ Nội vụ",
        "source": "baochinhphu.vn",
    },
    {
        "claimed_on": date(2025, 9, 11),
        "claim_vi": "1.436.507 hồ sơ được phê duyệt, 1.365.761 khớp dữ liệu dân cư (95,1%).",
        "claim_en": "1,436,507 approved records, 1,365,761 matched with people (95.1%).",
        "connected_count": None,
        "synchronised_count": None,
        "unit_count": None,
        "stated_by": "Bộ Nội vụ",
        "source": "tienphong.vn",
    },
]

EDUCATION = (
    "Mã trình độ đào tạo không có trong danh mục; hãy chọn mã đúng tại hệ thống nguồn.",
    "The education level is not on the list; choose the right code in the source system.",
)
CAUSES = [
    ("ED001", "ask", EDUCATION, (41, 15_322, 16_040), False),
    ("ED001", "ask", EDUCATION, (2, 4_711, 4_712), True),
    (
        "ID002",
        "block",
        (
            "Số định danh cá nhân không đủ 12 chữ số; hãy kiểm tra lại giấy tờ.",
            "The personal ID number has not 12 digits; check the papers.",
        ),
        (12, 2_045, 2_045),
        False,
    ),
    *(
        (
            f"XX{number:03d}",
            "count",
            (f"Trường {number} đến muộn; hãy gửi sớm hơn.", f"Field {number} came late."),
            (number, 100 - number, 120 - number),
            False,
        )
        for number in range(1, 13)
    ),
]
CONTACTS = [
    {
        "unit_code": "H35",
        "role": "records",
        "office": "Sở Nội vụ, Phòng Công chức, viên chức",
        "office_email": "ccvc@h35.example",
        "office_phone": "",
        "since_on": date(2026, 1, 1),
    },
    {
        "unit_code": "H35",
        "role": "technical",
        "office": "Trung tâm Chuyển đổi số",
        "office_email": "",
        "office_phone": "0213 0000 000",
        "since_on": None,
    },
    {
        "unit_code": "G27",
        "role": "records",
        "office": "Vụ Tổ chức cán bộ",
        "office_email": "tccb@g27.example",
        "office_phone": "024 0000 0000",
        "since_on": date(2026, 7, 1),
    },
]
