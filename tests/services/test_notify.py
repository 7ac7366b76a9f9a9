"""What a unit must know is queued once, about codes and counts only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sync.services import notify
from sync.services.hold import reject_snapshot
from sync.services.notice_book import set_address, unmute
from sync.settings import get_settings
from sync.store.notices import Address
from tests.services.notice_desk import ALL, MAI, OFFICE, TODAY, Desk
from tests.services.village import A, B, C, Village


@pytest.fixture
def desk(village: Village) -> Desk:
    return Desk(village)


def test_a_digest_counts_what_waits_and_says_where_the_unit_stands(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CBCCVC_PORTAL_URL", "https://cbccvc.example.vn/")
    get_settings.cache_clear()
    desk.address()
    desk.flag("block", due=TODAY - timedelta(days=1))
    desk.flag("block", due=TODAY)
    for _ in range(3):
        desk.flag("ask", due=TODAY + timedelta(days=2))
    desk.flag("ask", state="proposed", due=TODAY - timedelta(days=9))
    desk.flag("ask", state="waived")
    desk.level(2, TODAY)

    assert notify.queue_digests(**desk.tools) == {"digests": 1}
    [(subject, vietnamese, english)] = desk.notices("digest")
    name = desk.run("SELECT name_vi FROM registry.unit WHERE unit_code = :u", u=A)
    assert subject == f"{name} ({A}): việc cần xử lý ngày 23/11/2026"
    assert vietnamese.splitlines() == [
        f"Kính gửi {name} ({A}),",
        "",
        "Việc cần xử lý ngày 23/11/2026:",
        "- Chặn: 2",
        "- Cần xem lại: 3",
        "- Trong đó đến hạn hôm nay: 1",
        "- Trong đó quá hạn: 1",
        "- Chờ phê duyệt: 1",
        "",
        "Mức 2 (đúng chuẩn), đo ngày 23/11/2026.",
        "Còn thiếu để lên mức tiếp theo: Dữ liệu hai bên không khớp khi đối soát.",
        "",
        f"Xem và xử lý: https://cbccvc.example.vn/viec?unit={A}",
        "Thư do hệ thống tự động gửi, không có thông tin cá nhân; xin không trả lời thư này.",
    ]
    assert "- To review: 3\n" in english
    assert "To do on 23 November 2026:" in english
    assert "Missing for the next level: The two sides' digests do not agree." in english


def test_a_digest_counts_what_the_last_delivery_fixed_and_nothing_older(desk: Desk) -> None:
    desk.village.add(A, 3)
    desk.village.wave()
    desk.address()
    admitted = desk.run(
        "SELECT max(snapshot_id) FROM landing.snapshot WHERE state = 'admitted'"
    )
    desk.flag("ask", state="fixed", snapshot=admitted)
    desk.flag("ask", state="fixed", snapshot=admitted)
    desk.flag("ask", state="gone", snapshot=admitted)
    desk.flag("ask", state="fixed", snapshot=admitted - 1000)

    notify.queue_digests(**desk.tools)

    [(_, vietnamese, english)] = desk.notices("digest")
    assert (
        "- Đã sửa tại hệ thống nguồn ở lần gửi gần nhất (12:00 23/11/2026): 2\n" in vietnamese
    )
    assert "by the last delivery (12:00 23 November 2026): 2\n" in english
    assert "Mức 3 (đã đối soát)" in vietnamese


def test_a_unit_that_was_never_measured_is_told_so(desk: Desk) -> None:
    desk.address()

    notify.queue_digests(**desk.tools)

    [(_, vietnamese, english)] = desk.notices("digest")
    assert "Mức: chưa được đo." in vietnamese
    assert "Level: not measured yet." in english


def test_a_digest_is_queued_once_a_day_for_units_with_an_address_that_wants_it(
    desk: Desk,
) -> None:
    desk.address(A, "one@donvi-a.gov.vn", ("digest",))
    desk.address(A, "two@donvi-a.gov.vn")
    desk.address(B, "three@donvi-b.gov.vn", ("level", "hold"))

    first, again = (notify.queue_digests(**desk.tools)["digests"] for _ in range(2))
    desk.village.day = 1
    tomorrow = notify.queue_digests(**desk.tools)["digests"]

    assert (first, again, tomorrow) == (1, 0, 1)
    assert [(unit, email) for unit, _, email, _, _ in desk.mails()] == [
        (A, "one@donvi-a.gov.vn"),
        (A, "two@donvi-a.gov.vn"),
    ] * 2


def test_a_mute_unit_is_told_nothing_of_that_kind_until_the_day_after(desk: Desk) -> None:
    desk.address()
    desk.silence("digest", TODAY + timedelta(days=1))
    counts = []
    for day in range(3):
        desk.village.day = day
        counts.append(notify.queue_digests(**desk.tools)["digests"])

    assert counts == [0, 0, 1]


def test_a_unit_that_is_no_longer_mute_is_told_again(desk: Desk) -> None:
    desk.address()
    desk.silence("digest", TODAY)
    muted = notify.queue_digests(**desk.tools)["digests"]
    assert unmute(A, [], actor=MAI, **desk.tools) == 1

    assert (muted, notify.queue_digests(**desk.tools)["digests"]) == (0, 1)


def test_silence_about_one_kind_leaves_the_others(desk: Desk) -> None:
    desk.address()
    desk.silence("digest", TODAY)
    desk.level(3, TODAY - timedelta(days=1))
    desk.level(1, TODAY)

    notify.queue_digests(**desk.tools)
    notify.queue_alerts(**desk.tools)

    assert [(kind, state) for _, kind, _, state, _ in desk.mails()] == [("level", "queued")]


def test_a_fall_is_said_once_with_both_levels_and_why(desk: Desk) -> None:
    desk.address()
    desk.level(3, TODAY - timedelta(days=4))  # the days between were not measured
    desk.level(1, TODAY)

    counts = [notify.queue_alerts(**desk.tools)["levels"] for _ in range(2)]

    [(subject, vietnamese, english)] = desk.notices("level")
    assert counts == [1, 0]
    assert subject.endswith(f"({A}): giảm từ mức 3 xuống mức 1")
    assert (
        "Đơn vị giảm từ mức 3 (đã đối soát, ngày 19/11/2026)"
        " xuống mức 1 (đã kết nối, ngày 23/11/2026)." in vietnamese
    )
    assert "Lý do: Dữ liệu hai bên không khớp khi đối soát." in vietnamese
    assert "fell from level 3 (reconciled, 19 November 2026) to level 1" in english


@pytest.mark.parametrize(
    ("levels", "count"),
    [
        ([3, 3, 3], 0),
        ([1, 2, 3], 0),
        ([3, 1, 1], 1),  # measured after midnight: told the next day
        ([3, 1, 3], 0),  # it stands again where it stood
        ([3, 1, 2], 1),
        ([3, 2, 1], 2),
        ([None, None, 1], 0),
    ],
)
def test_only_who_stands_lower_than_before_is_told(
    desk: Desk, levels: list[int | None], count: int
) -> None:
    desk.address()
    for ago, level in zip((2, 1, 0), levels, strict=True):
        if level is not None:
            desk.level(level, TODAY - timedelta(days=ago))

    assert notify.queue_alerts(**desk.tools)["levels"] == count


def test_a_fall_in_silence_is_not_told_when_the_silence_is_over(desk: Desk) -> None:
    desk.address()
    desk.silence("level", TODAY)
    desk.level(3, TODAY - timedelta(days=1))
    desk.level(1, TODAY)
    during = notify.queue_alerts(**desk.tools)["levels"]
    desk.village.day = 1

    assert (during, notify.queue_alerts(**desk.tools)["levels"]) == (0, 0)


def test_a_hold_is_said_with_both_numbers_and_once_though_the_unit_sends_the_same_again(
    desk: Desk,
) -> None:
    house = desk.village.add(A, 2)
    house.announced = 3
    desk.address()
    counts = []
    for _ in range(2):
        desk.village.wave()
        counts.append(notify.queue_alerts(**desk.tools)["holds"])

    [(subject, vietnamese, english)] = desk.notices("hold")
    first = desk.run("SELECT min(snapshot_id) FROM landing.snapshot")
    assert counts == [1, 0]
    assert desk.run("SELECT count(*) FROM landing.snapshot") == 2
    assert subject.endswith(f"({A}): lần gửi dữ liệu số {first} đang tạm giữ")
    assert "Lý do: Nguồn công bố 3 hồ sơ nhưng gửi 2; tạm giữ." in vietnamese
    assert "Why: The source announced 3 records but sent 2; on hold." in english


def test_a_hold_after_a_decision_is_news(desk: Desk) -> None:
    house = desk.village.add(A, 2)
    house.announced = 3
    desk.address()
    desk.village.wave()
    notify.queue_alerts(**desk.tools)
    held = desk.run("SELECT max(snapshot_id) FROM landing.snapshot WHERE state = 'held'")
    reject_snapshot(held, actor="mai", reason="It lacks one.", **desk.tools)
    nothing = notify.queue_alerts(**desk.tools)["holds"]
    desk.village.wave()

    assert (nothing, notify.queue_alerts(**desk.tools)["holds"]) == (0, 1)


def test_no_figure_of_a_restricted_unit_goes_by_mail(desk: Desk) -> None:
    desk.run("UPDATE registry.unit SET is_restricted = true WHERE unit_code = :u", u=A)
    house = desk.village.add(A, 47)
    house.announced = 48
    desk.village.wave()
    desk.address()
    desk.level(3, TODAY - timedelta(days=1))

    notify.queue_digests(**desk.tools)
    notify.queue_alerts(**desk.tools)

    said = [part for kind in ALL for notice in desk.notices(kind) for part in notice[1:]]
    assert len(said) == 6
    assert all("hãy đăng nhập để xem" in part or "sign in to see" in part for part in said)
    assert not any("47" in part or "48" in part or "Chặn:" in part for part in said)


@pytest.mark.parametrize(
    ("hour", "minute", "count"), [(7, 29, 0), (7, 30, 1), (23, 59, 1), (0, 0, 0)]
)
def test_digests_are_due_from_half_past_seven_in_viet_nam(
    desk: Desk, hour: int, minute: int, count: int
) -> None:
    desk.address()
    at = datetime.fromisoformat(f"2026-11-24T{hour:02}:{minute:02}:00+07:00")
    clock: Callable[[], datetime] = lambda: at  # noqa: E731 - a clock that stands

    counts = notify.queue_due(db=desk.village.db, clock=clock)

    assert counts.get("digests", 0) == count


def test_a_unit_that_no_longer_reports_is_not_written_to(desk: Desk) -> None:
    ended = desk.run(
        "SELECT unit_code FROM registry.unit WHERE upper(valid_on) < '2026-01-01'"
        " AND unit_code NOT IN (SELECT unit_code FROM registry.unit WHERE valid_on @> :d)"
        " LIMIT 1",
        d=TODAY,
    )
    desk.address(ended)
    desk.address(C)

    assert notify.queue_digests(**desk.tools) == {"digests": 1}
    assert [unit for unit, *_ in desk.mails()] == [C]


def test_an_address_is_written_to_from_its_first_day_to_its_last(desk: Desk) -> None:
    word = Address(A, OFFICE, ALL, TODAY + timedelta(days=1), TODAY + timedelta(days=1), "")
    set_address(word, actor=MAI, **desk.tools)
    set_address(replace(word, unit_code=B), actor=MAI, **desk.tools)
    counts = []
    for day in range(3):
        desk.village.day = day
        counts.append(notify.queue_digests(**desk.tools)["digests"])

    assert counts == [0, 2, 0]
