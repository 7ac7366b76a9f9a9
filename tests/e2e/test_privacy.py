"""People's values stay in the tables made for them, whatever goes wrong in a wave."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from sync.store.server import EmbeddedServer
from tests.e2e.scene import Scene, scene
from tests.e2e.searching import Index, Told, in_database, in_files, leaks

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

# Where a person may stand: what came, what was read, who is known. A new table is searched.
KEPT_APART = ("landing.document", "landing.record", "staging.*", "rehearsal.*", "register.*")
REFUSED = {
    "a cast in reading": "failed",
    "a check in reading": "failed",
    "a COPY": "failed",
    "a rule that breaks on data": "failed",
    "a unique key": "pulled",
    "a check in the register": "pulled",
    "accounts that do not add up": "pulled",
}
ODD = {
    "no JSON": "unreadable",
    "refused": "rejected",
    "gone": "unavailable",
    "elsewhere": "rejected",
    "a total that is none": "unreadable",
    "a second page that fails": "unavailable",
    "hangs": "unavailable",
}
WORD, TOLD = "Zqkwvjaaaa", "Lò Thị Zqkwvjaaaa"
PLANT = {
    "an XCom": ("airflows", "UPDATE xcom SET value = to_jsonb(CAST(:told AS text))"),
    "a rendered field": (
        "airflows",
        "UPDATE rendered_task_instance_fields SET rendered_fields ="
        " to_json(CAST(:told AS text))",
    ),
    "a check result": (
        "ours",
        "UPDATE quality.check_result SET rule_counts ="
        " jsonb_build_object(CAST(:told AS text), 1)",
    ),
    "a fact": ("ours", "UPDATE facts.unit_day SET reason_vi = :told"),
    "a ledger entry": (
        "ours",
        "INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of, figures)"
        " VALUES ('H26', 'x', 'x', now(), now(), jsonb_build_object('x', CAST(:told AS text)))",
    ),
    "a hash of bytes": (
        "ours",
        "UPDATE landing.snapshot SET pages_sha256 = sha256(convert_to(:told, 'UTF8'))",
    ),
    "a note of a release": (
        "ours",
        "CREATE TABLE portal.new_place AS SELECT CAST(:told AS text)",
    ),
}


@pytest.fixture(scope="module")
def played(cloned: tuple[EmbeddedServer, str]) -> Iterator[Scene]:
    with scene(*cloned) as built:
        yield built


@pytest.fixture
def ours(played: Scene) -> Iterator[Connection]:
    with played.ours.transaction() as conn:
        yield conn


@pytest.fixture
def airflows(played: Scene) -> Iterator[Connection]:
    with played.airflows.transaction() as conn:
        yield conn


def places_of_files(scene: Scene) -> Iterator[Told]:
    """What the processes wrote: Airflow's home, what they printed, PostgreSQL's logs."""
    yield from in_files(scene.home, but=[scene.home / "airflow" / "secrets"])
    data = scene.server.data
    yield from in_files(data / "log")
    yield "start.log", (data / "start.log").read_text(encoding="utf-8", errors="replace")
    yield from in_files(scene.server.folder, but=[data])


def test_every_failure_took_place(played: Scene) -> None:
    first, second = played.waves
    refused = {what: played.outcome(place) for what, place in played.trapped.items()}
    odd = {what: played.outcome(place) for what, place in played.odd.items()}

    assert {played.outcome(place) for place in played.main} == {"admitted"}
    assert refused == REFUSED
    assert odd == ODD
    assert played.outcome(played.mismatched) == played.outcome(played.vanished) == "held"
    assert (first.run.state, second.run.state) == ("failed", "failed")
    assert second.state("check") == "failed"


def test_operators_did_what_they_do_besides(played: Scene, ours: Connection) -> None:
    answers = ours.scalars(text("SELECT DISTINCT answer FROM quality.population_check")).all()

    assert played.commands == {**dict.fromkeys(played.commands, True), "not verified": False}
    assert set(answers) == {"matched", "mismatched"}


def test_airflow_shows_each_failure_and_its_kind(played: Scene) -> None:
    told = "\n".join(text for _, text in in_files(played.home / "airflow"))

    for kind in (
        "DatabaseRefusedError",
        "SourceUnavailableError",
        "SourceRejectedError",
        "UnreadableAnswerError",
        "AccountingError",
        "ConfigurationError",
        "AirflowTaskTimeout",
        "SQLSTATE 23505 (constraint person_trap)",
        "SQLSTATE 23514 (constraint family_trap)",
        "SQLSTATE 23514 (constraint document_trap)",
    ):
        assert kind in told, kind


def test_enough_was_sown_and_much_of_it_found_wanting_or_admitted(
    played: Scene, ours: Connection
) -> None:
    rules, findings, admitted = ours.execute(
        text(
            "SELECT (SELECT count(DISTINCT rule_code) FROM quality.finding), (SELECT count(*)"
            " FROM quality.finding), (SELECT count(*) FROM register.dossier)"
        )
    ).one()

    assert played.people >= 340
    assert rules >= 80
    assert findings >= 300
    assert admitted >= 200
    assert ours.scalar(text("SELECT count(*) FROM quality.conflict_case")) >= 1
    quoted = ours.scalars(text("SELECT label FROM quality.cause WHERE record_count >= 3")).all()
    assert len(quoted) >= 2  # what three records share is counted as one cause


def test_what_is_sown_stands_where_people_are_kept(played: Scene, ours: Connection) -> None:
    holding = set(leaks(played.index, in_database(ours)))

    assert holding >= {
        "landing.document",
        "landing.record",
        "staging.person",
        "register.person",
        "register.work_history",
        "register.family",
        "register.identity_alias",
    }


def test_no_other_table_holds_a_person_in_clear_or_as_a_hash(
    played: Scene, ours: Connection
) -> None:
    assert leaks(played.index, in_database(ours, but=KEPT_APART)) == {}


def test_airflows_database_holds_nobody(played: Scene, airflows: Connection) -> None:
    assert leaks(played.index, in_database(airflows)) == {}


def test_no_file_and_no_log_tells_of_anybody(played: Scene) -> None:
    assert leaks(played.index, places_of_files(played)) == {}


def test_no_statement_the_server_shows_holds_a_person(played: Scene) -> None:
    assert len(played.statements) >= 20
    assert leaks(played.index, [("pg_stat_activity", "\n".join(played.statements))]) == {}


def test_secret_fields_stand_nowhere_at_all(
    played: Scene, ours: Connection, airflows: Connection
) -> None:
    secret = Index(played.secret.given, played.secret.given)
    mark = played.secret.mark
    everywhere = [*in_database(ours), *in_database(airflows), *places_of_files(played)]
    dropped = ours.scalar(
        text("SELECT count(*) FROM landing.document WHERE 'secret_field' = ANY(problems)")
    )

    assert dropped >= 5
    assert len(played.secret.given) >= 30
    assert [name for name, told in everywhere if f"zqkwvj{mark}" in told.lower()] == []
    secret_only = {
        name: [each for each in found if "zqkwvj" not in each]
        for name, found in leaks(secret, everywhere).items()
    }
    assert {name: found for name, found in secret_only.items() if found} == {}


def test_keys_and_passwords_are_in_no_log_and_not_in_airflows_database(
    played: Scene, airflows: Connection
) -> None:
    names = ("value_key", "sync_writer", "migrator", "postgres")
    words = [
        (played.server.secrets / name).read_text(encoding="utf-8").strip() for name in names
    ]
    told = [*in_database(airflows), *places_of_files(played)]

    assert [name for name, text in told if any(word in text for word in words)] == []


def test_check_results_are_rule_codes_and_counts(played: Scene, ours: Connection) -> None:
    results = ours.scalars(text("SELECT rule_counts FROM quality.check_result")).all()
    codes = set(ours.scalars(text("SELECT rule_code FROM quality.rule")))

    assert len(results) >= 5
    for counts in results:
        assert set(counts) <= codes
        assert all(type(count) is int for count in counts.values())


def test_nothing_of_great_expectations_own_results_is_kept(
    played: Scene, ours: Connection, airflows: Connection
) -> None:
    told = [*in_database(ours), *in_database(airflows), *places_of_files(played)]

    for word in ("unexpected_list", "unexpected_count", "exception_info", "observed_value"):
        assert [name for name, text in told if word in text] == []
    assert [path for path in played.home.rglob("*") if path.name in ("gx", "uncommitted")] == []


@pytest.mark.parametrize("what", PLANT)
def test_the_search_finds_what_is_planted_in_a_table(played: Scene, what: str) -> None:
    where, statement = PLANT[what]
    database = getattr(played, where)
    index = Index([*played.index.days, TOLD], [WORD])
    with database.engine.connect() as conn, conn.begin() as planted:
        assert leaks(index, in_database(conn, but=KEPT_APART)) == {}

        conn.execute(text(statement), {"told": TOLD})

        assert len(leaks(index, in_database(conn, but=KEPT_APART))) == 1
        planted.rollback()


def test_the_search_finds_what_is_planted_in_a_log(played: Scene, tmp_path: Path) -> None:
    source = next(path for path in (played.home / "airflow").rglob("*.log"))
    copy = tmp_path / source.name
    copy.write_bytes(source.read_bytes() + TOLD.encode())

    assert leaks(played.index, in_files(tmp_path)).keys() == {str(copy)}
