"""Verifying, and what the next wave makes of it; nothing of a person's is changed or told."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from sync.logs import configure_logs
from sync.model.errors import (
    ConfigurationError,
    IllegalTransitionError,
    NotFoundError,
    SourceRejectedError,
    SourceUnavailableError,
)
from sync.services.dispute import dispute_answer, undo_dispute
from sync.services.population import (
    list_standings,
    list_units_to_verify,
    register_population,
    verify_all,
    verify_unit,
)
from sync.settings import get_settings
from tests.services.village import A, B, Village
from tests.sources.servers import Reply, Request, Server, json_reply, serving
from tests.telling import everything_told

WHY = "The birth certificate was seen; the commune's police corrected it in March."
MARK = "Trongkin"


class Desk:
    """A register that says what we say, but for `wrong` by number; None: it knows nobody."""

    def __init__(self) -> None:
        self.wrong: dict[str, dict[str, str] | None] = {}
        self.reply: Reply | None = None
        self.batches: list[list[str]] = []
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Reply:
        people = json.loads(request.body)["yeu_cau"]
        with self._lock:
            self.batches.append([person["so_dinh_danh"] for person in people])
        if self.reply is not None:
            return self.reply
        return json_reply({"ket_qua": [self._about(person) for person in people]})

    def _about(self, person: dict[str, str]) -> dict[str, object]:
        wrong = self.wrong.get(person["so_dinh_danh"], {})
        if wrong is None:
            return {"ref": person["ref"], "tim_thay": False}
        return {**person, **wrong, "tim_thay": True}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def registered(
    village: Village, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    monkeypatch.setenv("CBCCVC_POPULATION_REQUESTS_PER_S", "1000")
    monkeypatch.setenv("CBCCVC_HTTP_ATTEMPTS", "1")
    get_settings.cache_clear()
    with serving(desk) as running:
        register_population(running.address, "none", None, db=village.db)
        yield running


@pytest.fixture
def five(village: Village, registered: Server) -> Village:
    """One unit of five people after its first wave."""
    village.add(A, 5)
    village.wave()
    return village


def number(village: Village, position: int, unit_code: str = A) -> str:
    return village.houses[unit_code].main(position)["so_dinh_danh"]


def verify(village: Village, unit_code: str = A, limit: int | None = None) -> dict[str, Any]:
    return verify_unit(unit_code, limit, db=village.db, clock=village.clock)


def standing(village: Village, unit_code: str = A) -> dict[str, int]:
    """The unit's counts without those that are nought."""
    found = list_standings(db=village.db, clock=village.clock)
    (of_unit,) = [s for s in found if s.pop("unit_code") == unit_code]
    return {name: count for name, count in of_unit.items() if count}


def record(village: Village, position: int) -> int:
    key = village.houses[A].main(position)["so_hieu_bndp"]
    return int(village.one("SELECT record_id FROM landing.record WHERE local_key = :k", k=key))


def dispute(village: Village, position: int, reason: str = WHY) -> None:
    dispute_answer(
        record(village, position), actor="ba", reason=reason, db=village.db, clock=village.clock
    )


def entries(village: Village) -> list[Any]:
    return village.rows(
        "SELECT action, actor, reason_code, figures FROM ledger.entry"
        " WHERE action LIKE 'population%' ORDER BY entry_id"
    )


def queued(village: Village) -> int:
    return int(village.one("SELECT count(*) FROM quality.recheck"))


def wrong_about_four(village: Village, desk: Desk) -> None:
    desk.wrong = {
        number(village, 0): {"ho_ten": "Ai Đó Khác"},
        number(village, 1): {"ngay_sinh": "1950-01-01", "gioi_tinh": "9"},  # not readable
        number(village, 2): None,
        number(village, 3): {"ho_ten": village.houses[A].main(3)["ho_va_ten"].upper()},
    }


def test_everybody_is_asked_once_and_counted(five: Village, desk: Desk) -> None:
    wrong_about_four(five, desk)

    done = verify(five)

    assert done == {
        "unit_code": A, "due": 5, "asked": 5, "matched": 1, "mismatched": 2, "not_found": 1,
        "unanswered": 1, "disputes_ended": 0, "stopped": "",
    }  # fmt: skip
    assert standing(five) == {
        "live": 5, "matched": 1, "mismatched": 2, "close_name_only": 1, "not_found": 1,
        "not_checked": 1,
    }  # fmt: skip
    assert [len(batch) for batch in desk.batches] == [5]
    ((action, actor, reason, figures),) = entries(five)
    assert (action, actor, reason) == ("population_verified", "pipeline", "")
    assert figures["mismatched"] == 2


def test_the_next_wave_asks_the_unit_and_nobody_is_blocked(five: Village, desk: Desk) -> None:
    other_sex = {"1": "2", "2": "1"}[five.houses[A].main(1)["gioi_tinh"]]
    desk.wrong = {
        number(five, 0): {"ho_ten": "Ai Đó Khác", "ngay_sinh": "1950-01-01"},
        number(five, 1): {"gioi_tinh": other_sex},
        number(five, 2): None,
        number(five, 3): {"ho_ten": five.houses[A].main(3)["ho_va_ten"].upper()},
    }
    before = five.typed_rows()
    verify(five)
    assert five.findings(A) == []

    five.wave()

    rules = ("ID015a", "ID015b", "ID015c", "ID015d", "ID016")
    assert five.findings(A) == [(rule, "ask") for rule in rules]
    assert five.typed_rows() == before  # a mismatch never overwrites
    assert queued(five) == 0
    assert five.counts(A)["live_after"] == 5


def test_a_match_reads_nobody_again(five: Village) -> None:
    verify(five)

    assert queued(five) == 0
    assert five.wave()["staged"] == 0


def test_an_answer_is_kept_while_values_and_time_allow(five: Village, desk: Desk) -> None:
    verify(five)
    assert verify(five)["due"] == 0
    five.day = 29
    assert verify(five)["due"] == 0
    five.day = 31
    assert standing(five)["expired"] == 5
    assert verify(five)["asked"] == 5
    assert len(desk.batches) == 2


def _asked(village: Village) -> list[tuple[str, str]]:
    """What anybody has to answer: the village dates no change, so each is counted as late."""
    return [(rule, effect) for rule, effect in village.findings(A) if effect != "count"]


def test_other_values_are_not_checked_until_asked_about(five: Village, desk: Desk) -> None:
    desk.wrong = {number(five, 0): {"ho_ten": "Ai Đó Khác"}}
    verify(five)
    five.wave()
    assert _asked(five) == [("ID015a", "ask")]

    five.houses[A].main(0)["ho_va_ten"] = "Lê Văn Mới"
    five.wave()

    assert _asked(five) == []  # nothing is known of the new name yet
    assert standing(five) == {"live": 5, "matched": 4, "not_checked": 1}

    assert verify(five)["asked"] == 1
    five.wave()
    assert _asked(five) == [("ID015a", "ask")]  # the same answer, about other values

    five.houses[A].main(0)["ho_va_ten"] = "Ai Đó Khác"
    five.wave()
    verify(five)
    five.wave()
    assert _asked(five) == []
    assert standing(five) == {"live": 5, "matched": 5}


def test_a_register_that_corrects_itself_closes_the_finding(five: Village, desk: Desk) -> None:
    desk.wrong = {number(five, 0): None}
    verify(five)
    five.wave()
    assert five.findings(A) == [("ID015d", "ask")]
    desk.wrong, five.day = {}, 31

    verify(five)
    five.wave()

    assert five.findings(A) == []


def test_a_changed_email_asks_nobody_anew(five: Village) -> None:
    verify(five)
    five.houses[A].main(0)["email"] = "moi@example.vn"
    five.wave()

    assert verify(five)["due"] == 0


def test_half_a_question_is_not_asked(village: Village, registered: Server, desk: Desk) -> None:
    house = village.add(A, 3)
    house.main(0)["gioi_tinh"] = "X"
    village.wave()

    assert verify(village)["due"] == 2
    assert number(village, 0) not in desk.batches[0]


def test_batches_have_a_size_and_a_limit_stops_between_people(
    five: Village, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CBCCVC_POPULATION_BATCH", "2")
    get_settings.cache_clear()

    assert verify(five, limit=3)["asked"] == 3
    assert verify(five)["asked"] == 2
    assert [len(batch) for batch in desk.batches] == [2, 1, 2]
    assert len({each for batch in desk.batches for each in batch}) == 5


def test_the_limit_of_a_day_counts_every_process_and_ends_with_the_day(
    five: Village, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CBCCVC_POPULATION_DAILY_LIMIT", "3")
    get_settings.cache_clear()

    assert (verify(five)["asked"], verify(five)["asked"]) == (3, 0)
    assert verify(five)["stopped"] == "daily_limit"
    five.day = 1
    assert verify(five)["asked"] == 2
    assert len(entries(five)) == 2  # nobody asked, nothing to account for


def test_a_register_that_fails_half_way_keeps_what_was_done_and_is_let_alone(
    five: Village, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CBCCVC_POPULATION_BATCH", "2")
    get_settings.cache_clear()
    verify(five, limit=2)
    desk.reply = Reply(MARK.encode(), 429, {"Retry-After": "1"})

    with pytest.raises(SourceUnavailableError, match="answered 429"):
        verify(five)

    assert entries(five)[-1][2] == "source_unavailable"
    assert standing(five)["matched"] == 2
    desk.reply, asked = None, len(desk.batches)
    assert verify(five)["stopped"] == "paused"
    assert list_units_to_verify(db=five.db, clock=five.clock) == []
    assert list(verify_all(db=five.db, clock=five.clock)) == []
    assert len(desk.batches) == asked
    five.day = 1
    assert verify(five)["asked"] == 3


def test_a_refusal_is_told_at_once_and_not_slept_over(five: Village, desk: Desk) -> None:
    desk.reply = Reply(b"{}", 403)
    with pytest.raises(SourceRejectedError):
        verify(five)
    desk.reply = None

    assert entries(five)[-1][2] == "source_rejected"
    assert verify(five)["asked"] == 5


def test_units_that_wait_longest_come_first(village: Village, registered: Server) -> None:
    village.add(A, 2)
    village.add(B, 2)
    village.wave()
    assert list_units_to_verify(db=village.db, clock=village.clock) == [A, B]
    verify(village, A)
    assert list_units_to_verify(db=village.db, clock=village.clock) == [B]
    village.day = 1
    verify(village, B)
    village.day = 40

    assert list_units_to_verify(db=village.db, clock=village.clock) == [A, B]
    done = list(verify_all(3, db=village.db, clock=village.clock))
    assert [(each["unit_code"], each["asked"]) for each in done] == [(A, 2), (B, 1)]


def test_a_dispute_silences_the_rule_and_is_counted_apart(five: Village, desk: Desk) -> None:
    desk.wrong = {number(five, 0): {"ho_ten": "Ai Đó Khác"}, number(five, 1): None}
    verify(five)
    five.wave()

    dispute(five, 0)
    dispute(five, 1)
    five.wave()

    assert five.findings(A) == []
    assert standing(five) == {"live": 5, "matched": 3, "disputed": 2}
    action, actor, _, figures = entries(five)[1]
    assert (action, actor) == ("population_disputed", "ba")
    assert figures == {"record_id": record(five, 0), "answer": "mismatched", "reason": WHY}


def test_a_dispute_that_is_undone_lets_the_rule_speak_again(five: Village, desk: Desk) -> None:
    desk.wrong = {number(five, 0): None}
    verify(five)
    dispute(five, 0)

    undone = undo_dispute(
        record(five, 0), actor="ong", reason="A typing error.", db=five.db, clock=five.clock
    )
    five.wave()

    assert undone == "not_found"
    assert five.findings(A) == [("ID015d", "ask")]
    assert entries(five)[-1][:2] == ("population_dispute_undone", "ong")


def test_a_dispute_lasts_as_long_as_the_value_and_the_answer(five: Village, desk: Desk) -> None:
    desk.wrong = {number(five, 0): {"ho_ten": "Ai Đó Khác"}}
    verify(five)
    dispute(five, 0)
    five.day = 31
    assert verify(five)["disputes_ended"] == 0
    assert standing(five)["disputed"] == 1  # the same answer about the same values

    five.houses[A].main(0)["ho_va_ten"] = "Lê Văn Mới"
    five.wave()
    assert "disputed" not in standing(five)
    assert verify(five)["disputes_ended"] == 1
    five.wave()
    assert _asked(five) == [("ID015a", "ask")]


def test_another_answer_ends_a_dispute(five: Village, desk: Desk) -> None:
    desk.wrong = {number(five, 0): {"ho_ten": "Ai Đó Khác"}}
    verify(five)
    dispute(five, 0)
    five.day, desk.wrong = 31, {number(five, 0): None}

    assert verify(five)["disputes_ended"] == 1
    five.wave()
    assert five.findings(A) == [("ID015d", "ask")]


def test_only_an_answer_about_present_values_can_be_disputed(five: Village, desk: Desk) -> None:
    with pytest.raises(IllegalTransitionError, match="not_checked"):
        dispute(five, 0)
    desk.wrong = {number(five, 1): None}
    verify(five)
    with pytest.raises(IllegalTransitionError, match="is matched"):
        dispute(five, 0)
    dispute(five, 1)
    with pytest.raises(IllegalTransitionError, match="Possible: mismatched, not_found"):
        dispute(five, 1)
    with pytest.raises(NotFoundError, match="no record 404"):
        dispute_answer(404, actor="ba", reason=WHY, db=five.db, clock=five.clock)


def test_a_dispute_needs_a_reason_that_quotes_nobody(five: Village, desk: Desk) -> None:
    desk.wrong = {number(five, 0): None}
    verify(five)
    main = five.houses[A].main(0)
    day = date.fromisoformat(main["ngay_sinh"])
    reasons = [
        f"It is {main['ho_va_ten'].upper()}.",
        f"The number is {number(five, 0)}.",
        f"Born on {day.isoformat()}.",
        f"Born on {day:%d/%m/%Y}.",
        f"Born on {day.day}/{day.month}/{day.year}.",
    ]
    for reason in reasons:
        with pytest.raises(ConfigurationError, match="quotes the person") as caught:
            dispute(five, 0, reason)
        assert main["ho_va_ten"] not in everything_told(caught.value)
    with pytest.raises(ConfigurationError, match="reason is needed"):
        dispute(five, 0, "  ")
    assert standing(five)["not_found"] == 1


def test_verifying_needs_a_register_and_a_unit(village: Village, desk: Desk) -> None:
    with pytest.raises(ConfigurationError, match="No population register"):
        verify(village)
    with serving(desk) as running:
        register_population(running.address, "bearer", "nowhere", db=village.db)
        with pytest.raises(ConfigurationError, match="Secret nowhere is missing"):
            verify(village)
        register_population(running.address, "none", None, db=village.db)
        with pytest.raises(NotFoundError, match="no unit Z99"):
            verify(village, "Z99")


SPOKEN = "trongkin|1961-07-13|000777"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Our own log beside all others'."""
    logger = logging.getLogger("sync")
    before = (logger.handlers, logger.level, logger.propagate)
    caplog.set_level(logging.DEBUG)
    configure_logs()
    logger.propagate = True
    yield caplog
    logger.handlers, level, logger.propagate = before
    logger.setLevel(level)


def test_no_value_of_either_side_is_kept_or_told(
    five: Village, desk: Desk, log: pytest.LogCaptureFixture
) -> None:
    main = five.houses[A].main(0)
    main["ho_va_ten"] = f"Nguyễn Thị {MARK}"
    main["so_dinh_danh"] = main["ma_ho_so"] = main["so_dinh_danh"][:-6] + "000777"
    five.wave()
    desk.wrong = {main["so_dinh_danh"]: {"ho_ten": f"{MARK} Kia", "ngay_sinh": "1961-07-13"}}
    said: list[object] = [verify(five)]
    dispute(five, 0)
    five.wave()
    desk.reply, five.day = Reply(f"{MARK} 1961-07-13".encode(), 500), 31
    with pytest.raises(SourceUnavailableError) as caught:
        verify(five)
    said += [everything_told(caught.value), list_standings(db=five.db), entries(five)]

    told = json.dumps(said, ensure_ascii=False, default=str) + log.text
    assert MARK not in told
    assert "1961-07-13" not in told
    assert "000777" not in told
    for schema in ("quality", "ledger", "facts", "registry"):
        tables = five.rows(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
            " WHERE table_schema = :schema AND table_type = 'BASE TABLE'",
            schema=schema,
        )
        for (table,) in tables:
            look = f"SELECT count(*) FROM {table} AS t WHERE t::text ~* :p"  # noqa: S608 - our own tables
            assert five.one(look, p=SPOKEN) == 0, table
    assert five.one("SELECT count(*) FROM quality.population_check") == 5
