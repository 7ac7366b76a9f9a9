"""What PostgreSQL refuses is told by SQLSTATE and constraint; no person's value gets out."""

import io
import logging
import struct
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, make_url, text

from sync.logs import configure_logs, log_failure
from sync.model.errors import DatabaseRefusedError
from sync.store import documents
from sync.store.copying import as_field, as_jsonb, as_text_array, copy_rows
from sync.store.database import Database
from sync.store.server import EmbeddedServer
from tests.store.readings import raw_document
from tests.telling import everything_told

NAME = "Trồng Thị Giấu"
NUMBER = "001085000456"
PLANTED = (NAME, NUMBER, "Giấu", NAME.encode().hex(), "\\u1ed3ng")
DOCUMENT = ("unit_code", "content_sha256", "body", "doc", "problems")
Provoke = Callable[[Connection], object]


def run(statement: str) -> Provoke:
    return lambda conn: conn.execute(text(statement), {"name": NAME, "number": NUMBER})


def run_with_the_value_inside(statement: str) -> Provoke:
    return lambda conn: conn.exec_driver_sql(statement.format(name=NAME, number=NUMBER))


def copy_document(body: bytes) -> Provoke:
    row = (as_field(b"H26"), as_field(b"1"), as_field(b"2"), as_jsonb(body), as_text_array([]))
    return lambda conn: copy_rows(conn, "landing.document", DOCUMENT, [row])


def copy_key(*fields: bytes) -> Provoke:
    return lambda conn: copy_rows(
        conn, "register.identity_alias", ("identity_number", "servant_id"), [fields]
    )


ONE = as_field(struct.pack("!q", 1))
KEY = as_field(NUMBER.encode())
ADD_ALIAS = "INSERT INTO register.identity_alias VALUES (:number, 1)"
ADD_PERSON = "INSERT INTO register.person (record_id, row_no, ho_va_ten) VALUES (1, 1, :name)"

REFUSALS: dict[str, tuple[Provoke, str, str]] = {
    "COPY of JSON cut short": (copy_document(f'{{"ten": "{NAME}'.encode()), "22P02", ""),
    "COPY of a NUL in JSON": (copy_document(f'"{NAME}\\u0000"'.encode()), "22P05", ""),
    "COPY of a row too short": (copy_key(KEY), "22P04", ""),
    "COPY of a NUL in text": (copy_key(as_field(f"{NAME}\0".encode()), ONE), "22021", ""),
    "COPY of bytes that are no text": (
        copy_key(as_field(NAME.encode() + b"\xff"), ONE),
        "22021",
        "",
    ),
    "COPY of a number too long": (copy_key(KEY, as_field(NAME.encode())), "22P03", ""),
    "a date": (run("SELECT CAST(:name AS date)"), "22007", ""),
    "a number": (run("SELECT CAST(:name AS integer)"), "22P02", ""),
    "a number out of range": (run("SELECT CAST(:number AS smallint)"), "22003", ""),
    "JSON": (run("SELECT CAST(:name AS jsonb)"), "22P02", ""),
    "a pattern": (run("SELECT 'x' ~ ('(' || :name)"), "2201B", ""),
    "the same key": (
        lambda conn: [run(ADD_ALIAS)(conn), run(ADD_ALIAS)(conn)],
        "23505",
        "alias_present",
    ),
    "the same key by COPY": (
        lambda conn: [run(ADD_ALIAS)(conn), copy_key(KEY, ONE)(conn)],
        "23505",
        "alias_present",
    ),
    "nothing where something must be": (
        run("INSERT INTO register.identity_alias VALUES (:number, NULL)"),
        "23502",
        "",
    ),
    "a check": (
        run("INSERT INTO landing.wave_step VALUES (:name, :number, now())"),
        "23514",
        "wave_step_step_check",
    ),
    "a key of nothing": (
        run("INSERT INTO landing.wave_step VALUES (:name, 'read', now())"),
        "23503",
        "wave_step_wave_key_fkey",
    ),
    "overlapping days": (
        run(
            "INSERT INTO registry.expected_headcount SELECT :name, '[2026-01-01,]', n, :number,"
            " '' FROM generate_series(1, 2) AS n"
        ),
        "23P01",
        "expected_headcount_pkey",
    ),
    "a value within the statement": (
        run_with_the_value_inside("SELECT DATE '{name}'"),
        "22007",
        "",
    ),
    "a column that is none": (run_with_the_value_inside('SELECT "{name}"'), "42703", ""),
    "a constraint named after somebody": (
        run_with_the_value_inside('ALTER TABLE arrivals ADD CONSTRAINT "{name}" CHECK (false)'),
        "42P01",
        "",
    ),
    "a word raised by a function": (
        run_with_the_value_inside("DO $$ BEGIN RAISE EXCEPTION '{name} {number}'; END $$"),
        "P0001",
        "",
    ),
}


def assert_tells_nobody(told: str) -> None:
    assert [word for word in PLANTED if word in told] == []


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Our own JSON log, as the doors write it."""
    logger = logging.getLogger("sync")
    before = (logger.handlers, logger.level, logger.propagate)
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    logger.handlers, level, logger.propagate = before
    logger.setLevel(level)


@pytest.mark.parametrize("what", REFUSALS)
def test_a_refusal_names_state_and_constraint_and_nobody(
    db: Database, server: EmbeddedServer, log: io.StringIO, what: str
) -> None:
    provoke, sqlstate, constraint = REFUSALS[what]

    with pytest.raises(DatabaseRefusedError) as refused, db.transaction() as conn:
        provoke(conn)

    error = refused.value
    logging.getLogger("sync.test").error("refused", exc_info=error)
    log_failure(logging.getLogger("sync.test"), "refused", error)
    assert (error.sqlstate, error.constraint) == (sqlstate, constraint)
    assert sqlstate in str(error)
    assert constraint in str(error)
    assert "DatabaseRefusedError" in log.getvalue()
    assert_tells_nobody(everything_told(error) + log.getvalue() + server_log(server))


def server_log(server: EmbeddedServer) -> str:
    """All the server wrote, wherever it writes it."""
    files = [path for path in server.folder.rglob("*log*") if path.is_file()]
    found = [path for path in files if path.suffix == ".log" or path.parent.name == "log"]
    assert found
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in found)


def test_the_server_does_write_so_that_its_silence_means_something(
    server: EmbeddedServer,
) -> None:
    stranger = make_url(server.url("sync_writer")).set(username="stranger")
    away = Database.connect(stranger.render_as_string(hide_password=False))

    with pytest.raises(DatabaseRefusedError), away.transaction() as conn:
        conn.execute(text("SELECT 1"))

    away.close()
    assert 'user "stranger"' in server_log(server)


def test_a_refusal_carries_no_trace_of_the_drivers_error(db: Database) -> None:
    with pytest.raises(DatabaseRefusedError) as refused, db.transaction() as conn:
        run(ADD_PERSON.replace(":name", "CAST(:name AS date)"))(conn)

    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_documents_jsonb_refuses_are_kept_as_not_json_and_the_others_as_they_came(
    db: Database,
) -> None:
    bodies = {
        "good": b'{"ten": "x"}',
        "nul": f'{{"ten": "{NAME}\\u0000"}}'.encode(),
        "short": f'{{"ten": "{NAME}'.encode(),
        "half": f'{{"ten": "{NAME}\\ud800"}}'.encode(),
        "huge": b'{"luong": 1e999999}',
        "deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    }

    with db.transaction() as conn:
        documents.open_arrivals(conn)
        raws = [raw_document(body, key) for key, body in bodies.items()]
        kept = documents.add_page(conn, "H26", raws)
        rows = conn.execute(text("SELECT doc, problems FROM landing.document")).all()

    assert kept == len(bodies) == len(rows)
    assert [row.doc for row in rows if row.doc is not None] == [{"ten": "x"}]
    assert [row.problems for row in rows if row.doc is None] == [["not_json"]] * 5


def test_a_database_that_does_not_answer_is_one_sentence_without_its_address() -> None:
    away = Database.connect("postgresql+psycopg2://sync_writer:geheim@127.0.0.1:9/cbccvc")

    with (
        pytest.raises(DatabaseRefusedError, match="did not answer") as refused,
        away.transaction() as conn,
    ):
        conn.execute(text("SELECT 1"))

    assert "geheim" not in everything_told(refused.value)
    away.close()


def test_a_connection_cut_in_the_middle_is_one_sentence(db: Database) -> None:
    cut = text("SELECT pg_terminate_backend(pg_backend_pid()), :name AS said")

    with pytest.raises(DatabaseRefusedError) as refused, db.transaction() as conn:
        conn.execute(cut, {"name": NAME})

    assert "SQLSTATE 57P01" in str(refused.value) or "did not answer" in str(refused.value)
    assert_tells_nobody(everything_told(refused.value))
    with db.transaction() as conn:
        assert conn.scalar(text("SELECT 1")) == 1
