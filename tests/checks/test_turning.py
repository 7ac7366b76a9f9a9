"""A rule that time alone can break says when: until that day its answer stays what it is."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from sync.checks.conditions import PARAMETER, turns_on
from sync.checks.expectations.rule import TURNINGS, Never
from sync.checks.locate import Asked
from sync.checks.run import Compiled, locate_all, locate_suites
from sync.checks.stored import RuleCondition
from sync.checks.suites import Suites
from sync.model.errors import ConfigurationError
from tests.checks.conftest import AS_OF, KEY
from tests.checks.people import pool
from tests.checks.staged import SNAPSHOT_ID, Row, insert, stage, stage_snapshot, stand_in
from tests.checks.test_examples import EXAMPLES

BASES = (AS_OF, date(2025, 6, 1), date(2024, 2, 28), date(2023, 12, 31))
YEARS = (-80, -77, -76, -65, -18, -10, -5, -3, -2, -1, 0, 1, 2)
RANDOM_ROWS = 40
DAY = "CAST(:as_of AS date)"

# Every day of 400, then the days around each New Year and the end of each month of 12 years.
DAYS = """
    SELECT CAST(:base AS date) + n AS on_day FROM generate_series(0, 400) AS n
    UNION SELECT (m - interval '1 day' + n * interval '1 day')::date
    FROM generate_series(date_trunc('month', CAST(:base AS date)) + interval '13 months',
        CAST(:base AS date) + interval '12 years', interval '1 month') AS m,
        generate_series(0, 1) AS n
"""
# Answers on the first day and on every other; which rows change, and which before they turn.
ASKED_EVERY_DAY = """
    SELECT count(*) FILTER (WHERE changes) AS changing,
        array_agg(no) FILTER (WHERE too_late) AS broken
    FROM (SELECT b.no, bool_or(coalesce({then}, false) <> b.is_failing) AS changes,
            bool_or(coalesce({then}, false) <> b.is_failing
                AND d.on_day < coalesce(b.turns_on, 'infinity')) AS too_late
        FROM (SELECT row_no AS no, coalesce({now}, false) AS is_failing,
                {turns_on} AS turns_on FROM checked) AS b
        JOIN checked ON checked.row_no = b.no
        CROSS JOIN ({days}) AS d
        GROUP BY b.no) AS asked
"""


def time_rules(compiled: Compiled) -> dict[str, RuleCondition]:
    found = [each for conditions in compiled.values() for each in conditions]
    return {each.rule.code: each for each in found if each.turns_on_sql}


def rows_about(rule: RuleCondition, kwargs: dict[str, Any], base: date) -> Iterator[Row]:
    """Its examples, and rows of values near the days on which something could turn."""
    example = EXAMPLES[rule.rule.code][1]
    yield from (*example["pass"], *example["fail"])
    chance, values = random.Random(rule.rule.code), pool()  # noqa: S311 - not a secret
    columns = [kwargs["column"]] if "column" in kwargs else kwargs["column_list"]
    looks_up = "SELECT" in rule.condition_sql  # a lookup a day is slow, and knows few answers
    for _ in range(RANDOM_ROWS // 10 if looks_up else RANDOM_ROWS):
        row = dict(chance.choice([*example["pass"], *example["fail"]]))
        for name in columns:
            known = [value for value in values.get(name, []) if value is not None]
            if any(is_day(value) for value in known):
                row[name] = near(chance, base)
            elif known and chance.random() < 0.3:
                row[name] = chance.choice([*known, None])
        yield row


def is_day(value: object) -> bool:
    return isinstance(value, str) and value[4:5] == value[7:8] == "-"


def near(chance: random.Random, base: date) -> str | None:
    """A day some years from the first, give or take some days; or a 29 February."""
    draw = chance.random()
    if draw < 0.05:
        return None
    year = base.year + chance.choice(YEARS)
    if draw < 0.2:
        return f"{year // 4 * 4}-02-29"
    days = chance.choice((0, 0, 1, -1, 30, 89, 90, 91, 120, 365, 400))
    return (date(year, base.month, min(base.day, 28)) + timedelta(days=days)).isoformat()


def add_endings(conn: Connection) -> None:
    """Lists in which something begins or ends soon, as a coming reform would write it."""
    for statement in (
        "UPDATE registry.code SET valid_on = daterange(lower(valid_on), '2026-12-31', '[]')"
        " WHERE upper(valid_on) IS NULL AND list_name <> 'education_levels'",
        "UPDATE registry.code SET valid_on = daterange('2026-12-01', NULL)"
        " WHERE upper(valid_on) IS NULL",
        "UPDATE registry.unit SET valid_on = daterange(lower(valid_on), '2027-02-28', '[]')"
        " WHERE unit_code IN ('H26', 'G01') AND upper(valid_on) IS NULL",
        "UPDATE registry.rank SET valid_on = daterange(lower(valid_on), '2027-01-31', '[]')",
    ):
        conn.execute(text(statement))


def test_until_it_turns_an_answer_stays_what_it_is(
    conn: Connection, compiled: Compiled, suites: Suites
) -> None:
    add_endings(conn)
    given = {
        each["meta"]["rule"]: each["kwargs"]
        for content in suites.contents.values()
        for each in content["expectations"]
    }
    broken: dict[str, list[Any]] = {}
    changed: dict[str, int] = {}
    for code, rule in time_rules(compiled).items():
        for base in BASES:
            stand_in(conn, rule.rule.suite, list(rows_about(rule, given[code], base)))
            now = rule.condition_sql.replace(DAY, "CAST(:base AS date)")
            parts = {
                "now": f"({now})",
                "then": f"({rule.condition_sql.replace(DAY, 'd.on_day')})",
                "turns_on": f"({str(rule.turns_on_sql).replace(DAY, 'CAST(:base AS date)')})",
                "days": DAYS,
            }
            asked = conn.execute(text(ASKED_EVERY_DAY.format(**parts)), {"base": base}).one()
            if asked.broken:
                broken[f"{code} on {base}"] = asked.broken
            changed[code] = changed.get(code, 0) + asked.changing
    assert broken == {}
    assert [code for code, count in changed.items() if not count] == []  # time does matter


def test_every_rule_that_asks_for_the_day_says_when_its_answer_turns(suites: Suites) -> None:
    asking = {
        each["type"]
        for content in suites.contents.values()
        for each in content["expectations"]
        if PARAMETER in each["kwargs"].values()
    }
    silent = {kind for kind in asking if kind not in TURNINGS}
    without_reason = {
        kind for kind, each in TURNINGS.items() if isinstance(each, Never) and not each.reason
    }
    assert (len(asking) > 10, silent, without_reason) == (True, set(), set())


@pytest.mark.parametrize(
    "kwargs",
    [
        {"column": "ngay_sinh", "max_value": {"$PARAMETER": "as_of"}},
        {"column": "has_last_rating", "value_set": [True]},
    ],
)
def test_a_rule_of_the_day_that_does_not_say_so_is_refused(kwargs: dict[str, Any]) -> None:
    built_in = {"type": "expect_column_values_to_be_between", "meta": {"rule": "XX001"}}
    with pytest.raises(ConfigurationError, match="XX001 depends on the day"):
        turns_on({**built_in, "kwargs": kwargs})


def recheck_on(conn: Connection, record_id: int = 1) -> date | None:
    found: date | None = conn.execute(
        text("SELECT recheck_on FROM staging.reading WHERE record_id = :id"), {"id": record_id}
    ).scalar_one()
    return found


def stage_one(conn: Connection, groups: dict[str, Row], as_of: date = AS_OF) -> None:
    """One person in a snapshot of the day."""
    stage_snapshot(conn, as_of)
    reading = {"typed_sha256": b"", "missing_fields": []}
    insert(conn, "staging.reading", {"snapshot_id": SNAPSHOT_ID, "record_id": 1, **reading})
    for group, row in groups.items():
        stage(conn, group, 1, row)


def test_the_earliest_day_of_all_relations_is_when_a_record_is_looked_at_again(
    conn: Connection, compiled: Compiled
) -> None:
    stage_one(
        conn, {"person": {"ngay_sinh": "1990-01-01"}, "reward": {"rw_ngay_qd": "2027-05-01"}}
    )
    locate_all(conn, compiled, Asked([SNAPSHOT_ID], AS_OF, KEY))
    assert recheck_on(conn) == date(2027, 5, 1)
    stage(conn, "discipline", 1, {"dc_ngay_qd": "2027-03-01"})
    locate_all(conn, compiled, Asked([SNAPSHOT_ID], AS_OF, KEY))
    assert recheck_on(conn) == date(2027, 3, 1)
    locate_suites(conn, compiled, ["reward"], Asked([SNAPSHOT_ID], AS_OF, KEY))
    assert recheck_on(conn) == date(2027, 3, 1)


def test_a_later_check_forgets_days_that_no_longer_matter(
    conn: Connection, compiled: Compiled
) -> None:
    stage_one(conn, {"person": {}, "reward": {"rw_ngay_qd": "2027-05-01"}})
    locate_all(conn, compiled, Asked([SNAPSHOT_ID], AS_OF, KEY))
    conn.execute(text("DELETE FROM staging.reward"))
    locate_all(conn, compiled, Asked([SNAPSHOT_ID], AS_OF, KEY))
    assert recheck_on(conn) is None


@pytest.mark.parametrize(("coefficient", "due"), [("6.92", date(2026, 7, 1)), ("6.2", None)])
def test_a_rule_to_come_is_asked_on_its_first_day_of_whom_it_concerns(
    conn: Connection, compiled: Compiled, coefficient: str, due: date | None
) -> None:
    before = date(2026, 6, 1)
    example = EXAMPLES["SA014"][1]
    row = example["fail"][-1] if due else example["pass"][0]
    stage_one(conn, {"person": {}, "salary_current": row}, before)
    rules = [each for each in compiled["servant"] if each.rule.code == "SA014"]
    locate_all(conn, {"servant": rules}, Asked([SNAPSHOT_ID], before, KEY))
    assert recheck_on(conn) == due


def test_a_rule_that_ends_lets_go_on_the_day_after(
    conn: Connection, compiled: Compiled
) -> None:
    stage_one(conn, {"person": {"gioi_tinh": "X"}})
    (rule,) = (each for each in compiled["servant"] if each.rule.code == "ID012a")
    ending = RuleCondition(
        replace(rule.rule, valid_to=date(2026, 12, 31)), rule.condition_sql, rule.turns_on_sql
    )
    locate_all(conn, {"servant": [ending]}, Asked([SNAPSHOT_ID], AS_OF, KEY))
    assert recheck_on(conn) == date(2027, 1, 1)


def test_a_rating_is_asked_for_when_it_falls_due_whatever_year_the_snapshot_speaks_of(
    conn: Connection, compiled: Compiled
) -> None:
    """The relation looks for another year's rating on another day: the whole path is asked."""
    days = [
        date(y, m, d) for y in (2026, 2027, 2028, 2029) for m, d in ((1, 1), (3, 30), (3, 31))
    ]
    days = sorted([*days, AS_OF, date(2026, 4, 1), date(2028, 12, 31)])
    people = [
        (recruited, rated)
        for recruited in ("2010-05-01", "2024-12-31", "2025-01-01", "2026-06-01", None)
        for rated in ((), (2025,), (2025, 2026), (2024, 2025, 2026, 2027))
    ]
    (rule,) = (each for each in compiled["servant"] if each.rule.code == "EV005")
    fails, turns = {}, {}
    for number, day in enumerate(days, 1):
        stage_snapshot(conn, day, number)
        for record_id, (recruited, rated) in enumerate(people, 1):
            key = {"snapshot_id": number, "record_id": record_id}
            unread = {"typed_sha256": b"", "missing_fields": []}
            insert(conn, "staging.reading", {**key, **unread})
            for group, row in (
                ("person", {"trang_thai": "00"}),
                ("recruitment", {"ngay_tuyen_dung": recruited}),
            ):
                insert(conn, f"staging.{group}", {**key, "row_no": 1, **row})
            for row_no, year in enumerate(rated, 1):
                insert(conn, "staging.evaluation", {**key, "row_no": row_no, "ev_nam": year})
        locate_all(conn, {"servant": [rule]}, Asked([number], day, KEY))
        for row in conn.execute(
            text(
                "SELECT r.record_id, r.recheck_on, l.rule_code IS NOT NULL AS is_failing"
                " FROM staging.reading AS r LEFT JOIN staging.located AS l"
                " USING (snapshot_id, record_id) WHERE snapshot_id = :id"
            ),
            {"id": number},
        ):
            fails[day, row.record_id] = row.is_failing
            turns[day, row.record_id] = row.recheck_on or date.max
    late = [
        (people[record - 1], first, later)
        for first in days
        for later in days
        for record in range(1, len(people) + 1)
        if first < later < turns[first, record] and fails[first, record] != fails[later, record]
    ]
    assert late == []
    assert {fails[AS_OF, record] for record in range(1, len(people) + 1)} == {True, False}
