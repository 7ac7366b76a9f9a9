"""A changed rule, code list or mapping is asked of whom it concerns, and of nobody else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from sync.demo.people import many, one
from sync.settings import get_settings
from tests.checks.conftest import EXPECTATIONS
from tests.services.village import A, B, Village

Meta = dict[str, Any]
PEOPLE = 12


@pytest.fixture
def change_rule(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str, Callable[[dict[str, Any]], None]], None]:
    """`change_rule("reward", "COD014", lambda e: ...)` in suites of the test's own."""
    folder = home / "expectations"
    shutil.copytree(EXPECTATIONS, folder)
    monkeypatch.setenv("CBCCVC_EXPECTATIONS_DIR", str(folder))
    get_settings.cache_clear()

    def change(suite: str, code: str, bend: Callable[[dict[str, Any]], None]) -> None:
        path = folder / f"{suite}.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        bend(next(e for e in content["expectations"] if e["meta"]["rule"] == code))
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    return change


@pytest.fixture
def settled(village: Village) -> Village:
    """Two units of sound people who were read once and once more: nothing is left to read."""
    village.add(A, PEOPLE)
    village.add(B, PEOPLE, "hrm_con_tro")
    village.wave()
    assert village.wave()["staged"] == 0
    return village


def with_rows(village: Village, group: str) -> int:
    """How many records have a row in a list group."""
    return int(village.one(f"SELECT count(DISTINCT record_id) FROM register.{group}"))  # noqa: S608 - our own table


def test_a_changed_rule_of_a_list_is_asked_of_who_has_rows_in_it(
    settled: Village, change_rule: Callable[..., None]
) -> None:
    def bend(expectation: dict[str, Any]) -> None:
        expectation["kwargs"]["list_name"] = "discipline_forms"

    concerned = with_rows(settled, "reward")
    change_rule("reward", "COD014", bend)

    result = settled.wave()

    assert 0 < concerned < 2 * PEOPLE
    assert result["staged"] == concerned
    found = {rule for rule, _ in settled.findings(A) + settled.findings(B)}
    assert found == {"COD014"}
    assert settled.wave()["staged"] == 0


def test_a_changed_rule_about_the_person_is_asked_of_everybody(
    settled: Village, change_rule: Callable[..., None]
) -> None:
    change_rule("servant", "ID010", lambda e: e["kwargs"].update(from_years=70))

    assert settled.wave()["staged"] == 2 * PEOPLE
    assert {rule for rule, _ in settled.findings(A)} == {"ID010"}


def test_a_rule_that_a_newer_version_runs_otherwise_is_asked_again(settled: Village) -> None:
    """How an older version ran it is written into the past."""
    with settled.db.transaction() as conn:
        changed = conn.execute(
            text(
                'UPDATE quality.basis_part SET content = content || \'{"runs": "otherwise"}\''
                " WHERE kind = 'rule' AND name = 'COD014'"
            )
        ).rowcount

    result = settled.wave()

    assert changed == 1
    assert result["staged"] == with_rows(settled, "reward")
    assert settled.wave()["staged"] == 0


def test_a_sentence_said_better_is_asked_of_nobody(
    settled: Village, change_rule: Callable[..., None]
) -> None:
    change_rule("servant", "ID010", lambda e: e["meta"].update(sentence_en="Better; check it."))

    assert settled.wave()["staged"] == 0


def test_another_effect_is_asked_of_who_was_found(
    village: Village, change_rule: Callable[..., None]
) -> None:
    village.add(A, PEOPLE).main(2)["dan_toc"] = "ZZ9"
    village.wave()
    village.wave()
    change_rule("servant", "ID012b", lambda e: e["meta"].update(effect="block"))

    result = village.wave()

    assert result["staged"] == 1
    assert ("ID012b", "block") in village.findings(A)
    assert village.counts(A)["quarantined"] == 1
    assert village.counts(A)["stale"] == 1


def test_a_rule_no_longer_in_force_closes_what_it_found(
    village: Village, change_rule: Callable[..., None]
) -> None:
    village.add(A, PEOPLE).main(2)["dan_toc"] = "ZZ9"
    village.wave()
    change_rule("servant", "ID012b", lambda e: e["meta"].update(valid_to="2026-11-22"))

    result = village.wave()

    assert result["staged"] == 1
    assert village.findings(A) == []


def test_a_new_code_is_asked_of_who_says_it(village: Village) -> None:
    house = village.add(A, PEOPLE)
    for position in (2, 5):
        house.main(position)["ton_giao"] = "77"
    village.wave()
    assert {rule for rule, _ in village.findings(A)} == {"ID012c"}
    with village.db.transaction() as conn:
        conn.execute(
            text(
                "INSERT INTO registry.code (list_name, code, valid_on, name_vi, name_en,"
                " source, confidence)"
                " VALUES ('religions', '77', '[2020-01-01,)', 'x', 'x', 's', 'low')"
            )
        )

    result = village.wave()

    assert result["staged"] == 2
    assert village.findings(A) == []
    assert village.wave()["staged"] == 0


def test_a_changed_step_of_the_pay_table_is_asked_of_its_group(settled: Village) -> None:
    rank = one(settled.houses[A].people[0], "salary_current")["sal_ma_ngach"]
    group = settled.one(
        "SELECT salary_group FROM registry.rank WHERE rank_code = :rank LIMIT 1", rank=rank
    )
    concerned = settled.one(
        "SELECT count(*) FROM (SELECT record_id FROM register.salary_current WHERE sal_ma_ngach"
        " IN (SELECT rank_code FROM registry.rank WHERE :g = ANY(allowed_groups)) UNION SELECT"
        " record_id FROM register.salary_history WHERE sh_ngach IN (SELECT rank_code FROM"
        " registry.rank WHERE :g = ANY(allowed_groups))) AS t",
        g=group,
    )
    with settled.db.transaction() as conn:
        conn.execute(
            text("UPDATE registry.salary_step SET coefficient = 9.99 WHERE salary_group = :g"),
            {"g": group},
        )

    result = settled.wave()

    assert 0 < concerned < 2 * PEOPLE
    assert result["staged"] == concerned


def test_a_changed_mapping_is_asked_of_that_vendors_people_who_say_the_code(
    settled: Village,
) -> None:
    """The earlier mapping is written into the past: the profile's file stays as it is."""
    women = sum(
        one(person, "person")["gioi_tinh"] == "2" for person in settled.houses[A].people
    )
    with settled.db.transaction() as conn:
        changed = conn.execute(
            text(
                'UPDATE quality.basis_part SET content = content || \'{"Nữ": "0"}\''
                " WHERE kind = 'mapping' AND name = 'hrm_trang/genders'"
            )
        ).rowcount

    result = settled.wave()

    assert changed == 1
    assert 0 < women < PEOPLE
    assert result["staged"] == women


def test_who_is_blocked_is_read_again_because_the_register_does_not_hold_what_they_say(
    village: Village, change_rule: Callable[..., None]
) -> None:
    house = village.add(A, PEOPLE)
    house.main(3)["ngay_sinh"] = "1980-02-31"
    house.people[3].pop("reward", None)
    village.wave()
    concerned = with_rows(village, "reward")
    change_rule("reward", "COD014", lambda e: e["kwargs"].update(list_name="no_such_list"))

    assert village.wave()["staged"] == concerned + 1


def test_a_question_is_not_lost_while_an_answer_is_on_hold(
    settled: Village, change_rule: Callable[..., None]
) -> None:
    people = list(settled.houses[A].people)
    change_rule("servant", "ID010", lambda e: e["kwargs"].update(from_years=70))
    settled.houses[A].people.clear()
    settled.wave()
    assert settled.newest(A)[1] == "held"
    assert settled.findings(A) == []
    settled.houses[A].people.extend(people)

    settled.wave()

    assert len(settled.findings(A)) == PEOPLE


def test_rows_that_say_the_same_are_one_cause(village: Village) -> None:
    house = village.add(A, PEOPLE)
    for position in range(4):
        many(house.people[position], "reward").append(
            {"rw_hinh_thuc": "K-01", "rw_ngay_qd": "2025-05-19"}
        )
    village.wave()

    found = village.rows("SELECT rule_code, record_count, finding_count FROM quality.cause")
    assert found == [("COD014", 4, 4)]
