"""What is asked of HR follows what is found: opened, due, answered, gone, asked again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.model.desk import FlagState
from sync.services.queue import FlagFilter, count_queue, list_causes_of_queue, list_flags
from sync.services.working_days import due_days, is_working_day, later_working_day
from tests.services.desk import flags, knowing_rules, remember_rules
from tests.services.village import A, Village


@pytest.fixture
def unit(village: Village) -> Village:
    """One unit of eight sound people."""
    knowing_rules(village).add(A, 8)
    return village


def test_a_finding_that_blocks_or_asks_is_a_flag_due_in_three_working_days(
    unit: Village,
) -> None:
    house = unit.houses[A]
    house.main(0)["so_dinh_danh"] = "12345"
    house.main(1)["email"] = "not an address"
    unit.wave()
    remember_rules(unit)

    # Monday 23 November 2026; the 24th is a public holiday.
    assert flags(unit, "ID001b") == [("open", "block", "2026-11-27")]
    assert flags(unit, "ID017b") == [("open", "ask", "2026-11-27")]
    assert flags(unit, "TM001") == []  # it is only counted
    counts = count_queue(A, db=unit.db, clock=unit.clock)
    assert (counts.blocking, counts.to_review, counts.due_later, counts.total) == (1, 1, 2, 2)
    assert [c.effect for c in list_causes_of_queue(A, db=unit.db)] == ["block", "ask"]


def test_causes_stand_blocking_first_then_by_due_day_then_by_their_records(
    unit: Village,
) -> None:
    house = unit.houses[A]
    house.main(0)["dien_thoai"] = "84-901"
    unit.wave()
    unit.day = 2  # Wednesday: the 24th was no working day
    for position in (1, 2, 3):
        house.main(position)["email"] = "not an address"
    house.main(4)["dan_toc"] = "DT-77"
    house.main(5)["so_dinh_danh"] = "12345"
    unit.wave()

    causes = list_causes_of_queue(A, db=unit.db)

    told = [(c.rule_code, c.effect, c.due_on and c.due_on.day, c.record_count) for c in causes]
    assert told == [
        ("ID001b", "block", 30, 1),
        ("ID017a", "ask", 27, 1),  # sooner due, though of fewer records
        ("ID017b", "ask", 30, 3),
        ("ID012b", "ask", 30, 1),
    ]
    unit.day = 6  # the sooner one is overdue, and still above what is not
    again = list_causes_of_queue(A, db=unit.db)
    assert [c.rule_code for c in again] == [c.rule_code for c in causes]
    counts = count_queue(A, db=unit.db, clock=unit.clock)
    assert (counts.overdue, counts.due_later) == (1, 5)


def test_a_flag_closes_by_itself_and_says_who_answered_it(unit: Village) -> None:
    house = unit.houses[A]
    good = house.main(1)["email"]
    house.main(0)["so_dinh_danh"] = "12345"
    house.main(1)["email"] = "not an address"
    house.main(2)["dien_thoai"] = "84-901"
    unit.wave()
    unit.day = 1
    del house.people[0]  # the first is gone
    house.main(0)["email"] = good
    house.main(1)["dien_thoai"] = "84-902"  # as wrong as before

    unit.wave()

    assert [state for state, *_ in flags(unit, "ID001b")] == ["gone"]
    assert [state for state, *_ in flags(unit, "ID017b")] == ["fixed"]
    assert flags(unit, "ID017a") == [
        ("gone", "ask", "2026-11-27"),
        ("open", "ask", "2026-11-27"),  # another value does not restart the clock
    ]
    counts = count_queue(A, db=unit.db, clock=unit.clock)
    assert counts.fixed_by_last_delivery == 1
    assert counts.gone_with_last_delivery == 2  # with the person, and with the value
    assert counts.last_delivery_at is not None


def test_every_open_finding_that_asks_has_one_flag_and_the_counts_add_up(
    unit: Village,
) -> None:
    house = unit.houses[A]
    for position in range(5):
        house.main(position)["dan_toc"] = "DT-77"
    house.main(5)["so_dinh_danh"] = "12345"
    unit.wave()
    for day in (3, 4, 5):
        unit.day = day
        unit.wave()

    counts = count_queue(A, db=unit.db, clock=unit.clock)

    assert (
        unit.rows(
            "SELECT f.finding_id FROM quality.finding AS f FULL JOIN quality.flag AS g"
            " ON g.finding_id = f.finding_id AND g.closed_at IS NULL"
            " WHERE f.closed_at IS NULL AND f.effect IN ('block', 'ask') AND g.flag_id IS NULL"
            " OR f.finding_id IS NULL"
        )
        == []
    )
    assert sum(counts.by_state.values()) == counts.total
    opened = counts.by_state[FlagState.OPEN]
    assert counts.blocking + counts.to_review == opened
    assert counts.overdue + counts.due_today + counts.due_later == opened
    assert counts.overdue == opened  # the 28th, and all were due on the 27th
    causes = list_causes_of_queue(A, db=unit.db)
    assert sum(cause.flag_count for cause in causes) == counts.total
    (mapped,) = [cause for cause in causes if cause.code_list]
    assert (mapped.label, mapped.code_list, mapped.record_count) == (
        "DT-77",
        "ethnic_groups",
        5,
    )

    wanted = FlagFilter(cause_hmac=bytes.fromhex(mapped.cause), rule_code=mapped.rule_code)
    first = list_flags(A, wanted, limit=3, db=unit.db)
    rest = list_flags(A, wanted, after=first.after, limit=3, db=unit.db)
    assert [len(first.flags), len(rest.flags), rest.after] == [3, 2, None]
    assert len({flag.flag_id for flag in first.flags + rest.flags}) == 5
    everything = list_flags(A, db=unit.db).flags
    assert [flag.effect for flag in everything] == sorted(
        (flag.effect for flag in everything), reverse=True
    )


@given(st.dates(date(2025, 1, 1), date(2028, 12, 31)), st.integers(0, 15))
def test_a_working_day_later_is_a_working_day_with_so_many_before_it(
    day: date, count: int
) -> None:
    later = later_working_day(day, count)

    between = [day + timedelta(days=n) for n in range(1, (later - day).days + 1)]
    assert sum(is_working_day(each) for each in between) == count
    assert not between or is_working_day(later)
    assert due_days([day, day], count) == {day: later}
