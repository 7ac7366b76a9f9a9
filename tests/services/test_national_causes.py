"""Causes nationwide are counted by rule, each record once, restricted units apart."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from sync.services.contacts import read_contacts, set_contacts
from sync.services.measure import measure_units
from sync.services.permissions import operator
from sync.services.waive import Acceptance, waive_flags
from sync.store import facts
from tests.services.desk import approver, flag_id, knowing_rules, remember_rules
from tests.services.village import A, B, Village

TRULY = """
    SELECT rule_code, count(DISTINCT unit_code), count(DISTINCT record_id), count(*)
    FROM quality.finding WHERE closed_at IS NULL GROUP BY rule_code
"""
RESTRICTED = "G01"


def spoiled(village: Village) -> None:
    for unit_code in (A, B, RESTRICTED):
        house = village.add(unit_code, 3)
        for position in range(2):
            house.main(position)["dan_toc"] = f"Q{position}"
    village.wave()


def rows(village: Village, statement: str) -> dict[str, tuple[Any, ...]]:
    with village.db.transaction() as conn:
        return {row[0]: tuple(row[1:]) for row in conn.execute(text(statement))}


def test_a_rule_is_counted_once_a_record_and_once_a_unit(village: Village) -> None:
    spoiled(village)

    with village.db.transaction() as conn:
        as_of = facts.find_headline(conn)
        assert as_of is not None
        everywhere = facts.list_causes(conn, as_of.as_of, with_restricted=True)
        public = facts.list_causes(conn, as_of.as_of, with_restricted=False)

    counted = {
        cause.rule_code: (cause.unit_count, cause.record_count, cause.finding_count)
        for cause in everywhere
    }
    assert counted == rows(village, TRULY)
    assert all(cause.sentence_vi and cause.sentence_en for cause in everywhere)
    worst = everywhere[0]
    assert (worst.unit_count, worst.record_count) == (3, 6)
    fewer = next(cause for cause in public if cause.rule_code == worst.rule_code)
    assert (fewer.unit_count, fewer.record_count) == (2, 4)


def test_a_wave_measured_after_midnight_tells_what_stood_when_its_day_ended(
    village: Village,
) -> None:
    spoiled(village)
    as_of, known = village.clock().date(), rows(village, TRULY)
    late = village.clock() + timedelta(days=1)
    with village.db.transaction() as conn:
        wave_key = conn.execute(text("SELECT max(wave_key) FROM landing.wave")).scalar_one()
        conn.execute(
            text(
                "UPDATE quality.finding SET closed_at = :late, closed_snapshot_id = snapshot_id"
            ),
            {"late": late - timedelta(minutes=5)},
        )

    measure_units(wave_key, db=village.db, clock=lambda: late)

    with village.db.transaction() as conn:
        causes = facts.list_causes(conn, as_of, with_restricted=True)
    counted = {
        cause.rule_code: (cause.unit_count, cause.record_count, cause.finding_count)
        for cause in causes
    }
    assert known
    assert counted == known


def test_what_is_accepted_of_a_cause_is_told_and_a_past_day_keeps_its_own(
    village: Village,
) -> None:
    knowing_rules(village).add(A, 8)
    for position in range(2):
        village.houses[A].main(position)["email"] = f"not an address {position}"
    village.wave()
    remember_rules(village)
    flag = flag_id(village, "ID017b")
    acceptance = Acceptance(village.clock().date() + timedelta(days=2), "Nobody knows it.")
    tools = {"db": village.db, "clock": village.clock}
    waive_flags([flag], acceptance, actor=approver(A), **tools)
    for day in (0, 2, 4):
        village.day = day
        village.wave()

    assert {day: cause_of(village, "ID017b", day) for day in range(5)} == {
        0: (2, 1),
        1: (2, 1),  # computed by the wave of day 2
        2: (2, 1),
        3: (2, 0),  # its day passed; computed by the wave of day 4
        4: (2, 0),
    }


def cause_of(village: Village, rule_code: str, day: int) -> tuple[int, int | None]:
    """Findings of a rule on a day of the village, and how many are accepted."""
    with village.db.transaction() as conn:
        causes = facts.list_causes(
            conn, date(2026, 11, 23) + timedelta(days=day), with_restricted=True
        )
    (cause,) = [each for each in causes if each.rule_code == rule_code]
    return cause.finding_count, cause.waived_count


def test_measuring_again_forgets_causes_that_are_gone_and_copies_contacts(
    village: Village,
) -> None:
    spoiled(village)
    line = f"unit_code,role,office,email,phone\n{A},records,Sở Nội vụ,tccb@a.example,\n"
    set_contacts(read_contacts(line), actor=operator("mai"), db=village.db, clock=village.clock)
    for unit_code in (A, B, RESTRICTED):
        for position in range(2):
            village.houses[unit_code].main(position)["dan_toc"] = "01"
    village.wave()

    with village.db.transaction() as conn:
        newest = facts.find_headline(conn)
        assert newest is not None
        left = facts.list_causes(conn, newest.as_of, with_restricted=True)
        contacts = facts.list_contacts(conn)
    assert {cause.rule_code for cause in left} == set(rows(village, TRULY))
    assert [(contact.unit_code, contact.office) for contact in contacts] == [(A, "Sở Nội vụ")]
