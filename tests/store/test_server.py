import multiprocessing
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Connection, text

from sync.model.errors import ConfigurationError
from sync.store.database import Database
from sync.store.server import SUPERUSER, EmbeddedServer
from sync.store.urls import resolve_url
from tests.conftest import FORGETFUL

NOBODY = 65534


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="cbccvc-test-"))
    yield folder
    EmbeddedServer(folder).stop()
    shutil.rmtree(folder)


def started(home: Path) -> EmbeddedServer:
    server = EmbeddedServer(home, overrides=FORGETFUL)
    server.start()
    return server


def answer(server: EmbeddedServer, question: str) -> object:
    database = Database.connect(server.url(SUPERUSER, "postgres"))
    try:
        with database.transaction() as conn:
            return conn.scalar(text(question))
    finally:
        database.close()


def postmaster_pid(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().splitlines()[0])


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    psutil.wait_procs([process], timeout=10)


def test_a_second_start_attaches_to_the_running_server(home: Path) -> None:
    started(home)
    first = postmaster_pid(home)

    other = started(home)

    assert postmaster_pid(home) == first
    assert answer(other, "SELECT 1") == 1


def test_two_processes_starting_at_once_get_one_server(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from sync.store.server import EmbeddedServer;"
        " server = EmbeddedServer(Path(sys.argv[1])); server.start();"
        " print(server.url('postgres', 'postgres'))"
    )
    command = [sys.executable, "-c", program, str(home)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    addresses = {process.communicate(timeout=60)[0] for process in both}

    assert [process.returncode for process in both] == [0, 0]
    assert addresses == {EmbeddedServer(home).url(SUPERUSER, "postgres") + "\n"}


def test_data_survive_a_killed_server(home: Path) -> None:
    server = EmbeddedServer(home)  # not the forgetful kind: this one is about keeping
    server.start()
    answer(server, "CREATE TABLE kept AS SELECT 42 AS n; SELECT n FROM kept")
    kill(postmaster_pid(home))

    assert answer(started(home), "SELECT n FROM kept") == 42


def test_a_pid_file_whose_number_is_somebody_elses_is_no_obstacle(home: Path) -> None:
    server = started(home)
    pid_file = home / "postgres/data/postmaster.pid"
    lines = pid_file.read_text().splitlines(keepends=True)
    server.stop()
    owner = pid_file.parent.stat()
    pid_file.write_text(f"{os.getpid()}\n{''.join(lines[1:])}")
    os.chown(pid_file, owner.st_uid, owner.st_gid)
    assert not server.is_running()

    assert answer(started(home), "SELECT 1") == 1


def test_a_port_taken_meanwhile_is_left_to_who_has_it(home: Path) -> None:
    server = started(home)
    port = int((home / "postgres/port").read_text())
    server.stop()

    with socket.create_server(("127.0.0.1", port)):
        server.start()
        assert int((home / "postgres/port").read_text()) != port
        assert answer(server, "SELECT 1") == 1


def test_the_port_is_kept_over_a_restart(home: Path) -> None:
    server = started(home)
    address = server.url(SUPERUSER)
    server.stop()
    server.start()

    assert server.url(SUPERUSER) == address


def test_a_set_up_broken_off_half_way_is_begun_again(home: Path) -> None:
    half = home / "postgres" / "data.new" / "base"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    assert answer(started(home), "SELECT 1") == 1


def test_data_of_another_version_are_refused_in_one_sentence(home: Path) -> None:
    server = started(home)
    server.stop()
    (home / "postgres/data/PG_VERSION").write_text("9.6\n")

    with pytest.raises(ConfigurationError, match=r"PostgreSQL 9\.6"):
        server.start()

    (home / "postgres/data/PG_VERSION").write_text("18\n")


def test_stop_is_no_error_where_nothing_runs(home: Path) -> None:
    EmbeddedServer(home).stop()
    server = started(home)
    server.stop()
    server.stop()

    assert not server.is_running()


def test_the_server_never_runs_as_root_and_shows_its_data_to_nobody(home: Path) -> None:
    started(home)

    assert psutil.Process(postmaster_pid(home)).uids().real != 0
    assert stat.S_IMODE((home / "postgres/data").stat().st_mode) == 0o700


def _become_nobody_and_start(home: Path) -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    server = EmbeddedServer(home, overrides=FORGETFUL)
    server.start()
    owner = psutil.Process(postmaster_pid(home)).uids().real
    server.stop()
    sys.exit(0 if owner == NOBODY else 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.usefixtures("bare_server")  # as root, it opens the way to the programs
def test_somebody_who_is_not_root_can_run_it_too(home: Path) -> None:
    home.chmod(0o777)
    # A fork, because somebody else may not reach the interpreter itself.
    child = multiprocessing.get_context("fork").Process(
        target=_become_nobody_and_start, args=(home,)
    )
    child.start()
    child.join(timeout=60)

    assert child.exitcode == 0


def test_passwords_are_files_that_only_we_can_read(home: Path) -> None:
    server = started(home)

    assert stat.S_IMODE((server.secrets / SUPERUSER).stat().st_mode) == 0o600
    assert stat.S_IMODE(server.secrets.stat().st_mode) == 0o700


def test_a_wrong_password_is_refused(home: Path) -> None:
    server = started(home)
    (server.secrets / SUPERUSER).write_text("guessed")

    refused = Database.connect(server.url(SUPERUSER, "postgres"))
    with pytest.raises(Exception, match="did not answer"), refused.transaction():
        pass


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT CAST('PLANTED' AS date)",
        "INSERT INTO planted VALUES ('PLANTED'), ('PLANTED')",
        "DO $$ BEGIN RAISE EXCEPTION 'PLANTED'; END $$",
        "COPY planted (name, born) FROM PROGRAM 'echo PLANTED,PLANTED' (FORMAT csv)",
    ],
)
def test_the_servers_log_never_quotes_a_failing_value(
    bare_server: EmbeddedServer, statement: str
) -> None:
    def fail(conn: Connection) -> None:
        conn.execute(text("CREATE TEMP TABLE planted (name text UNIQUE, born date)"))
        conn.execute(text(statement))

    database = Database.connect(bare_server.url(SUPERUSER, "postgres"))
    with pytest.raises(Exception, match="SQLSTATE") as refusal, database.transaction() as conn:
        fail(conn)
    database.close()

    logs = [*bare_server.data.glob("log/*.log"), *bare_server.folder.rglob("*.log")]
    assert logs
    assert not [path for path in logs if "PLANTED" in path.read_text(encoding="utf-8")]
    assert "PLANTED" not in str(refusal.value)


def test_without_a_server_the_address_says_what_to_do(home: Path) -> None:
    with pytest.raises(ConfigurationError, match="make demo"):
        resolve_url("sync_writer", home=home, secrets=home / "secrets")


def test_any_other_server_is_reached_by_one_template(tmp_path: Path) -> None:
    (tmp_path / "sync_writer").write_text("s3cret/@\n")
    template = "postgresql+psycopg2://{role}@db.example:5433/cbccvc"

    url = resolve_url("sync_writer", home=tmp_path, secrets=tmp_path, template=template)

    assert url == "postgresql+psycopg2://sync_writer:s3cret%2F%40@db.example:5433/cbccvc"


@pytest.mark.parametrize(
    "template",
    ["nonsense", "postgresql://{role}@h/cbccvc", "postgresql+psycopg2://me@h/cbccvc"],
)
def test_a_template_that_cannot_work_names_the_setting(tmp_path: Path, template: str) -> None:
    with pytest.raises(ConfigurationError, match="CBCCVC_DATABASE_URL"):
        resolve_url("sync_writer", home=tmp_path, secrets=tmp_path, template=template)
