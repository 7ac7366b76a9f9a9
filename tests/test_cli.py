"""The command line: opens doors, answers in the agreed form, refuses in a sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from sync import cli
from sync.model.states import Effect
from sync.services.context import database_of
from sync.services.population import register_population
from sync.settings import get_settings
from sync.store.database import Database
from sync.store.provision import DATABASE, ROLE_NAMES, clone_database, drop_database
from sync.store.server import SUPERUSER, EmbeddedServer
from tests.services.village import Village
from tests.sources import servers

UNIT_KEYS = [
    "unit_code",
    "name_vi",
    "name_en",
    "kind",
    "level",
    "level_name",
    "expected",
    "announced",
    "received",
    "live",
    "stale",
    "quarantined",
    "waiting",
    "blocking_findings",
    "other_findings",
    "waived_findings",
    "last_success_at",
    "reason",
]
FINDING_KEYS = {"record_id", "field", "rule_code", "effect", "sentence"}
RULE_KEYS = [
    *("code", "group", "effect", "field", "sentence_vi", "sentence_en"),
    *("basis_vi", "basis", "valid_from", "valid_to"),
]
NAME = "Trồng Giấu Kỹ"
NUMBER = "00108500045"  # a digit was lost on the way
DAY = "2026-11-23"


@dataclass
class Told:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command prints
        return json.loads(self.out)


Run = Callable[..., Told]


@pytest.fixture(scope="module")
def home(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with secrets of its own and a database of its own, on the tests' server."""
    folder = tmp_path_factory.mktemp("cli")
    name = f"test_cli_{os.getpid()}"
    superuser = server.url(SUPERUSER, SUPERUSER)
    clone_database(superuser, DATABASE, name)
    (folder / "secrets").mkdir()
    for secret in (*ROLE_NAMES, "value_key"):
        (folder / "secrets" / secret).write_text((server.secrets / secret).read_text())
    port = make_url(superuser).port
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CBCCVC_HOME", str(folder))
        patch.setenv(
            "CBCCVC_DATABASE_URL", f"postgresql+psycopg2://{{role}}@127.0.0.1:{port}/{name}"
        )
        forget()
        yield folder
        database_of().close()
    forget()
    drop_database(superuser, name)


def forget() -> None:
    """Let settings and connections be read anew."""
    get_settings.cache_clear()
    database_of.cache_clear()


@pytest.fixture(scope="module")
def village(home: Path) -> Iterator[Village]:
    """Two units after one wave: one sound, one with a person of recognisable values."""
    database = Database.connect(database_of().engine.url.render_as_string(hide_password=False))
    made = Village(database, home)
    made.add("H26", 6)
    planted = made.add("H29", 6, "hrm_con_tro").main(0)
    planted["ho_va_ten"], planted["so_dinh_danh"] = NAME, NUMBER
    made.wave()
    yield made
    made.close()
    database.close()


@pytest.fixture
def run(
    village: Village, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """A command as the shell would start it, in this process."""

    def start(*words: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["cbccvc", *words])
        for name, module in list(sys.modules.items()):
            if name.startswith("sync.cli") and hasattr(module, "out"):
                monkeypatch.setattr(module.out, "_width", 300)
                monkeypatch.setattr(module.out, "_height", 50)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Told(int(ended.value.code or 0), said.out, said.err)

    return start


def assert_refused(told: Told, *words: str) -> None:
    """One sentence on standard error, exit code 1, nothing else."""
    sentence = " ".join(told.err.split())
    assert told.code == 1
    assert told.out == ""
    assert "Traceback" not in sentence
    assert sentence.endswith(".")
    for word in words:
        assert word in sentence


def snapshot_of(village: Village, unit_code: str) -> int:
    return village.newest(unit_code)[0]


def test_status_prints_the_agreed_keys_and_both_numbers_of_every_ratio(run: Run) -> None:
    told = run("status", "--json")

    assert told.code == 0
    assert list(told.json) == ["as_of", "connected", "synchronised", "units"]
    assert told.json["connected"]["of"] == told.json["synchronised"]["of"] == 56
    assert len(told.json["units"]) == 56
    assert [unit for unit in told.json["units"] if list(unit) != UNIT_KEYS] == []


def test_status_of_the_waves_day_counts_what_was_admitted(run: Run) -> None:
    found = run("status", "--as-of", DAY, "--json").json

    units = {unit["unit_code"]: unit for unit in found["units"]}
    assert found["as_of"] == DAY
    assert (units["H26"]["received"], units["H26"]["live"]) == (6, 6)
    assert (units["H29"]["quarantined"], units["H29"]["live"]) == (1, 5)
    assert units["H29"]["blocking_findings"] >= 1
    assert units["H35"]["level"] == 0
    assert [unit["unit_code"] for unit in found["units"] if not unit["reason"]] == []


def test_status_before_the_first_wave_knows_the_units_of_that_day(run: Run) -> None:
    found = run("status", "--as-of", "2025-02-28", "--json").json

    assert found["connected"] == {"count": 0, "of": 94}
    assert {unit["live"] for unit in found["units"]} == {0}


def test_status_as_a_table_names_both_numbers(run: Run) -> None:
    told = run("status", "--as-of", DAY)

    assert "of 56, synchronised" in told.out
    assert "H29" in told.out


def test_a_day_that_is_none_is_refused(run: Run) -> None:
    told = run("status", "--as-of", "2026-02-31")

    assert told.code == 2
    assert "Traceback" not in told.err


def test_findings_tell_record_field_and_rule_and_no_value(run: Run, village: Village) -> None:
    as_json, as_table = (
        run("findings", "--unit", "H29", "--json"),
        run("findings", "--unit", "H29"),
    )

    found = as_json.json
    values = {value for value in village.houses["H29"].main(0).values() if len(value) > 5}
    assert found
    assert all(set(finding) >= FINDING_KEYS for finding in found)
    assert {finding["effect"] for finding in found} <= set(Effect)
    assert all(finding["sentence"] for finding in found)
    for told in (as_json.out, as_table.out):
        assert [value for value in values if value in told] == []
    assert f"{len(found)} open findings" in as_table.out


def test_findings_of_a_sound_unit_are_none_and_of_an_unknown_one_refused(run: Run) -> None:
    assert run("findings", "--unit", "H26", "--json").json == []
    assert_refused(run("findings", "--unit", "Z99", "--json"), "Z99")


def test_rules_are_told_with_sentences_and_basis(run: Run) -> None:
    found = run("rules", "--json").json

    assert len(found) >= 40
    assert all(list(rule) == RULE_KEYS for rule in found)
    assert len({rule["code"] for rule in found}) == len(found)
    assert {rule["effect"] for rule in found} <= set(Effect)
    assert [r["code"] for r in found if not (r["sentence_vi"] and r["sentence_en"])] == []
    assert found[0]["code"] in run("rules").out


def test_rules_are_told_by_group_and_in_one_language(run: Run) -> None:
    every = run("rules", "--json").json
    told = run("rules", "--group", "register", "--json").json

    assert [rule for rule in every if rule["group"] == "register"] == told
    assert {"XO001", "XO003"} <= {rule["code"] for rule in told}
    english = run("rules", "--group", "register", "--lang", "en").out
    assert "transferred" in english.lower()
    assert "chuyển" not in english.lower()
    assert_refused(run("rules", "--group", "nonsense"), "register")


def test_a_snapshot_is_shown_with_its_counts(run: Run, village: Village) -> None:
    told = run("snapshot", "show", str(snapshot_of(village, "H29")))

    assert told.json["state"] == "admitted"
    assert told.json["received"] == told.json["announced"] == 6
    assert sum(told.json["findings"].values()) >= 1
    assert NAME not in told.out
    assert "H29" in run("snapshot", "list").out


def test_a_held_snapshot_is_rejected_or_released_with_a_reason(
    run: Run, village: Village
) -> None:
    house = village.houses["H26"]
    people, house.people = house.people, []
    village.wave("H26")
    first = snapshot_of(village, "H26")

    assert run("snapshot", "show", str(first)).json["state"] == "held"
    assert_refused(run("snapshot", "reject", str(first), "--reason", " "), "reason")
    assert "rejected" in run("snapshot", "reject", str(first), "--reason", "Their mistake.").out
    assert_refused(run("snapshot", "release", str(first), "--reason", "x"), "rejected")
    assert live_of(village, "H26") == 6

    village.wave("H26")
    told = run("snapshot", "release", str(snapshot_of(village, "H26")), "--reason", "Closed.")

    assert "admitted" in told.out
    assert live_of(village, "H26") == 0
    house.people = people
    village.wave("H26")
    assert live_of(village, "H26") == 6


def live_of(village: Village, unit_code: str) -> int:
    return int(
        village.one(
            "SELECT count(*) FROM register.dossier WHERE unit_code = :u AND state = 'live'",
            u=unit_code,
        )
    )


def test_what_was_decided_stands_in_the_ledger_with_who_and_why(
    run: Run, village: Village
) -> None:
    house = village.houses["H29"]
    people, house.people = house.people, []
    village.wave("H29")
    snapshot_id = snapshot_of(village, "H29")
    why = ("--reason", "Sai dữ liệu.", "--actor", "operator-7")

    run("snapshot", "reject", str(snapshot_id), *why)

    house.people = people
    found = village.rows(
        "SELECT actor, figures ->> 'reason' FROM ledger.entry"
        " WHERE snapshot_id = :id AND action = 'snapshot_rejected'",
        id=snapshot_id,
    )
    assert found == [("operator-7", "Sai dữ liệu.")]


def test_a_wave_is_run_and_says_what_changed(run: Run, village: Village) -> None:
    village.open()
    village.wave("H29")

    told = run("sync", "--unit", "H29")

    assert told.code == 0
    assert "received 6" in told.out
    assert "No dossier changed" in told.out
    assert_refused(run("sync", "--unit", "Z99"), "Z99")


def test_a_kept_answer_is_replayed_and_says_what_changed(run: Run, village: Village) -> None:
    village.wave("H26")
    number = snapshot_of(village, "H26")

    told = run("replay", "H26", "--actor", "operator-7")

    made = snapshot_of(village, "H26")
    assert told.code == 0
    assert f"snapshot {made} of H26: admitted, received 6, added 0, changed 0" in told.out
    assert run("snapshot", "show", str(made)).json["replay_of"] == number
    assert_refused(run("replay", str(number)), str(made), "--reason")
    assert_refused(run("replay", "999999"), "999999")
    assert_refused(run("replay", NUMBER), "number")
    assert NUMBER not in run("replay", NUMBER).err


def test_housekeeping_says_beforehand_what_it_will_remove(
    run: Run, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CBCCVC_KEEP_EVERY_ANSWER_DAYS", "1")
    get_settings.cache_clear()
    village.wave("H26")

    before = run("housekeeping", "--dry-run")
    done = run("housekeeping")
    again = run("housekeeping", "--dry-run")

    assert before.out.startswith("would remove: answers ")
    assert done.out == before.out.replace("would remove", "removed")
    assert {part.split()[-1] for part in again.out.split(",")} == {"0"}
    monkeypatch.undo()
    get_settings.cache_clear()


def test_sources_are_probed_and_reconciled(run: Run, village: Village) -> None:
    village.open()

    assert "H29 ok" in run("probe", "--unit", "H29").out
    assert "H29 agrees" in run("reconcile", "--unit", "H29").out


@pytest.mark.parametrize("verb", ["show", "release", "reject"])
def test_an_unknown_snapshot_is_refused(run: Run, verb: str) -> None:
    reason = () if verb == "show" else ("--reason", "x")

    assert_refused(run("snapshot", verb, "999999", *reason), "999999")


def test_generated_pages_are_compared_and_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert_refused(run("docs", "--check"), "cbccvc docs")
    assert "pages written" in run("docs").out
    assert "as generated" in run("docs", "--check").out
    (tmp_path / "docs" / "rules.md").write_text("by hand")
    assert_refused(run("docs", "--check"), "rules.md")


def test_the_pages_in_the_tree_are_as_generated(run: Run) -> None:
    told = run("docs", "--check")

    assert (told.code, told.err) == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        ("status", "--json"),
        ("findings", "--unit", "H26"),
        ("sync",),
        ("probe",),
        ("reconcile",),
        ("snapshot", "list"),
        ("snapshot", "show", "1"),
        ("snapshot", "reject", "1", "--reason", "x"),
        ("replay", "1"),
        ("housekeeping", "--dry-run"),
        ("setup",),
    ],
    ids=" ".join,
)
def test_a_database_that_is_down_is_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    away = "postgresql+psycopg2://{role}@127.0.0.1:9/cbccvc"
    monkeypatch.setenv("CBCCVC_DATABASE_URL", away)
    forget()

    told = run(*words)

    forget()
    assert_refused(told, "check")


def test_a_missing_secret_is_one_sentence_that_names_the_file(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CBCCVC_SECRETS_DIR", str(tmp_path))
    forget()

    told = run("status")

    forget()
    assert_refused(told, "sync_writer", "file")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CBCCVC_DATABASE_URL", "postgresql://somewhere/geheim"),
        ("CBCCVC_HTTP_ATTEMPTS", "geheim"),
        ("CBCCVC_TIMEZONE", "Moon/Base"),
        ("CBCCVC_EXPECTATIONS_DIR", "/nowhere"),
    ],
)
def test_a_setting_that_is_wrong_is_one_sentence_that_names_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    forget()

    told = run("findings", "--unit", "H26") if "EXPECT" in name else run("status")

    forget()
    assert_refused(told, value if "EXPECT" in name else name)
    assert "geheim" not in told.err


def test_a_refusal_of_the_installed_command_has_no_traceback(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Path(sys.executable).with_name("cbccvc")
    monkeypatch.setenv("CBCCVC_DATABASE_URL", "postgresql+psycopg2://{role}@127.0.0.1:9/x")

    ended = subprocess.run([program, "status"], capture_output=True, text=True, check=False)

    assert_refused(Told(ended.returncode, ended.stdout, ended.stderr), "did not answer")


def test_help_names_every_command(home: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "sync.cli", "--help"], capture_output=True, text=True, check=True
    )

    names = [
        "setup",
        "sync",
        "status",
        "findings",
        "rules",
        "probe",
        "snapshot",
        "docs",
        "replay",
        "housekeeping",
        "population",
    ]
    assert [name for name in names if name not in ended.stdout] == []


def everybody_but_the_first(request: servers.Request) -> servers.Reply:
    """A population register that agrees with us, and does not know the first of a question."""
    people = [{**p, "tim_thay": True} for p in json.loads(request.body)["yeu_cau"]]
    people[0] = {"ref": people[0]["ref"], "tim_thay": False}
    return servers.json_reply({"ket_qua": people})


def test_the_population_register_is_asked_disputed_and_counted(
    run: Run, village: Village
) -> None:
    assert_refused(run("population", "verify"), "No population register is known")
    with servers.serving(everybody_but_the_first) as register:
        register_population(register.address, "none", None, db=village.db)
        verified = run("population", "verify", "--unit", "H26")
        again = run("population", "verify", "--unit", "H26")
        rest = run("population", "verify", "--limit", "2")

    assert "H26 asked 6, matched 5, mismatched 0, not_found 1, unanswered 0" in verified.out
    assert "Nobody due." in again.out
    assert "H29 asked 2, matched 1" in rest.out
    record_id = village.one(
        "SELECT record_id FROM quality.population_check WHERE status = 'not_found'"
        " AND unit_code = 'H26'"
    )
    word = ("--reason", "The identity card was seen.", "--actor", "ba")
    assert_refused(run("population", "dispute", "404", *word), "no record 404")
    disputed = run("population", "dispute", str(record_id), *word)
    assert disputed.out == f"record {record_id}: disputed\n"
    assert "matched 6 of 11" in run("population", "status").out
    undone = run("population", "dispute", str(record_id), "--undo", *word)
    assert undone.out == f"record {record_id}: not_found\n"
    assert_refused(run("population", "dispute", str(record_id), "--undo", *word), "not_found")
    for told in (verified, rest, disputed, undone):
        assert NAME not in told.out + told.err
        assert NUMBER not in told.out + told.err
