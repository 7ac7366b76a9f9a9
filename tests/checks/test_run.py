"""A crash never reads as no bad rows; the same check twice is one; time is an argument."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from sync.checks.conditions import compile_suites
from sync.checks.locate import Asked
from sync.checks.run import Compiled, locate_all, locate_suites
from sync.checks.stored import RuleCondition
from sync.checks.suites import Suites, load_suites
from sync.model.errors import ConfigurationError
from tests.checks.conftest import AS_OF, KEY
from tests.checks.people import Crowd, stage_people
from tests.checks.staged import SNAPSHOT_ID, located, stage, stage_snapshot
from tests.conftest import Urls

ASKED = Asked([SNAPSHOT_ID], AS_OF, KEY)


def hashed(conn: Connection) -> list[Any]:
    """Everything located, with value and cause, in one order."""
    return sorted(
        (row.record_id, row.row_no, row.rule_code, bytes(row.value_hmac), row.cause or "")
        for row in conn.execute(text("SELECT * FROM staging.located"))
    )


def test_checking_the_same_snapshot_twice_is_checking_it_once(
    conn: Connection, compiled: Compiled
) -> None:
    stage_people(conn, Crowd(1), 60, AS_OF)
    first = locate_all(conn, compiled, ASKED)
    rows = hashed(conn)
    assert first.total == len(rows) > 0
    assert locate_all(conn, compiled, ASKED) == first
    assert hashed(conn) == rows


def test_one_suite_checked_again_leaves_the_others_alone(
    conn: Connection, compiled: Compiled
) -> None:
    stage_people(conn, Crowd(1), 30, AS_OF)
    locate_all(conn, compiled, ASKED)
    rows = hashed(conn)
    again = locate_suites(conn, compiled, ["family"], ASKED)
    assert set(again.located_count) == {each.rule.code for each in compiled["family"]}
    assert hashed(conn) == rows


def test_only_the_snapshots_asked_for_are_looked_at(
    conn: Connection, compiled: Compiled
) -> None:
    stage_people(conn, Crowd(2), 30, AS_OF)
    assert locate_all(conn, compiled, Asked([SNAPSHOT_ID + 1], AS_OF, KEY)).total == 0
    assert located(conn) == set()


def crashing(tmp_path: Path, suites: Suites, kind: str, kwargs: dict[str, Any]) -> Suites:
    content = json.loads(json.dumps(suites.contents["servant"]))
    one = next(e for e in content["expectations"] if e["meta"]["rule"] == "PT003b")
    one.update(type=kind, kwargs=kwargs)
    (tmp_path / "servant.json").write_text(json.dumps(content), encoding="utf-8")
    return load_suites(tmp_path)


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_values_to_match_regex", {"column": "pt_so_the", "regex": "(unclosed"}),
        ("expect_column_values_to_be_between", {"column": "pt_so_the", "min_value": 5}),
        ("expect_column_value_lengths_to_equal", {"column": "pt_ngay_vao", "value": 5}),
    ],
)
def test_a_rule_that_crashes_is_named_and_locates_nothing(
    tmp_path: Path,
    conn: Connection,
    urls: Urls,
    suites: Suites,
    kind: str,
    kwargs: dict[str, Any],
) -> None:
    stage_people(conn, Crowd(3), 20, AS_OF)
    bent = crashing(tmp_path, suites, kind, kwargs)
    with pytest.raises(ConfigurationError, match="PT003b") as caught:
        locate_all(conn, compile_suites(urls("sync_writer"), bent), ASKED)
    assert located(conn) == set()
    assert caught.value.__cause__ is None


def test_a_day_of_turning_that_crashes_is_the_rules_fault_too(
    conn: Connection, compiled: Compiled
) -> None:
    stage_people(conn, Crowd(3), 20, AS_OF)
    first, *others = compiled["family"]
    broken = RuleCondition(first.rule, first.condition_sql, "no_such_column")
    with pytest.raises(ConfigurationError, match=first.rule.code):
        locate_all(conn, {"family": [*others, broken]}, ASKED)


def test_no_condition_reads_the_clock(compiled: Compiled) -> None:
    texts = [
        (each.rule.code, f"{each.condition_sql} {each.turns_on_sql}".lower())
        for conditions in compiled.values()
        for each in conditions
    ]
    clocks = ("current_date", "now(", "current_timestamp", "localtime")
    reading = [code for code, sql in texts if any(clock in sql for clock in clocks)]
    assert (len(texts) > 200, reading) == (True, [])


def test_one_compilation_judges_every_snapshot_by_its_own_day(
    conn: Connection, compiled: Compiled
) -> None:
    then = Asked([SNAPSHOT_ID], date(2012, 1, 1), KEY)
    stage_snapshot(conn, then.as_of)
    stage(conn, "person", 1, {"ma_don_vi": "H22.001", "trang_thai": "00"})
    assert locate_all(conn, compiled, then).located_count["CR004"] == 0
    assert locate_all(conn, compiled, ASKED).located_count["CR004"] == 1
    assert conn.execute(text("SELECT count(*) FROM staging.located")).scalar_one() > 1


def test_a_rule_is_silent_outside_its_validity(conn: Connection, compiled: Compiled) -> None:
    stage_snapshot(conn, AS_OF)
    stage(conn, "person", 1, {"trang_thai": "00"})
    before = Asked([SNAPSHOT_ID], date(2026, 6, 30), KEY)
    assert "SA014" not in locate_all(conn, compiled, before).located_count
    from_then = Asked([SNAPSHOT_ID], date(2026, 7, 1), KEY)
    assert "SA014" in locate_all(conn, compiled, from_then).located_count


def test_running_conditions_does_not_cost_the_seconds_of_great_expectations() -> None:
    program = (
        "import sys; import sync.checks.run, sync.services.check, sync.services.conditions;"
        "import sync.services.check_record;"
        "from sync.checks.stored import compiler_sha256; compiler_sha256();"
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_value_is_hashed_as_python_hashes_it_and_nothing_is_not_an_empty_text(
    conn: Connection, compiled: Compiled
) -> None:
    stage_snapshot(conn, AS_OF)
    for record_id, number in ((1, "12345"), (2, ""), (3, None)):
        row = {"so_dinh_danh": number, "ngay_sinh": "1990-02-03"}
        stage(conn, "person", record_id, row)
    locate_all(conn, compiled, ASKED)
    rows = conn.execute(
        text(
            "SELECT record_id, value_hmac FROM staging.located WHERE rule_code IN"
            " ('ID001a', 'ID001b') ORDER BY record_id"
        )
    )
    said = {row.record_id: bytes(row.value_hmac) for row in rows}
    assert said == {1: KEY.digest("12345"), 2: KEY.digest(""), 3: KEY.digest("\0")}


@pytest.mark.parametrize(
    ("field", "value", "rule", "cause"),
    [
        ("ton_giao", "77", "ID012c", "77"),
        ("email", "Anh.Nguyễn99@bộ", "ID017b", "aaa.aaaaaa99@aa"),
        ("dien_thoai", "٠٩١ 2345678" * 9, "ID017a", ("aaa 9999999" * 9)[:40]),
        ("ho_va_ten", "Nguyễn V4n", "ID008c", None),
    ],
)
def test_a_cause_is_the_code_or_the_shape_and_never_a_name(
    conn: Connection,
    compiled: Compiled,
    field: str,
    value: str,
    rule: str,
    cause: str | None,
) -> None:
    stage_snapshot(conn, AS_OF)
    stage(conn, "person", 1, {field: value})
    locate_all(conn, compiled, ASKED)
    said = conn.execute(
        text("SELECT cause FROM staging.located WHERE rule_code = :rule"), {"rule": rule}
    )
    assert said.scalars().all() == [cause]
