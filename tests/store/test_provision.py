import pytest
from sqlalchemy import text

from sync.model.errors import ConfigurationError, SyncError
from sync.store.credentials import ensure_passwords
from sync.store.database import Database
from sync.store.provision import AIRFLOW, DATABASE, ROLE_NAMES, provision
from sync.store.server import SUPERUSER, EmbeddedServer


def ask(server: EmbeddedServer, role: str, question: str, database: str = DATABASE) -> object:
    connected = Database.connect(server.url(role, database))
    try:
        with connected.transaction() as conn:
            return conn.scalar(text(question))
    finally:
        connected.close()


def test_provisioning_twice_is_provisioning_once(bare_server: EmbeddedServer) -> None:
    passwords = ensure_passwords(bare_server.secrets, ROLE_NAMES)

    provision(bare_server.url(SUPERUSER, SUPERUSER), passwords)

    question = "SELECT count(*) FROM pg_database WHERE datname IN ('cbccvc', 'airflow')"
    assert ask(bare_server, SUPERUSER, question) == 2


def test_no_role_of_ours_has_a_superusers_powers(bare_server: EmbeddedServer) -> None:
    question = (
        "SELECT count(*) FROM pg_roles WHERE (rolsuper OR rolcreatedb OR rolcreaterole"
        " OR rolreplication) AND rolname NOT LIKE 'pg\\_%'"
    )
    assert ask(bare_server, SUPERUSER, question) == 1  # the superuser itself


def test_only_the_pipeline_and_what_tries_a_proposal_see_past_a_unit(
    bare_server: EmbeddedServer,
) -> None:
    question = (
        "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolbypassrls AND"
        " NOT rolsuper"
    )
    assert ask(bare_server, SUPERUSER, question) == "desk_checker sync_writer"


def test_the_owner_cannot_log_in_and_the_migrator_works_as_the_owner(
    bare_server: EmbeddedServer,
) -> None:
    owner = "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'cbccvc_owner'"

    assert ask(bare_server, SUPERUSER, owner) is False
    assert ask(bare_server, "migrator", "SELECT current_user") == "cbccvc_owner"


@pytest.mark.parametrize("role", ["committee_reader", "auditor"])
def test_readers_cannot_write_and_cannot_stay_for_ever(
    bare_server: EmbeddedServer, role: str
) -> None:
    assert ask(bare_server, role, "SHOW transaction_read_only") == "on"
    assert ask(bare_server, role, "SHOW statement_timeout") != "0"


@pytest.mark.parametrize(
    "role", ["sync_writer", "portal_writer", "committee_reader", "auditor", "airflow"]
)
def test_nobody_can_make_tables_in_the_public_schema_of_the_service(
    bare_server: EmbeddedServer, role: str
) -> None:
    with pytest.raises(SyncError):
        ask(bare_server, role, "CREATE TABLE public.mine AS SELECT 1 AS n; SELECT 1")


def test_only_airflow_enters_airflows_database(bare_server: EmbeddedServer) -> None:
    assert ask(bare_server, AIRFLOW, "SELECT current_user", AIRFLOW) == AIRFLOW
    with pytest.raises(SyncError):
        ask(bare_server, "sync_writer", "SELECT 1", AIRFLOW)
    with pytest.raises(SyncError):
        ask(bare_server, AIRFLOW, "SELECT 1", DATABASE)


def test_the_pipeline_may_use_temporary_tables(bare_server: EmbeddedServer) -> None:
    question = "CREATE TEMP TABLE t AS SELECT 7 AS n; SELECT n FROM t"

    assert ask(bare_server, "sync_writer", question) == 7


def test_text_is_utf8_in_the_builtin_order(bare_server: EmbeddedServer) -> None:
    question = (
        "SELECT concat_ws(' ', pg_encoding_to_char(encoding), datlocprovider, datlocale)"
        " FROM pg_database WHERE datname = current_database()"
    )
    assert ask(bare_server, "sync_writer", question) == "UTF8 b C.UTF-8"


def test_a_missing_password_is_named_by_its_role(bare_server: EmbeddedServer) -> None:
    with pytest.raises(ConfigurationError, match="auditor"):
        provision(
            bare_server.url(SUPERUSER, SUPERUSER),
            {name: "x" for name in ROLE_NAMES if name != "auditor"},
        )


def test_a_superuser_who_is_not_let_in_hears_it_without_the_password(
    bare_server: EmbeddedServer,
) -> None:
    url = bare_server.url(SUPERUSER, SUPERUSER)
    wrong = url.replace((bare_server.secrets / SUPERUSER).read_text().strip(), "wrong-one")

    with pytest.raises(ConfigurationError, match="superuser") as refusal:
        provision(wrong, dict.fromkeys(ROLE_NAMES, "x"))

    assert "wrong-one" not in str(refusal.value)
