"""Located rows are Great Expectations' own verdict, rule by rule, on tables nobody chose."""

import json
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from sync.checks.conditions import compile_suites
from sync.checks.locate import Asked
from sync.checks.run import Compiled, locate_all, locate_suites
from sync.checks.suites import SNAPSHOT, Suites, load_suites
from sync.model.errors import ConfigurationError
from sync.services.registry import load_registry
from sync.store import staging
from sync.store.database import Database
from tests.checks.complete import WINDOWS, complete, counted, window_oracle
from tests.checks.conftest import AS_OF, KEY
from tests.checks.people import Crowd, stage_people
from tests.checks.staged import SNAPSHOT_ID, located
from tests.conftest import Urls

DAYS = (AS_OF, date(2028, 2, 29), date(2025, 6, 30), date(2027, 1, 1))


def forget(conn: Connection) -> None:
    """Room for the next example."""
    conn.execute(text("TRUNCATE " + ", ".join(f"staging.{n}" for n in staging.tables())))
    conn.execute(text("DELETE FROM landing.snapshot"))
    conn.execute(text("DELETE FROM landing.wave"))


class Ground:
    """What every example works on; a dataclass would print every rule when one fails."""

    def __init__(self, db: Database, url: str, suites: Suites, compiled: Compiled) -> None:
        self.db = db
        self.url = url
        self.suites = suites
        self.compiled = compiled


@pytest.fixture
def ground(db: Database, urls: Urls, suites: Suites, compiled: Compiled) -> Ground:
    load_registry(db)
    return Ground(db, urls("sync_writer"), suites, compiled)


MEN = {
    "type": "comparison",
    "column": {"name": "gioi_tinh"},
    "operator": "==",
    "parameter": "1",
}


@pytest.mark.filterwarnings("ignore:.schema_name. is deprecated:DeprecationWarning")
def test_rows_that_a_rule_leaves_out_are_left_out(ground: Ground, tmp_path: Path) -> None:
    name, content = "servant", deepcopy(dict(ground.suites.contents["servant"]))
    kinds = {"ID001b", "CA002a", "CA001a"}  # of one column, of a pair, of several
    content["expectations"] = [e for e in content["expectations"] if e["meta"]["rule"] in kinds]
    for expectation in content["expectations"]:
        expectation["kwargs"]["row_condition"] = MEN
    (tmp_path / "servant.json").write_text(json.dumps(content), encoding="utf-8")
    suites = load_suites(tmp_path)
    with ground.db.transaction() as conn:
        stage_people(conn, Crowd(5), 200, AS_OF)
    with ground.db.transaction() as conn:
        compiled = compile_suites(ground.url, suites)
        locate_all(conn, compiled, Asked([SNAPSHOT_ID], AS_OF, KEY))
        ours = located(conn)
    assert {rule for *_, rule in ours} == kinds
    assert ours == complete(ground.url, suites, name, AS_OF)


def test_a_window_does_not_take_a_row_condition(ground: Ground, tmp_path: Path) -> None:
    content = deepcopy(dict(ground.suites.contents["evaluation"]))
    (one,) = (e for e in content["expectations"] if e["meta"]["rule"] == "EV001a")
    one["kwargs"]["row_condition"] = MEN | {"column": {"name": "ev_ket_qua"}}
    (tmp_path / "evaluation.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="EV001a looks over several rows"):
        compile_suites(ground.url, load_suites(tmp_path))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.schema_name. is deprecated:DeprecationWarning")
@settings(
    max_examples=2,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(crowd=Crowd(7), people=600, day=AS_OF)
@given(
    crowd=st.builds(
        Crowd,
        st.integers(0, 10**6),
        st.sampled_from((0.0, 0.2, 0.6)),
        st.sampled_from((0.0, 0.2)),
    ),
    people=st.sampled_from((1, 150)),
    day=st.sampled_from(DAYS),
)
def test_located_rows_are_those_great_expectations_finds_itself(
    ground: Ground, crowd: Crowd, people: int, day: date
) -> None:
    suites, url = ground.suites, ground.url
    with ground.db.transaction() as conn:
        forget(conn)
        stage_people(conn, crowd, people, day, rows=4)
        asked = Asked([SNAPSHOT_ID], day, KEY)
        outcome = locate_all(conn, ground.compiled, asked)
        answers = locate_suites(conn, ground.compiled, [SNAPSHOT], asked)
        ours, windows = located(conn), window_oracle(conn)
    names = list(suites.contents)
    theirs = set().union(*(complete(url, suites, name, day) for name in names))
    assert sorted(row for row in ours if row[2] not in WINDOWS) == sorted(theirs)
    assert sorted(row for row in ours if row[2] in WINDOWS) == sorted(windows)
    counts = {k: n for name in names for k, n in counted(url, suites, name, day).items()}
    assert counts == {code: outcome.located_count[code] for code in WINDOWS}
    assert outcome.total + answers.total == len(ours)
    if people >= 400:  # what no row breaks is not compared
        located_count = {**outcome.located_count, **answers.located_count}
        silent = sorted(code for code, count in located_count.items() if not count)
        assert len(silent) <= len(suites.rules) / 50, silent
