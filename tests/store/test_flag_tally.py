"""What the pages count is kept beside the flags, whoever moves them, in whichever order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from sync.store import flags
from sync.store.database import Database
from tests.services.adding_up import differences, differences_seen
from tests.store.two_units import BASICS, OURS, plant

MORE = """
    INSERT INTO quality.finding (unit_code, record_id, document_id, snapshot_id, group_name,
        row_no, rule_code, field_code, effect, found_at, since)
    SELECT :unit, n, 1, 1, 'person', 1, 'Q-' || n % 2, 'ho_va_ten', 'ask', now(), now()
    FROM generate_series(1, 6) AS n;
    INSERT INTO quality.flag (finding_id, unit_code, record_id, group_name, row_no, field_code,
        rule_code, effect, value_hmac, cause_hmac, state, since, due_on, opened_at, moved_at)
    SELECT finding_id, unit_code, record_id, group_name, row_no, field_code, rule_code, effect,
           '', '', 'open', since, CAST('2026-11-23' AS date) + record_id::integer % 3, since,
           since
    FROM quality.finding WHERE rule_code LIKE 'Q-%'
    ON CONFLICT DO NOTHING
"""
MOVES = {
    "proposed": "UPDATE quality.flag SET state = 'proposed' WHERE record_id = :record"
    " AND closed_at IS NULL",
    "blocking": "UPDATE quality.flag SET effect = 'block' WHERE record_id = :record",
    "fixed": "UPDATE quality.flag SET state = 'fixed', closed_at = now()"
    " WHERE record_id = :record",
    "asked again": "UPDATE quality.flag SET state = 'open', closed_at = NULL"
    " WHERE record_id = :record",
    "gone": "DELETE FROM quality.finding WHERE record_id = :record",
    "many": "UPDATE quality.flag SET due_on = due_on + 1, state = 'waived'"
    " WHERE closed_at IS NULL AND :record > 0",
    "folded": "",
}


def move(conn: Connection, what: str, record: int) -> None:
    if what == "folded":
        flags.count_asked(conn, [OURS])
    else:
        conn.execute(text(MOVES[what]), {"record": record})


@pytest.fixture
def asked(db: Database) -> Database:
    """Seven flags of one unit."""
    with db.transaction() as conn:
        conn.execute(text(BASICS))
        plant(conn, OURS, "079090000001")
        conn.execute(text(MORE), {"unit": OURS})
        flags.count_asked(conn, [OURS])
    return db


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(1, 6)), max_size=8))
def test_figures_add_up_after_any_moves(asked: Database, moves: list[tuple[str, int]]) -> None:
    with asked.rehearsal() as conn:
        for what, record in moves:
            move(conn, what, record)
        flags.count_asked(conn, [OURS])
        assert differences_seen(conn) == []


def test_two_who_move_flags_at_once_wait_for_nobody_and_lose_nothing(asked: Database) -> None:
    with asked.transaction() as one:
        move(one, "proposed", 1)
        with asked.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '2s'"))
            move(other, "proposed", 3)
        with asked.transaction() as wave:
            wave.execute(text("SET LOCAL lock_timeout = '2s'"))
            move(wave, "folded", 0)
        move(one, "proposed", 5)

    assert differences(asked) == []
    with asked.transaction() as conn:
        move(conn, "folded", 0)
        again = (
            "SELECT count(*) - count(DISTINCT (rule_code, effect, cause_hmac, state, due_on))"
        )
        doubles = conn.execute(text(f"{again} FROM quality.flag_tally")).scalar_one()

    assert (differences(asked), doubles) == ([], 0)
