"""Accounts, sessions, flags, corrections, waivers, code mappings, row-level security."""

from importlib import resources

from alembic import op

from sync.contract.record import record_groups
from sync.store.check_views import create_check_views
from sync.store.group_tables import staging_ddl

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOPICS = (
    "portal",
    "desk",
    "access",
    "notices",
    "flags",
    "runs",
    "committee",
    "search",
)
BY_RECORD = ("landing.snapshot_entry", "register.dossier_version")


def _read(name: str) -> str:
    path = resources.files("sync.store") / "migrations" / "sql" / f"0003_{name}.sql"
    return path.read_text(encoding="utf-8")


def _run(statements: str) -> None:
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))


def _stage_anew() -> None:
    """Staging is derivable, so it is made anew; what waits to be admitted is read again."""
    for schema in ("staging", "rehearsal"):
        _run(f"DROP SCHEMA {schema} CASCADE;")
        _run(staging_ddl(schema))
        create_check_views(op.get_bind(), schema)
    _run("UPDATE landing.snapshot SET staged_count = NULL WHERE staged_count IS NOT NULL;")
    _run_earlier("0002_grants")
    _run_earlier("0001_grants")


def _run_earlier(name: str) -> None:
    path = resources.files("sync.store") / "migrations" / "sql" / f"{name}.sql"
    _run(path.read_text(encoding="utf-8"))


def upgrade() -> None:
    for topic in TOPICS:
        _run(_read(topic))
    _stage_anew()
    groups = (f"register.{group.name}" for group in record_groups().values())
    names = ", ".join(f"'{name}'" for name in (*BY_RECORD, *groups))
    _run(_read("guard").replace("{by_record}", names))
    _run(_read("bounds"))
    _run(_read("grants"))
    _run(_read("drafts"))


def downgrade() -> None:
    _run(_read("bounds_down"))
    _run(_read("guard_down"))
    _run(_read("drafts_down"))
    for topic in reversed(TOPICS):
        _run(_read(f"{topic}_down"))
