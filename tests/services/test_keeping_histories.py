"""Random years of a few units: whatever happened, what is kept is what is needed."""

import random
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest

from sync.demo.people import Person
from sync.model.errors import SyncError
from sync.services.hold import reject_snapshot, release_snapshot
from sync.services.housekeeping import tidy
from sync.services.replay import Order, replay
from sync.services.status import build_status
from sync.settings import get_settings
from tests.services.village import A, B, House, Village
from tests.sources import servers

FIRST = date(2026, 11, 23)
WHY = "A random history."
DAYS, KEPT_DAYS, DAILY_DAYS = 6, 3, 1
OPEN = ("sealed", "checked", "held", "released")
REFERRED = """
    SELECT e.document_id FROM landing.snapshot_entry AS e
    JOIN landing.snapshot AS s USING (snapshot_id) WHERE s.emptied_at IS NULL
    UNION SELECT document_id FROM landing.present
    UNION SELECT unnest(other_document_ids) FROM landing.present
    UNION SELECT document_id FROM register.dossier
    UNION SELECT document_id FROM register.dossier_version
"""
Event = Callable[[random.Random, House], None]


def _rename(dice: random.Random, house: House) -> None:
    if house.people:
        position = dice.randrange(len(house.people))
        house.main(position)["ho_va_ten"] = dice.choice(["Nguyễn Thị Sửa", "Trần Văn Sửa"])


def _spoil(dice: random.Random, house: House) -> None:
    if house.people:
        number = f"123{house.unit_code[1:]}"  # not the same in two units: nobody shares it
        house.main(dice.randrange(len(house.people)))["so_dinh_danh"] = number


def _leave(dice: random.Random, house: House) -> None:
    if len(house.people) > 1:
        del house.people[dice.randrange(len(house.people))]


def _garble(dice: random.Random, house: House) -> None:
    house.raw = {0: lambda body: body[: len(body) // 2]} if house.people else {}


def _repeat(dice: random.Random, house: House) -> None:
    house.more = [house.document(house.people[0])] if house.people else []


def _miscount(dice: random.Random, house: House) -> None:
    house.announced = 99


def _nobody(dice: random.Random, house: House) -> None:
    house.people, house.raw, house.more = [], {}, []


def _silent(dice: random.Random, house: House) -> None:
    house.talk = lambda _: servers.Reply(b"{}", 401)


def _nothing(dice: random.Random, house: House) -> None:
    return


EVENTS: list[Event] = [
    _rename, _rename, _spoil, _leave, _garble, _repeat, _miscount, _nobody, _silent, _nothing,
]  # fmt: skip


def _live(village: Village, dice: random.Random, at_first: dict[str, list[Person]]) -> None:
    """Days of waves, with decisions and replays in between."""
    village.wave()
    for village.day in range(DAYS):
        for _ in range(dice.choice([1, 1, 2])):
            for code, house in village.houses.items():
                house.raw, house.more, house.announced, house.talk = {}, [], None, None
                if dice.random() < 0.4:
                    house.people = deepcopy(at_first[code])
                dice.choice(EVENTS)(dice, house)
            village.wave()
        _decide(village, dice)
        if dice.random() < 0.4:
            _replay_any(village, dice)


def _decide(village: Village, dice: random.Random) -> None:
    for code in village.houses:
        number, state = village.newest(code)
        decide = dice.choice([release_snapshot, reject_snapshot, None])
        if state == "held" and decide is not None:
            decide(number, actor="Mai", reason=WHY, db=village.db, clock=village.clock)


def _replay_any(village: Village, dice: random.Random) -> None:
    numbers = [row[0] for row in village.rows("SELECT snapshot_id FROM landing.snapshot")]
    try:
        _replay(village, dice.choice(sorted(numbers)))
    except SyncError:
        return  # a newer answer was under way


def _replay(village: Village, number: int) -> dict[str, int | str]:
    return replay(Order(str(number), "Mai", WHY), db=village.db, clock=village.clock)


def _must_stay(village: Village, today: date) -> set[int]:
    """The rule said again, in Python: snapshots whose entries may not go."""
    rows = village.rows(
        "SELECT snapshot_id, source_code, seq, state, as_of FROM landing.snapshot ORDER BY seq"
    )
    admitted = [row for row in rows if row[3] == "admitted"]
    present = {row[1]: row[0] for row in admitted}
    last_of_day = {(row[1], row[4]): row[2] for row in admitted}
    return {
        number
        for number, source, seq, state, day in rows
        if state in OPEN
        or number == present.get(source)
        or day >= today - timedelta(days=DAILY_DAYS)
        or (
            day >= today - timedelta(days=KEPT_DAYS)
            and seq >= last_of_day.get((source, day), 0)
        )
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happened_only_what_is_old_and_not_needed_goes(
    village: Village, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    for code, count in ((A, 6), (B, 4)):
        village.add(code, count)
    at_first = {code: deepcopy(house.people) for code, house in village.houses.items()}
    _live(village, dice, at_first)
    monkeypatch.setenv("CBCCVC_KEEP_ANSWERS_DAYS", str(KEPT_DAYS))
    monkeypatch.setenv("CBCCVC_KEEP_EVERY_ANSWER_DAYS", str(DAILY_DAYS))
    monkeypatch.setenv("CBCCVC_KEEP_WAVES_DAYS", "2")
    monkeypatch.setenv("CBCCVC_KEEP_CLOSED_FINDINGS_DAYS", "2")
    monkeypatch.setenv("CBCCVC_HOUSEKEEPING_BATCH_ROWS", "7")
    get_settings.cache_clear()
    village.day = DAYS
    stays = _must_stay(village, FIRST + timedelta(days=DAYS))
    with_entries = _with_entries(village)
    before = _seen(village)

    dry = tidy(is_dry=True, db=village.db, clock=village.clock)
    untouched = _seen(village), _with_entries(village)
    done = tidy(db=village.db, clock=village.clock)
    again = tidy(db=village.db, clock=village.clock)

    assert untouched == (before, with_entries)
    assert dry == done
    assert done["answers"] > 0 < done["entries"]
    assert set(again.values()) == {0}
    assert _seen(village) == before
    assert _with_entries(village) == with_entries & stays
    documents = {row[0] for row in village.rows("SELECT document_id FROM landing.document")}
    assert documents == {row[0] for row in village.rows(REFERRED)}
    _assert_replays_change_nothing(village)


def _with_entries(village: Village) -> set[int]:
    return {
        row[0]
        for row in village.rows("SELECT DISTINCT snapshot_id FROM landing.snapshot_entry")
    }


def _seen(village: Village) -> tuple[Any, ...]:
    """All that anybody can see: register, questions, present answers, every past day."""
    days = [FIRST + timedelta(days=day) for day in range(DAYS)]
    return (
        village.typed_rows(),
        [village.findings(code) for code in village.houses],
        village.rows("SELECT p::text FROM landing.present AS p ORDER BY 1"),
        [build_status(day, db=village.db, clock=village.clock) for day in days],
    )


def _assert_replays_change_nothing(village: Village) -> None:
    """Nothing of a present answer is gone: each is read again, and the register is the same."""
    before, questions = village.typed_rows(), [village.findings(c) for c in village.houses]
    for code in village.houses:
        number, state = village.newest(code)
        if state in OPEN:
            words = {"actor": "Mai", "reason": WHY, "db": village.db, "clock": village.clock}
            if state != "held":
                village.rows(
                    "UPDATE landing.snapshot SET state = 'held' WHERE snapshot_id = :i"
                    " RETURNING 1", i=number,
                )  # fmt: skip
            reject_snapshot(number, **words)
        present = village.one(
            "SELECT max(snapshot_id) FROM landing.snapshot WHERE unit_code = :u"
            " AND state = 'admitted'", u=code,
        )  # fmt: skip
        if present is not None:
            result = _replay(village, present)
            assert (result["outcome"], result["added"], result["changed"]) == ("admitted", 0, 0)
    assert village.typed_rows() == before
    assert [village.findings(code) for code in village.houses] == questions
